"""The examples of the executors' READMEs run, and find what they say that they find."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cuda.compiled import need_tool
from tests.cuda.emulated import EMULATOR

PTX = EMULATOR.parent / "ptx"


def block(readme: Path, language: str) -> str:
    """The first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", readme.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def shell(folder: Path, commands: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", commands],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The folder with `reverse.cu`."""
    folder = tmp_path_factory.mktemp("example")
    (folder / "reverse.cu").write_text(block(EMULATOR / "README.md", "cpp"))
    return folder


def test_the_example_of_the_emulator(example):
    if shutil.which("g++") is None:
        pytest.skip("the emulator needs g++ to be built")
    text = (example / "reverse.cu").read_text()
    commands = block(EMULATOR / "README.md", "sh")

    right = shell(example, commands, EMULATOR=str(EMULATOR.parent))
    assert (right.returncode, right.stdout + right.stderr) == (0, "")

    (example / "reverse.cu").write_text(text.replace("  __syncthreads();\n", ""))
    _, _, again = commands.partition("\n")  # the emulator's objects are there
    wrong = shell(example, again, EMULATOR=str(EMULATOR.parent))
    (example / "reverse.cu").write_text(text)
    assert wrong.returncode == 1, wrong.stderr


def test_the_example_of_the_interpreter(example):
    nvcc = need_tool("nvcc", "nothing compiles CUDA here")
    path = f"{nvcc.parent}{os.pathsep}{os.environ['PATH']}"
    readme = PTX / "README.md"
    compiled = shell(example, block(readme, "sh"), PATH=path)
    assert compiled.returncode == 0, compiled.stderr

    run = subprocess.run(
        [sys.executable, "-c", block(readme, "python")],
        cwd=example,
        env={**os.environ, "PYTHONPATH": str(PTX.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.stderr, run.stdout) == ("", block(readme, "text"))
