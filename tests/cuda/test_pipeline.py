"""Bugs planted in the text of the kernel on tensor cores are caught, in both executors."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from tests.cuda.emulated import EMULATOR, ROOT, alone, build_emulator, run
from tests.cuda.ptx.replay import replay
from tests.cuda.test_tensor import SMALL, recorded
from tests.ops.cases.convolution import forward

KERNEL = ROOT / "src" / "cuda" / "kernels" / "conv2d_tensor" / "kernel.cuh"
PROGRAM = ROOT / "tests" / "cuda" / "planted" / "pipeline.cu"
WAIT = "ptx::cp_async_wait<Config::kStages - 2>();"
BARRIER = "__syncthreads();"
COMMIT = "ptx::cp_async_commit();\n      tile.multiply"
SEEDS = 20


def changed(text, *changes):
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


BUGS = {
    "right": [],
    "late_wait": [(WAIT, WAIT.replace("- 2", "- 1"))],  # a stage too many may be on its way
    "no_barrier": [(BARRIER, "")],
    # The stage is copied to before all have read it.
    "early_copy": [(BARRIER, ""), (COMMIT, COMMIT.replace("\n", f"\n    {BARRIER}\n", 1))],
}


@pytest.fixture(scope="session")
def program(build_folder):
    text = KERNEL.read_text()
    includes = "\n".join(re.findall(r"#include .*", text))
    body = re.sub(r"#pragma once|#include .*", "", text)
    parts = [
        changed(body, *changes).replace("fastcnn::cuda", f"fastcnn::cuda::{name}")
        for name, changes in BUGS.items()
    ]
    with alone(build_folder):
        library = build_emulator(build_folder, "plain")
        (build_folder / "pipelines.h").write_text("\n".join([includes, *parts]))
        built = build_folder / "pipeline"
        run(
            *("g++", "-std=c++17", "-O1", "-DFASTCNN_CUDA_EMULATION=1", "-Wno-unknown-pragmas"),
            *(f"-I{build_folder}", f"-I{EMULATOR.parent}", f"-I{ROOT / 'src'}"),
            *(f"-I{ROOT / 'src' / 'cpp'}", "-rdynamic", "-x", "c++", PROGRAM),
            *(ROOT / "src" / "cuda" / "base" / "runtime.cpp", "-x", "none", library),
            *("-o", built, "-ldl", "-pthread"),
        )
    return built


def failing(program, bug):
    """How many of the schedules give something else than they should."""
    codes = [
        subprocess.run([program, str(list(BUGS).index(bug)), str(seed)], check=False).returncode
        for seed in range(1, SEEDS + 1)
    ]
    assert set(codes) <= {0, 1}
    return sum(codes)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught_by_a_schedule(program, bug):
    assert (failing(program, bug) > 0) == (bug != "right")


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_the_interpreter_sees_a_wait_that_is_missing(kernels, emulated, rng, precision):
    launches = recorded(emulated, forward(SMALL[2]), rng, precision)[-1:]
    ((name, *_),) = launches
    kernel = kernels[name]
    code = [
        replace(ins, operands=(("9",),)) if "wait_group" in ins.modifiers else ins
        for ins in kernel.code
    ]
    assert code != kernel.code

    for kernel_of_name, right in ((kernel, True), (replace(kernel, code=code), False)):
        ((_, given, wanted, _, _),) = replay({name: kernel_of_name}, launches)
        same = all(
            np.allclose(
                given[at].view(np.float32), buffer.view(np.float32), atol=1e-5, equal_nan=True
            )
            for at, buffer in wanted.items()
        )
        assert same == right
