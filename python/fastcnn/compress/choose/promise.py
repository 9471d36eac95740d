"""Times of two models in a process of their own, as whoever runs them would find them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fastcnn.compress.cost import draw_inputs
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.runtime import compile as compile_graph

_TURN = 5
"""Calls of a model in a row: from the second on its data are in the cache."""
_ROUNDS = 20


@dataclass(frozen=True)
class Times:
    """Two models, timed in turn.

    Args:
        before_ms: Median milliseconds of a call of the first.
        after_ms: Of the second.
        speedup: Median of the ratios of their times in the same round.
    """

    before_ms: float
    after_ms: float
    speedup: float


def times_in_fresh_process(
    before: Model,
    after: Model,
    *,
    batch: int,
    threads: int,
    seconds: float = 0.4,
    processes: int = 3,
) -> Times:
    """Saves both models, loads them in new processes and times them there.

    Where arrays come to lie differs from process to process, and with it the speed by some percent:
    so there are several, and the times are those of the one with the median speedup.

    Args:
        before: The first model.
        after: The second.
        batch: Samples a call.
        threads: Threads a call uses.
        seconds: Of each process.
        processes: Odd.

    Raises:
        CompressionError: The process failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("before.fcnn", "after.fcnn")]
        for model, path in zip((before, after), paths, strict=True):
            model.save(path)
        arguments = [*paths, str(batch), str(threads), str(seconds)]
        found = [_times_of_process(arguments) for _ in range(processes)]
    return sorted(found, key=lambda times: times.speedup)[processes // 2]


def _times_of_process(arguments: Sequence[str]) -> Times:
    done = subprocess.run(
        [sys.executable, "-m", __name__, *arguments], capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        raise CompressionError(f"optimize: the process that re-measures failed: {last}")
    return Times(**json.loads(done.stdout))


def time_in_turn(before: Graph, after: Graph, *, batch: int, threads: int, seconds: float) -> Times:
    """Times both, round after round, in this process."""
    calls = []
    for graph in (before, after):
        session = compile_graph(graph, threads=threads, check=False)
        inputs = list(draw_inputs(graph, batch).values())
        calls.append((session.plan(tuple(array.shape for array in inputs)), inputs))
    times: list[list[float]] = [[], []]
    end = time.perf_counter() + seconds
    while len(times[0]) < _ROUNDS or time.perf_counter() < end:
        for (plan, inputs), taken in zip(calls, times, strict=True):
            plan.run(inputs)
            turn = []
            for _ in range(_TURN):
                start = time.perf_counter()
                plan.run(inputs)
                turn.append(1e3 * (time.perf_counter() - start))
            taken.append(statistics.median(turn))
    ratios = [a / b for a, b in zip(*times, strict=True)]
    return Times(*(statistics.median(values) for values in (*times, ratios)))


def main(arguments: Sequence[str]) -> None:
    """Prints the times of two models; takes their paths, batch, threads and seconds."""
    from fastcnn.models import load_model

    before, after, batch, threads, seconds = arguments
    times = time_in_turn(
        load_model(before).graph,
        load_model(after).graph,
        batch=int(batch),
        threads=int(threads),
        seconds=float(seconds),
    )
    print(json.dumps(asdict(times)))


if __name__ == "__main__":
    main(sys.argv[1:])
