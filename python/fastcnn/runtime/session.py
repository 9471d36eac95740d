"""Inference sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from fastcnn import _core
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.passes import PassReport, specialize
from fastcnn.runtime.choices import shared as shared_choices
from fastcnn.runtime.host import check_coverage
from fastcnn.runtime.plan import make_plan
from fastcnn.runtime.profiling import describe, measure, profile_table
from fastcnn.runtime.table import Table
from fastcnn.typing import Array, Shape

_MAX_PLANS = 32
"""Input shapes whose plans a session keeps; the oldest plan goes first."""

_numpy_type = cache(np.dtype)
"""Types compare with types ten times as fast as with names."""


class Session:
    """A graph ready to run on the CPU.

    Call it with arrays, get arrays. Any batch size runs at full speed: a plan is made at the first
    call with a shape and kept; weights are packed once for all plans. A session may be called from
    several threads at once.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        threads: int,
        reports: tuple[PassReport, ...] = (),
        guard: bool = False,
        winograd: bool = True,
        strict: bool = False,
        measure: bool = False,
    ) -> None:
        """Takes a graph that no pass has anything left to do on; see `runtime.compile`."""
        self.graph = graph
        self.threads = threads
        self.reports = reports
        self._guard = guard
        self._winograd = winograd
        self._strict = strict
        self._warned = False
        self._checked: tuple[Shape, ...] | None = None
        self._choices = shared_choices() if measure else None
        self._cache = _core.PackCache()
        self._plans: OrderedDict[tuple[Shape, ...], _core.Plan] = OrderedDict()
        self._lock = threading.Lock()
        single = len(graph.inputs) == len(graph.outputs) == 1
        self._single = _numpy_type(graph.inputs[0].type.dtype) if single else None

    def __call__(
        self,
        *arrays: Array | Mapping[str, Array],
        out: Array | Mapping[str, Array] | None = None,
        **named: Array,
    ) -> Array | dict[str, Array]:
        """Runs the graph.

        Args:
            *arrays: One for each input, in order; or a single dict by name.
            out: Where the results go: an array, or a dict by name where the graph has several
                outputs. New arrays if None.
            **named: Inputs by name.

        Returns:
            The output, or a dict by name where the graph has several.

        Raises:
            ShapeError: A shape does not fit the graph.
            InvalidValueError: An input is missing or unknown; an array of `out` is missing,
                read-only, not contiguous or shares memory with another.
        """
        # One array that is as the plan of its shape wants it needs no arranging.
        if self._single is not None and len(arrays) == 1 and out is None and not named:
            x = arrays[0]
            if type(x) is np.ndarray and x.dtype == self._single and x.flags.c_contiguous:
                known = self._plans.get((x.shape,))
                if known is not None:
                    return known.run([x])[0]
        inputs = self._arrange(arrays, named)
        plan = self.plan(tuple([array.shape for array in inputs]))
        results = plan.run(inputs) if out is None else plan.run(inputs, self._targets(out))
        return self._named(results)

    def _named(self, results: list[Array]) -> Array | dict[str, Array]:
        """The result, or a dict by name where there are several."""
        if len(results) == 1:
            return results[0]
        return {value.name: y for value, y in zip(self.graph.outputs, results, strict=True)}

    def _targets(self, out: Any) -> list[Any]:
        names = [value.name for value in self.graph.outputs]
        if not isinstance(out, Mapping):
            out = {names[0]: out}
        if out.keys() != set(names):
            raise InvalidValueError(f"session: gives the outputs {names}, `out` has {sorted(out)}")
        return [out[name] for name in names]

    def plan(self, shapes: tuple[Shape, ...]) -> _core.Plan:
        """The plan for these input shapes, made if there is none yet."""
        plan = self._plans.get(shapes)
        if plan is not None:
            return plan
        with self._lock:
            if shapes not in self._plans:
                graph = self._specialized(shapes)
                if shapes != self._checked:
                    self._check_coverage(graph)
                self._plans[shapes] = self._make_plan(graph)
                if len(self._plans) > _MAX_PLANS:
                    self._plans.popitem(last=False)
            return self._plans[shapes]

    def _make_plan(self, graph: Graph) -> _core.Plan:
        plan = make_plan(
            graph,
            threads=self.threads,
            guard=self._guard,
            winograd=self._winograd,
            cache=self._cache,
            strict=self._strict,
            choices=self._choices.table if self._choices else None,
        )
        if self._choices:
            self._choices.save()
        return plan

    def check_coverage(self) -> None:
        """Warns, once, of the nodes that run on NumPy; refuses them if the session is strict.

        Raises:
            UnsupportedError: It is strict, and there are such nodes.
        """
        shapes = tuple(_filled(x.shape) for x in self.graph.inputs)
        self._check_coverage(self._specialized(shapes))
        self._checked = shapes

    def _check_coverage(self, graph: Graph) -> None:
        if not self._warned:
            self._warned = check_coverage(graph, strict=self._strict)

    def _specialized(self, shapes: tuple[Shape, ...]) -> Graph:
        names = (value.name for value in self.graph.inputs)
        return specialize(self.graph, dict(zip(names, shapes, strict=True)))

    def explain(self, *arrays: Array) -> Table:
        """What runs, in which layout, on which kernel, and why; with the time of each step.

        Args:
            *arrays: Inputs to measure on; random ones of batch 1 if none are given.
        """
        inputs = self._arrange(arrays, {}) if arrays else self._random_inputs()
        plan = self.plan(tuple(array.shape for array in inputs))
        rows, _ = measure(plan, inputs, runs=20)
        rows = [{name: cell for name, cell in row.items() if name != "GFLOP/s"} for row in rows]
        return Table(
            f"Plan for {describe(inputs)}, {self.threads} threads",
            rows,
            [str(report) for report in self.reports],
            {"ms": "{:.4f}", "MFLOP": "{:.2f}"},
        )

    def profile(self, *arrays: Array, runs: int = 50) -> Table:
        """Time, speed and share of this machine's peak of each step.

        Args:
            *arrays: Inputs to measure on; random ones of batch 1 if none are given.
            runs: Runs to take the median of.
        """
        inputs = self._arrange(arrays, {}) if arrays else self._random_inputs()
        plan = self.plan(tuple(array.shape for array in inputs))
        return profile_table(plan, inputs, runs=runs, threads=self.threads)

    def _random_inputs(self) -> list[Array]:
        rng = np.random.default_rng(0)
        return [
            rng.random(_filled(value.shape)).astype(value.type.dtype)
            if np.dtype(value.type.dtype).kind == "f"
            else np.zeros(_filled(value.shape), value.type.dtype)
            for value in self.graph.inputs
        ]

    def _arrange(
        self, arrays: tuple[Array | Mapping[str, Array], ...], named: Mapping[str, Array]
    ) -> list[Array]:
        inputs = self.graph.inputs
        if len(arrays) == len(inputs) == 1 and not named and isinstance(arrays[0], np.ndarray):
            return [as_input(inputs[0], arrays[0])]
        return [
            as_input(value, array)
            for value, array in zip(inputs, self._in_order(arrays, named), strict=True)
        ]

    def _in_order(self, arrays: tuple[Any, ...], named: Mapping[str, Any]) -> list[Any]:
        """What was given for each input."""
        names = [value.name for value in self.graph.inputs]
        given: dict[str, Any] = {}
        for i, array in enumerate(arrays):
            given.update(
                array if isinstance(array, Mapping) else {names[min(i, len(names) - 1)]: array}
            )
        given.update(named)
        if len(arrays) > len(names) or given.keys() != set(names):
            raise InvalidValueError(
                f"session: takes the inputs {names}, was given {len(arrays)} by position and "
                f"{sorted(named)} by name"
            )
        return [given[name] for name in names]


def as_input(value: Value, array: Array) -> Array:
    """`array` as the contiguous array of the type that input `value` takes."""
    array = np.asarray(array)
    if array.dtype == _numpy_type(value.type.dtype) and array.flags.c_contiguous:
        return array
    if array.dtype.kind not in "fiub":
        raise InvalidValueError(
            f"input '{value.name}': takes numbers, was given an array of {array.dtype}"
        )
    return np.asarray(array, value.type.dtype, order="C")


def _filled(shape: Shape) -> tuple[int, ...]:
    """`shape` with 1 for what is unknown."""
    return tuple(1 if extent is None else extent for extent in shape)
