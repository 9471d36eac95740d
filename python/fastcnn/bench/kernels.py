"""How fast every kernel is on this machine, and which one is picked."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from fastcnn import runtime
from fastcnn.bench.cases import build
from fastcnn.bench.shapes import FOLDER, Shape, read_shapes
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.typing import Array

_ROUNDS = 5
_SECONDS = 0.02
"""Spent on one kernel and shape in a round, once it ran the least number of times."""
_LEAST_RUNS, _MOST_RUNS = 3, 100


@dataclass(frozen=True)
class KernelTiming:
    """One kernel on one shape; the figures are None where it was not measured.

    Args:
        family: Folder of the kernel.
        kernel: Its name.
        isa: Instruction set it is written for.
        shape: What ran, as a line of a file of shapes; why it did not run where nothing did.
        ms: Median milliseconds on one thread.
        gflops: GFLOP/s; None also for kernels that only move or compare. Convolutions count the
            operations of the direct algorithm, so Winograd's may pass the peak.
        share_of_peak: GFLOP/s over what multiply-adds reach on registers, measured just before;
            median of some rounds, since a machine that others use changes its speed.
        gigabytes: GB/s read and written, each array counted once.
        picked: Whether this machine runs this shape on this kernel.
    """

    family: str
    kernel: str
    isa: str
    shape: str
    ms: float | None = None
    gflops: float | None = None
    share_of_peak: float | None = None
    gigabytes: float | None = None
    picked: bool = False


def measure_kernels(
    family: str | None = None, *, shapes: str | os.PathLike[str] | None = None, every: bool = False
) -> Iterator[KernelTiming]:
    """Times the kernels of this build on one thread, best instruction set first.

    Each runs as the only node of a graph, through the same plan as in a model, so packing and
    splitting are those of real use; reordering of layouts around it is not counted.

    Args:
        family: Only this family's kernels.
        shapes: A file of shapes; those of the package if None.
        every: Time each kernel on every shape it runs, not on the one with the most work alone.

    Raises:
        InvalidValueError: No family has that name.
    """
    catalogue = runtime.kernels()
    families = dict.fromkeys(kernel["family"] for kernel in catalogue)
    if family is not None and family not in families:
        raise InvalidValueError(f"no family is named '{family}'; there are {', '.join(families)}")
    wanted = {k["name"]: k for k in catalogue if family in (None, k["family"])}
    lines = _shapes(shapes)
    active, *slower = _isas()
    done: set[tuple[str, str]] = set()
    for isa in (active, *slower):
        with _limited_to(isa, active):
            peak = runtime.peak_gflops(1)
            for kernel in wanted.values():
                if kernel["family"] == "peak" and kernel["isa"] == isa:
                    done.add((kernel["name"], ""))
                    yield _peak(kernel, peak, picked=isa == active)
            cases = [case for shape in lines for case in _cases(shape)]
            if not every:
                cases.sort(key=lambda case: -case.flops)
            for case in cases:
                key = (case.kernel, str(case.shape) if every else "")
                if case.kernel not in wanted or key in done:
                    continue
                done.add(key)
                picked = case.picked and isa == active
                yield case.measure(wanted[case.kernel], picked=picked)
    measured = {kernel for kernel, _ in done}
    for name, kernel in wanted.items():
        if name not in measured:
            here = kernel["isa"] in (active, *slower)
            why = "timed with another of its family" if here else "not on this CPU"
            yield KernelTiming(kernel["family"], name, kernel["isa"], why)


def _peak(kernel: dict[str, str], peak: float, *, picked: bool) -> KernelTiming:
    return KernelTiming(
        kernel["family"],
        kernel["name"],
        kernel["isa"],
        "multiply-adds on registers",
        gflops=peak,
        share_of_peak=1.0,
        picked=picked,
    )


def _cases(shape: Shape) -> Iterator[_Case]:
    """The shape as this machine runs it and, where that is by Winograd's algorithm, directly."""
    case = _Case(shape)
    yield case
    if "winograd" in case.kernel:
        yield _Case(shape, winograd=False)


class _Case:
    """One shape, compiled for the instruction set in force."""

    def __init__(self, shape: Shape, *, winograd: bool = True) -> None:
        graph = build(shape)
        rng = np.random.default_rng(0)
        self.shape = shape
        self.picked = winograd
        self.inputs = [_random(rng, value) for value in graph.inputs]
        self.plan = runtime.Session(graph, threads=1, winograd=winograd).plan(
            tuple(array.shape for array in self.inputs)
        )
        steps = self.plan.steps()
        self.place = next(i for i, step in enumerate(steps) if step["op"] == shape.op)
        self.step = steps[self.place]
        self.kernel: str = self.step["kernel"]
        self.flops: float = self.step["flops"]

    def measure(self, kernel: dict[str, str], *, picked: bool) -> KernelTiming:
        """Times the node, and nothing but the node."""
        self.plan.profile(self.inputs)
        times: list[float] = []
        shares: list[float] = []
        for _ in range(_ROUNDS):
            peak = runtime.peak_gflops(1)
            times.append(self._median_ms())
            if self.flops and times[-1]:
                shares.append(self.flops / times[-1] / 1e6 / peak)
        ms = float(np.median(times))
        return KernelTiming(
            kernel["family"],
            kernel["name"],
            kernel["isa"],
            str(self.shape),
            ms,
            self.flops / ms / 1e6 if shares else None,
            float(np.median(shares)) if shares else None,
            self.step["bytes"] / ms / 1e6 if ms else None,
            picked,
        )

    def _median_ms(self) -> float:
        times: list[float] = []
        end = time.perf_counter() + _SECONDS
        while len(times) < _LEAST_RUNS or (time.perf_counter() < end and len(times) < _MOST_RUNS):
            times.append(self.plan.profile(self.inputs)[self.place])
        return float(np.median(times))


def _random(rng: np.random.Generator, value: Value) -> Array:
    shape = [extent or 1 for extent in value.shape]
    if value.type.dtype == "int32":
        return np.ones(shape, np.int32)
    return rng.random(shape, np.float32)


def _isas() -> list[str]:
    """Instruction sets from the active one to the plain one."""
    info = runtime.cpu_info()
    isas: list[str] = list(info["isas"])
    return isas[isas.index(info["isa"]) :: -1]


@contextmanager
def _limited_to(isa: str, active: str) -> Iterator[None]:
    """Kernels are chosen for `isa` inside, for `active` again after it."""
    runtime.set_isa(isa)
    try:
        yield
    finally:
        runtime.set_isa(active)


def _shapes(path: str | os.PathLike[str] | None) -> list[Shape]:
    files = [path] if path is not None else [FOLDER / "mnist_cnn.txt", FOLDER / "operations.txt"]
    return [shape for file in files for shape in read_shapes(file)]
