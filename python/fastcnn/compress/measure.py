"""What a model is worth, measured: accuracy, size and speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.compress.cost import Cost, run_times
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.samples import read_data
from fastcnn.models import Model, file_size
from fastcnn.ops.statistics import statistics
from fastcnn.runtime import compile as compile_graph


@dataclass(frozen=True)
class Measurement:
    """Figures of one model on this machine.

    Args:
        name: Of the model.
        quality: Loss and metrics; None where there were no data.
        cost: Size, work and latency.
        best_latency_ms: Shortest time of a run of one sample, in milliseconds.
        throughput: Samples a second at batch `batch`, from the median time.
        batch: Samples a run for the throughput.
        threads: Threads the sessions ran on.
    """

    name: str
    quality: Quality | None
    cost: Cost
    best_latency_ms: float
    throughput: float
    batch: int
    threads: int

    @property
    def accuracy(self) -> float | None:
        """Share of right answers; None where it was not measured."""
        return None if self.quality is None else self.quality.accuracy


def measure(
    model: Model,
    data: Any = None,
    *,
    name: str | None = None,
    threads: int | None = None,
    batch: int = 64,
    seconds: float = 0.5,
) -> Measurement:
    """Measures a model.

    Args:
        model: Compiled, if there are data.
        data: Samples and labels for accuracy and loss.
        name: For tables; the model's own if None.
        threads: Threads a run may use; all if None.
        batch: Samples a run for the throughput.
        seconds: Time spent on each of latency and throughput.
    """
    graph = model.graph
    tested = None if data is None else quality(model, read_data("measure", graph, data))
    session = compile_graph(graph, threads=threads, check=False)
    single, bulk = (run_times(session, graph, size, seconds) for size in (1, batch))
    size = statistics(graph)
    return Measurement(
        name or model.name,
        tested,
        Cost(
            size.parameters,
            size.nonzeros,
            size.macs,
            file_size(model),
            1e3 * float(np.median(single)),
        ),
        1e3 * min(single),
        batch / float(np.median(bulk)),
        batch,
        session.threads,
    )
