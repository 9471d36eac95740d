"""One model on several runtimes, side by side."""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn import onnx
from fastcnn.bench.cpus import pick_cpus
from fastcnn.bench.worker import Worker
from fastcnn.errors import PeerError
from fastcnn.models import load_model
from fastcnn.typing import Array

OURS = "fastcnn"
TOLERANCE = 1e-4
"""Largest relative RMS error of FastCNN's outputs."""
PEER_TOLERANCE = 1e-2
"""That of a peer, which may trade digits for speed; its error is told beside its time."""
_TURN_SECONDS, _LEAST_CALLS, _LEAST_ROUNDS = 0.15, 2, 3


@dataclass(frozen=True)
class Entry:
    """One runtime's result.

    Args:
        runtime: Its name.
        version: Its name and version, in words; empty where it did not start.
        error: Relative RMS error of its outputs against the reference; None for the reference.
        median_ms: Of one call.
        minimum_ms: Of one call.
        runs: Calls timed.
        first_answer_s: From opening the file to the first outputs.
        peak_mb: Largest resident memory of its process by then.
        problem: Why it was not timed; empty where it was.
    """

    runtime: str
    version: str = ""
    error: float | None = None
    median_ms: float | None = None
    minimum_ms: float | None = None
    runs: int = 0
    first_answer_s: float | None = None
    peak_mb: float | None = None
    problem: str = ""


@dataclass(frozen=True)
class Contest:
    """All runtimes on one model, number of threads and batch size; FastCNN comes first.

    Args:
        model: Name of the file, without its ending.
        threads: Threads of each runtime.
        cpus: CPUs its process was held to.
        batch: Images in a call.
        reference: Runtime that the outputs were compared with; empty where there is none.
        entries: The results.
    """

    model: str
    threads: int
    cpus: tuple[int, ...]
    batch: int
    reference: str
    entries: tuple[Entry, ...]

    @property
    def ratio(self) -> float | None:
        """How many times as fast as the fastest peer FastCNN is, by medians."""
        ours, *peers = self.entries
        times = [entry.median_ms for entry in peers if entry.median_ms is not None]
        return min(times) / ours.median_ms if times and ours.median_ms else None

    @property
    def wrong(self) -> bool:
        """Whether FastCNN failed or gave other outputs than the reference."""
        return bool(self.entries[0].problem)


