"""Graphs that change their own state: training steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fastcnn import _core
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.passes import recompute, specialize
from fastcnn.runtime.host import check_coverage
from fastcnn.runtime.machine import get_num_threads
from fastcnn.runtime.plan import make_plan
from fastcnn.runtime.profiling import profile_table
from fastcnn.runtime.session import as_input
from fastcnn.runtime.table import Table
from fastcnn.typing import Array, Shape

_SEGMENTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""How the forward pass is cut, until its memory is within the limit."""


class Step:
    """A graph with updates, compiled for each shape of its inputs.

    One `run` is one call into native code: forward, loss, backward, regularisation and update. The
    state is shared by the plans of all shapes, so the last, smaller batch of an epoch trains the
    same weights.

    Args:
        graph: The training step. Every parameter that an update replaces becomes state, copied
            from the graph's data; other parameters are constants.
        threads: Threads a run may use; all if None. The results do not depend on it.
        winograd: Whether 3x3 convolutions and their gradients may run by Winograd's algorithm: up
            to three times as fast, with about twice the rounding error.
        memory_limit: Bytes that the activations and gradients of a run may take; where they would
            take more, activations are computed again in the backward pass, to the same bits.
        guard: Fences every buffer and checks the fences, for tests.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        threads: int | None = None,
        winograd: bool = True,
        memory_limit: int | None = None,
        guard: bool = False,
    ) -> None:
        """Copies the state; compiles nothing yet."""
        self._graph = graph
        self._threads = threads or get_num_threads()
        self._winograd = winograd
        self._memory_limit = memory_limit
        self._guard = guard
        self._cache = _core.PackCache()
        self._plans: dict[tuple[Shape, ...], _core.Plan] = {}
        self.state: Mapping[str, Array] = {
            old.name: np.array(old.data, order="C")
            for old, _ in graph.updates
            if old.data is not None
        }
        """The arrays that hold the parameters, by name. Runs write to them: copy to keep."""

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Runs the step once and updates the state.

        Args:
            feeds: One array for each input of the graph, by name.

        Returns:
            The graph's outputs by name.
        """
        inputs = self._arrange(feeds)
        results = self.plan(tuple(array.shape for array in inputs)).run(inputs)
        return {value.name: y for value, y in zip(self._graph.outputs, results, strict=True)}

    def profile(self, feeds: Mapping[str, Array], *, runs: int = 10) -> Table:
        """Time, speed and share of this machine's peak of each operation of the step.

        Every run updates the state, as `run` does.

        Args:
            feeds: As `run` takes them.
            runs: Runs to take the median of; one more comes before.
        """
        inputs = self._arrange(feeds)
        plan = self.plan(tuple(array.shape for array in inputs))
        return profile_table(plan, inputs, runs=runs, threads=self._threads)

    def plan(self, shapes: tuple[Shape, ...]) -> _core.Plan:
        """The plan for these input shapes, made if there is none yet."""
        plan = self._plans.get(shapes)
        if plan is None:
            names = (value.name for value in self._graph.inputs)
            graph = specialize(self._graph, dict(zip(names, shapes, strict=True)))
            if not self._plans:
                self._check_coverage(graph)
            plan = self._plans[shapes] = self._make_least_plan(graph, shapes)
        return plan

    def _check_coverage(self, graph: Graph) -> None:
        check_coverage(graph, strict=False)

    def _make_least_plan(self, graph: Graph, shapes: tuple[Shape, ...]) -> _core.Plan:
        """The plan that computes least again among those within the limit.

        Raises:
            InvalidValueError: No plan is within the limit.
        """
        least = 0
        for segments in _SEGMENTS:
            plan = self._make_plan(recompute(graph, segments))
            if self._memory_limit is None or plan.arena_bytes <= self._memory_limit:
                return plan
            least = min(least or plan.arena_bytes, plan.arena_bytes)
        raise InvalidValueError(
            f"step: memory_limit is {self._memory_limit} bytes, inputs of {shapes[0]} need "
            f"{least} at least; give more or take a smaller batch"
        )

    def _make_plan(self, graph: Graph) -> _core.Plan:
        return make_plan(
            graph,
            threads=self._threads,
            state=self.state,
            guard=self._guard,
            winograd=self._winograd,
            cache=self._cache,
        )

    def _arrange(self, feeds: Mapping[str, Array]) -> list[Array]:
        return [as_input(value, feeds[value.name]) for value in self._graph.inputs]

    @property
    def graph(self) -> Graph:
        """The graph with a copy of the current state."""
        return self._graph.with_data({name: array.copy() for name, array in self.state.items()})
