"""An object compiled for a wide ISA exports its kernels and nothing that a linker may merge."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLAGS = {
    "x86_avx2": ["-mavx2", "-mfma", "-mf16c"],
    "x86_avx512": [
        "-mavx512f",
        "-mavx512bw",
        "-mavx512vl",
        "-mavx512dq",
        "-mavx2",
        "-mfma",
        "-mf16c",
    ],
}
FILES = sorted((ROOT / "src" / "cpp" / "kernels").glob("*/x86_*.cpp"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("g++") or not shutil.which("nm"), reason="needs g++ and nm"
    ),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_isa_objects_hold_no_weak_symbol(path, tmp_path):
    target = tmp_path / "object.o"
    machine = subprocess.run(["g++", "-dumpmachine"], capture_output=True, text=True, check=True)
    if not machine.stdout.startswith("x86_64"):
        pytest.skip("the compiler is not for x86-64")

    subprocess.run(
        [
            "g++",
            "-std=c++17",
            "-O0",
            "-fno-exceptions",
            "-DFASTCNN_HAVE_AVX2=1",
            "-DFASTCNN_HAVE_AVX512=1",
            f"-I{ROOT / 'src' / 'cpp'}",
            *FLAGS[path.stem],
            "-c",
            str(path),
            "-o",
            str(target),
        ],
        check=True,
    )
    symbols = subprocess.run(
        ["nm", "-C", "--defined-only", str(target)], capture_output=True, text=True, check=True
    ).stdout

    weak = [line for line in symbols.splitlines() if re.search(r" [wWvVu] ", line)]
    assert weak == []