def compete(
    model: Path,
    *,
    device: str = "cpu",
    against: Sequence[str] = (),
    threads: Sequence[int] = (1,),
    batches: Sequence[int] = (1,),
    seconds: float = 10.0,
    python: str,
) -> Iterator[Contest]:
    """Compares outputs, then speed; one contest for each number of threads and batch size.

    Each runtime has a process of its own, held to as many CPUs as it has threads. Inputs are the
    same standard normal numbers for all. Outputs are compared with those of the first of `against`
    that runs the model; a runtime whose outputs are wrong is not timed. The others are asked in
    turn, round after round, each round beginning with another.

    On device "cuda" arrays lie on the device before and after a call, which ends when the device
    is done.

    Args:
        model: An ONNX file, or one of ours, which the peers get in ONNX.
        device: "cpu" or "cuda".
        against: Names out of `peers.NAMES[device]`.
        threads: Numbers of threads.
        batches: Batch sizes.
        seconds: Time for the calls of one contest, all runtimes together.
        python: Interpreter that has the peers.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = _in_onnx(model, folder) if against else model
        for count in threads:
            cpus = pick_cpus(count)
            with ExitStack() as stack:
                suffix = "" if device == "cpu" else f"_{device}"
                ours = stack.enter_context(Worker(OURS + suffix, sys.executable, cpus))
                peers = [
                    stack.enter_context(Worker(peer + suffix, python, cpus)) for peer in against
                ]
                opened = [_open(ours, model), *(_open(peer, theirs) for peer in peers)]
                for batch in batches:
                    yield _contest([ours, *peers], opened, model, cpus, batch, seconds, folder)


def _is_ours(runtime: str) -> bool:
    return runtime.partition("_")[0] == OURS


def _in_onnx(model: Path, folder: Path) -> Path:
    if model.suffix == ".onnx":
        return model
    path = folder / f"{model.stem}.onnx"
    onnx.save(load_model(model), path)
    return path


def _open(worker: Worker, model: Path) -> tuple[Entry, list[Any] | None]:
    try:
        about = worker.call("load", model=str(model.resolve()))
    except PeerError as error:
        return Entry(worker.runtime, problem=str(error)), None
    return Entry(worker.runtime, about["version"]), about["inputs"]


def _contest(
    workers: Sequence[Worker],
    opened: Sequence[tuple[Entry, list[Any] | None]],
    model: Path,
    cpus: list[int],
    batch: int,
    seconds: float,
    folder: Path,
) -> Contest:
    entries = {entry.runtime: entry for entry, _ in opened}
    inputs = opened[0][1]
    reference = ""
    if inputs is not None:
        np.savez(folder / "inputs.npz", *_random(inputs, batch))
        names = [name for name, _, _ in inputs]
        outputs: dict[str, list[Array]] = {}
        for worker in workers:
            entry = entries[worker.runtime]
            if not entry.problem:
                entries[worker.runtime] = _answer(worker, entry, names, folder, outputs)
        reference = next((name for name in outputs if not _is_ours(name)), "")
        if reference:
            entries |= {
                name: _judge(entries[name], y, outputs[reference])
                for name, y in outputs.items()
                if name != reference
            }
        able = [worker for worker in workers if not entries[worker.runtime].problem]
        for name, times in _times(able, seconds).items():
            entries[name] = replace(
                entries[name],
                median_ms=1e3 * statistics.median(times),
                minimum_ms=1e3 * min(times),
                runs=len(times),
            )
    return Contest(model.stem, len(cpus), tuple(cpus), batch, reference, tuple(entries.values()))


def _random(inputs: list[Any], batch: int) -> list[Array]:
    """The inputs; the first extent is the batch, any other open one is 224."""
    rng = np.random.default_rng(0)
    arrays = []
    for _, shape, dtype in inputs:
        extents = [batch if i == 0 else extent or 224 for i, extent in enumerate(shape)]
        arrays.append(rng.standard_normal(extents).astype(dtype))
    return arrays


def _answer(
    worker: Worker,
    entry: Entry,
    names: list[str],
    folder: Path,
    outputs: dict[str, list[Array]],
) -> Entry:
    path = folder / f"{worker.runtime}.npz"
    files = {"inputs": str(folder / "inputs.npz"), "outputs": str(path)}
    try:
        told = worker.call("answer", names=names, **files)
    except PeerError as error:
        return replace(entry, problem=str(error))
    with np.load(path) as file:
        outputs[worker.runtime] = [file[name] for name in file.files]
    return replace(entry, first_answer_s=told["seconds"], peak_mb=told["peak_mb"])


def _judge(entry: Entry, outputs: list[Array], reference: list[Array]) -> Entry:
    error = relative_error(outputs, reference)
    limit = TOLERANCE if _is_ours(entry.runtime) else PEER_TOLERANCE
    if error <= limit:
        return replace(entry, error=error)
    problem = f"wrong outputs: relative RMS error {error:.1e}, more than {limit:.0e}"
    return replace(entry, error=error if math.isfinite(error) else None, problem=problem)


def relative_error(outputs: Sequence[Array], reference: Sequence[Array]) -> float:
    """Root mean square of the differences over that of the reference; the worst output's.

    Infinite where shapes do not fit or a number is NaN on one side alone.
    """
    if len(outputs) != len(reference):
        return math.inf
    worst = 0.0
    for y, truth in zip(outputs, reference, strict=True):
        if y.size != truth.size:
            return math.inf
        wide = truth.astype(np.float64).ravel()
        norm = float(np.linalg.norm(wide))
        distance = float(np.linalg.norm(y.astype(np.float64).ravel() - wide))
        error = 0.0 if distance == 0 else distance / norm if norm else math.inf
        worst = max(worst, error if math.isfinite(error) else math.inf)
    return worst


def _times(workers: Sequence[Worker], seconds: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {worker.runtime: [] for worker in workers}
    end = time.perf_counter() + seconds
    round_ = 0
    while workers and (round_ < _LEAST_ROUNDS or time.perf_counter() < end):
        first = round_ % len(workers)
        for worker in (*workers[first:], *workers[:first]):
            times[worker.runtime] += worker.call("times", seconds=_TURN_SECONDS, least=_LEAST_CALLS)
        round_ += 1
    return times
