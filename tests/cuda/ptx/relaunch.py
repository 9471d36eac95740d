"""A launch that was recorded elsewhere, run again on PTX, and what differs then."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .machine import Machine, Triple
from .memory import Cost, Memory
from .parse import Kernel

Buffers = dict[int, npt.NDArray[np.uint8]]
_SMALLEST_FLOAT = 2.0**-64


@dataclass
class Result:
    """What one launch left and what it cost.

    Args:
        given: Memory as the PTX leaves it.
        sectors: Of global memory.
        wavefronts: Of shared memory.
    """

    given: Buffers
    sectors: Cost
    wavefronts: Cost


def relaunch(
    kernel: Kernel,
    grid: Triple,
    block: Triple,
    parameters: bytes,
    before: Mapping[int, bytes],
    most_blocks: int | None = None,
) -> Result:
    """Runs one launch on the memory `before` it.

    Args:
        kernel: What to run.
        grid: Its blocks.
        block: The threads of each.
        parameters: As the driver is given them.
        before: The bytes of each buffer by its address.
        most_blocks: The first, the last and some between are run where there are more.
    """
    memory = Memory("global", _writable(before))
    machine = Machine(kernel, memory)
    count = math.prod(grid)
    some = None
    if most_blocks is not None and count > most_blocks:
        some = sorted({round(i) for i in np.linspace(0, count - 1, most_blocks)})
    machine.launch(grid, block, parameters, some)
    return Result(memory.buffers, memory.total(), machine.shared.total())


def differences(
    given: Buffers, before: Mapping[int, bytes], wanted: Mapping[int, bytes], *, whole: bool
) -> Sequence[str]:
    """Where words of memory are neither the same bits nor floats that rounding can explain.

    Args:
        given: What the PTX left.
        before: What was there at first.
        wanted: What was recorded.
        whole: Whether every block ran; else words that still are as before are let pass.
    """
    found = []
    for at, data in wanted.items():
        mine, its = _words(given[at]), _words(np.frombuffer(data, np.uint8))
        wrong = (mine != its) & ~_close(mine.view(np.float32), its.view(np.float32))
        if not whole:
            wrong &= mine != _words(np.frombuffer(before[at], np.uint8))
        for i in np.flatnonzero(wrong)[:3]:
            pair = mine[i : i + 1].view(np.float32)[0], its[i : i + 1].view(np.float32)[0]
            found.append(
                f"word {i} of {at:#x}: {mine[i]:#x} ({pair[0]}), not {its[i]:#x} ({pair[1]})"
            )
    return found


def _close(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Floats apart by no more than rounding; small integers and bytes look like tiny floats."""
    largest = np.abs(b[np.isfinite(b)]).max(initial=0.0)  # of sums some terms may cancel
    with np.errstate(invalid="ignore"):
        floats = [(x == 0) | (np.abs(x) > _SMALLEST_FLOAT) for x in (a, b)]
        close = np.abs(a - b) <= 2e-6 * largest + 1e-7
    return (floats[0] & floats[1] & close) | (np.isnan(a) & np.isnan(b))


def _words(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    padded = np.zeros(-(-data.size // 4) * 4, np.uint8)
    padded[: data.size] = data
    return padded.view(np.uint32)


def _writable(snapshot: Mapping[int, bytes]) -> Buffers:
    return {at: np.frombuffer(data, np.uint8).copy() for at, data in snapshot.items()}
