"""What a model costs: size, work, time."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from fastcnn.graph import Graph
from fastcnn.models import Model, file_size
from fastcnn.ops.statistics import statistics
from fastcnn.runtime import Session
from fastcnn.runtime import compile as compile_graph
from fastcnn.typing import Array, Shape


@dataclass(frozen=True)
class Cost:
    """Figures that need no data.

    Args:
        parameters: Numbers that the graph holds.
        nonzeros: How many of them are not zero.
        macs: Multiply-accumulates for one sample, zeros included.
        bytes_on_disk: Size of the saved file.
        latency_ms: Median time of a run of one sample, in milliseconds.
    """

    parameters: int
    nonzeros: int
    macs: int
    bytes_on_disk: int
    latency_ms: float

    def figures(self) -> dict[str, float]:
        """By the names that `summary()` shows."""
        return {
            "parameters": self.parameters,
            "non-zeros": self.nonzeros,
            "MACs": self.macs,
            "bytes on disk": self.bytes_on_disk,
            "latency ms": round(self.latency_ms, 4),
        }


def cost(model: Model, *, threads: int | None = None, seconds: float = 0.05) -> Cost:
    """Measures a model, its latency for about that many seconds."""
    graph = model.graph
    session = compile_graph(graph, threads=threads, check=False)
    size = statistics(graph)
    return Cost(
        size.parameters,
        size.nonzeros,
        size.macs,
        file_size(model),
        1e3 * float(np.median(run_times(session, graph, 1, seconds))),
    )


def run_times(session: Session, graph: Graph, batch: int, seconds: float) -> list[float]:
    """Seconds of each of five runs or more, for about `seconds`, after a warm-up.

    Args:
        session: What to run.
        graph: Its graph, for the shapes; an extent other than the batch that is open is 32.
        batch: Samples a run, drawn from [0, 1).
        seconds: Time to spend; a tenth of it, and three runs at least, warm up.
    """
    x = draw_inputs(graph, batch)
    _times(session, x, 3, seconds / 10)
    return _times(session, x, 5, seconds)


def draw_inputs(graph: Graph, batch: int) -> dict[str, Array]:
    """Inputs of a graph from [0, 1); an extent other than the batch that is open is 32."""
    rng = np.random.default_rng(0)
    return {value.name: _draw(value.shape, batch, rng) for value in graph.inputs}


def _times(session: Session, x: dict[str, Array], least: int, seconds: float) -> list[float]:
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        start = time.perf_counter()
        session(**x)
        times.append(time.perf_counter() - start)
    return times


def _draw(shape: Shape, batch: int, rng: np.random.Generator) -> Array:
    extents = [batch if axis == 0 else extent or 32 for axis, extent in enumerate(shape)]
    return rng.random(extents, np.float32)
