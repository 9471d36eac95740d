"""Launches of the emulator, run again on the PTX that nvcc emits for FastCNN's kernels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.cuda.compiled import need_tool, ptx_of
from tests.cuda.ptx.memory import Cost
from tests.cuda.ptx.parse import Kernel, parse
from tests.cuda.ptx.relaunch import Buffers, relaunch


def find_nvcc() -> str:
    """The compiler, or a skipped test."""
    return str(need_tool("nvcc", "no PTX to run"))


def compiled(folder: Path, architecture: str) -> dict[str, Kernel]:
    """Every kernel of the backend as PTX for `architecture`, as "compute_80", by its symbol."""
    return parse(ptx_of(folder, int(architecture.removeprefix("compute_"))).read_text())


def replay(
    kernels: Mapping[str, Kernel],
    launches: list[tuple[Any, ...]],
    *,
    most_blocks: int | None = None,
) -> Iterator[tuple[str, Buffers, Buffers, Cost, Cost]]:
    """Runs each launch, or a few blocks of each, on the memory that the emulator had before it.

    Yields:
        The kernel, memory as the PTX leaves it and as the emulator left it, sectors of global and
        wavefronts of shared memory.
    """
    for name, grid, block, parameters, before, after in launches:
        result = relaunch(kernels[name], grid, block, parameters, before, most_blocks)
        wanted = {at: np.frombuffer(data, np.uint8) for at, data in after.items()}
        yield name, result.given, wanted, result.sectors, result.wavefronts
