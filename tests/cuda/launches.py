"""Launches of every kernel, as the emulator records them while ops run their cases.

A new kernel is among them as soon as a case in `tests/ops/cases`, a shape in `test_operators.py` or
a case in `more_cases.py` comes to it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

import numpy as np

from fastcnn.errors import GraphError, UnsupportedError
from fastcnn.runtime.cuda import PRECISIONS, make_cuda_plan
from tests.cuda import test_tensor as tensor
from tests.cuda.more_cases import OTHER_KINDS, whole_tiles
from tests.cuda.test_operators import CASES, DEPTHWISE_EDGES, LONG, MANY_GROUPS, TILE_EDGES
from tests.native.one_op import BLOCKED, CONSTANT, graph_of
from tests.ops.cases import Case
from tests.ops.cases.convolution import backward, forward


class Launch(NamedTuple):
    """What the driver would be told, and all device memory before and after."""

    kernel: str
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    parameters: bytes
    before: dict[int, bytes]
    after: dict[int, bytes]

    @property
    def threads(self) -> int:
        return math.prod(self.grid) * math.prod(self.block)


class Way(NamedTuple):
    """How a case becomes a plan: the form of its graph, what products round their factors to."""

    form: str
    precision: str = "float32"


def edge_cases() -> Iterator[Case]:
    """The shapes at the edges of tiles."""
    shapes = (
        *TILE_EDGES,
        *DEPTHWISE_EDGES,
        MANY_GROUPS,
        *tensor.SMALL,
        *tensor.LARGE,
        *tensor.WIDE,
    )
    for shape in shapes:
        yield forward(shape)
        if shape.size[0] * shape.size[1] < 1000:
            yield from backward(shape)


def ways(case: Case, *forms: str) -> Iterator[Way]:
    """Every way to run a case: products have one for each precision."""
    product = case.op.startswith(("conv2d", "dense"))
    for form in forms:
        for precision in PRECISIONS["cuda"] if product else ("float32",):
            yield Way(form, precision)


def record(emulated: ModuleType, case: Case, way: Way, *, dry: bool = False) -> list[Launch]:
    """The launches of one case, if `dry` without memory; none where no implementation takes it."""
    emulated.recorded()
    emulated.configure(seed=1, record=True, dry=dry)
    try:
        run_case(case, way)
    except (UnsupportedError, GraphError):  # what computes extents has a plan nowhere
        return []
    finally:
        emulated.configure(seed=1)
    return [Launch(*launch) for launch in emulated.recorded()]


def run_case(case: Case, way: Way) -> list[np.ndarray]:
    """The results of one case, of arrays that are the same at every call."""
    arrays = case.inputs(np.random.default_rng(7))
    graph = graph_of(case, arrays, way.form)
    plan = make_cuda_plan(graph, precision=way.precision, guard=True)
    return plan.run([np.asarray(arrays[i], order="C") for i in range(len(graph.inputs))])


class Chosen:
    """Of each kernel the smallest launch, the largest, and the largest at the edges of tiles and of
    whole tiles.

    Args:
        emulated: The emulated module.
        only: Kernels that are asked for; all where it is not given.
    """

    def __init__(self, emulated: ModuleType, only: Collection[str] | None = None) -> None:
        self._only = only
        self._kinds: dict[str, dict[str, Place]] = {
            kind: {} for kind in ("small", "edge", "large", "whole")
        }
        known = {op for op, _ in emulated.operators()}
        for case in (*CASES, *LONG, *OTHER_KINDS):
            if case.op in known:
                self._add(emulated, case, (CONSTANT, BLOCKED), "small", "large")
        for case in edge_cases():
            self._add(emulated, case, (CONSTANT,), "edge", "large")
        for case in whole_tiles():
            self._add(emulated, case, (CONSTANT,), "whole")
        self._recorded = self._record(emulated)

    @property
    def kernels(self) -> set[str]:
        """Their symbols."""
        return set().union(*self._kinds.values())

    def of(self, kernel: str) -> list[Launch]:
        """One to four launches."""
        places = [kind[kernel] for kind in self._kinds.values() if kernel in kind]
        return [self._recorded[place] for place in dict.fromkeys(places)]

    def whole(self, kernel: str) -> Launch:
        """That of whole tiles, where there is one, else the largest."""
        place = self._kinds["whole"].get(kernel) or self._kinds["large"][kernel]
        return self._recorded[place]

    def _add(self, emulated: ModuleType, case: Case, forms: tuple[str, ...], *kinds: str) -> None:
        for way in ways(case, *forms):
            for i, launch in enumerate(record(emulated, case, way, dry=True)):
                if self._only is not None and launch.kernel not in self._only:
                    continue
                place = Place(case, way, i, launch.threads)
                for kind in kinds:
                    held = self._kinds[kind].setdefault(launch.kernel, place)
                    sign = -1 if kind == "small" else 1
                    if sign * place.threads > sign * held.threads:
                        self._kinds[kind][launch.kernel] = place

    def _record(self, emulated: ModuleType) -> dict[Place, Launch]:
        """The launches at the places that were chosen, each case run once."""
        places = {place for kind in self._kinds.values() for place in kind.values()}
        runs: dict[tuple[int, Way], list[Launch]] = {}
        found = {}
        for place in places:
            key = (id(place.case), place.way)
            if key not in runs:
                runs[key] = record(emulated, place.case, place.way)
            found[place] = runs[key][place.index]
        return found


@dataclass(eq=False)
class Place:
    """Where a launch is found again: the case, how it was run, which of its launches."""

    case: Case
    way: Way
    index: int
    threads: int
