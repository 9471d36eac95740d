"""Launches of the emulator, run again on the PTX that nvcc emits for their kernels."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.cuda.emulated import ROOT, alone, run
from tests.cuda.ptx.machine import Machine
from tests.cuda.ptx.memory import Cost, Memory
from tests.cuda.ptx.parse import Kernel, parse

Buffers = dict[int, npt.NDArray[np.uint8]]
KERNELS = ROOT / "src" / "cuda" / "kernels"


def find_nvcc() -> str:
    """The compiler, or a skipped test."""
    found = shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
    if found is None:
        pytest.skip("nvcc is not there: no PTX to run")
    return found


def compiled(folder: Path, architecture: str) -> dict[str, Kernel]:
    """Every kernel of the backend as PTX for `architecture`, by its symbol."""
    nvcc = find_nvcc()
    folder = folder / architecture
    folder.mkdir(exist_ok=True)
    source, ptx = folder / "kernels.cu", folder / "kernels.ptx"
    with alone(folder):
        inputs = [path for path in (ROOT / "src" / "cuda").rglob("*.*") if path.is_file()]
        newest = max(path.stat().st_mtime for path in inputs)
        if not ptx.exists() or ptx.stat().st_mtime < newest:
            # Most of the time goes into headers: all in one piece.
            launches = sorted(KERNELS.glob("*/launch.cu"))
            source.write_text("".join(f'#include "{path}"\n' for path in launches))
            run(
                *(nvcc, "-std=c++17", "-O3", "-ptx", f"-arch={architecture}"),
                *(f"-I{ROOT / 'src'}", f"-I{ROOT / 'src' / 'cpp'}", source, "-o", ptx),
            )
        return parse(ptx.read_text())


def replay(
    kernels: Mapping[str, Kernel],
    launches: list[tuple[Any, ...]],
    *,
    only: Sequence[int] | None = None,
) -> Iterator[tuple[str, Buffers, Buffers, Cost, Cost]]:
    """Runs each launch, or a few blocks of each, on the memory that the emulator had before it.

    Yields:
        The kernel, memory as the PTX leaves it and as the emulator left it, sectors of global and
        wavefronts of shared memory.
    """
    for name, grid, block, parameters, before, after in launches:
        memory = Memory("global", _writable(before))
        machine = Machine(kernels[name], memory)
        machine.launch(grid, block, parameters, only=only)
        yield name, memory.buffers, _writable(after), memory.total(), machine.shared.total()


def _writable(snapshot: Mapping[int, bytes]) -> Buffers:
    return {at: np.frombuffer(data, np.uint8).copy() for at, data in snapshot.items()}
