"""Tries many recipes and keeps what nothing else beats."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastcnn.compress.choose.promise import times_in_fresh_process
from fastcnn.compress.search.found import Found
from fastcnn.compress.search.job import Job
from fastcnn.compress.search.space import Space
from fastcnn.compress.search.study import Study
from fastcnn.compress.search.worker import judge_of, work
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model
from fastcnn.runtime import get_num_threads

_LOOK_SECONDS = 0.5


def search(
    model: Model,
    space: Space,
    data: Any,
    *,
    test: Any,
    state_dir: str | os.PathLike[str],
    trials: int = 20,
    processes: int = 1,
    seed: int = 0,
    batch: int = 1,
    threads: int | None = None,
    say: Callable[[str], None] | None = None,
) -> Found:
    """Tries recipes and measures each, as `compare` does; speedup and score are both to be high.

    What a recipe leaves open is chosen by Optuna's tree-structured Parzen estimator for several
    objectives, the first ten trials by chance.

    Args:
        model: Left as it is.
        space: A recipe with choices.
        data: What the recipes learn and measure on.
        test: (x, y), or x alone, that the results are tested on and nothing learns from.
        state_dir: Folder for the trials (an SQLite database) and their models. The same call goes
            on from there, with a trial that was under way too; with more `trials` it tries more.
        trials: In all, those in the folder among them.
        processes: That try recipes at once, each with its share of the threads. Then speedups are
            measured while others work, and those of the front once more at the end, alone. With
            several processes the trials depend on which of them is done first.
        seed: Of every recipe, and of the choices.
        batch: Samples a call, for times.
        threads: Threads a timed call uses; all if None.
        say: Takes a line a trial.

    Raises:
        CompressionError: The folder holds trials of another model, recipe, data or version, or a
            process failed.
        InvalidValueError: A number is below 1, or nothing in the recipe is open.
        UnsupportedError: Optuna is not installed.

    Source:
        Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011; Ozaki et al.,
        "Multiobjective Tree-Structured Parzen Estimator", JAIR 73, 2022.
    """
    for name, number in (("trials", trials), ("processes", processes)):
        if number < 1:
            raise InvalidValueError(f"search: {name} must be at least 1, it is {number}")
    if not space.choices:
        raise InvalidValueError(
            f"search: '{space.source}' leaves nothing open; write {{any: [a, b]}} or {{from: 0.5, "
            "to: 0.9} in place of a value, or use run_recipe"
        )
    folder = Path(state_dir)
    folder.mkdir(parents=True, exist_ok=True)
    job = Job(folder, model, space, data, test, seed, batch, threads or get_num_threads())
    study, judge = Study(job), judge_of(job)
    study.take_over()
    told = {one.number for one in study.finished}
    missing = max(0, trials - len(told))

    def tell_news() -> None:
        for one in study.finished:
            if one.number not in told and say is not None:
                figures = f"{one.run.score:.4f}, {one.run.speedup:.2f}x" if one.run else one.error
                say(f"trial {one.number}: {figures}: {one.text}")
            told.add(one.number)

    if processes == 1 or missing < 2:
        for _ in range(missing):
            work(job, study, judge)
            tell_news()
    else:
        job.write()
        _work_in_processes(job, min(processes, missing), missing, tell_news)
    before = times_in_fresh_process(model, model, batch=batch, threads=job.threads)
    original = judge.original
    found = Found(
        tuple(study.finished[:trials]),
        {"score": original.score, "ms": before.before_ms},
        "agreement" if original.accuracy is None else "accuracy",
        folder,
    )
    return found if processes == 1 else _timed_alone(job, found)


def _work_in_processes(job: Job, processes: int, missing: int, look: Callable[[], None]) -> None:
    share = str(max(1, get_num_threads() // processes))
    environment = {**os.environ, "FASTCNN_NUM_THREADS": share}
    command = [sys.executable, "-m", "fastcnn.compress.search.worker", str(job.folder)]
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    try:
        for i in range(processes):
            count = missing // processes + (i < missing % processes)
            log = job.folder / f"worker-{i}.log"
            with log.open("wb") as file:
                process = subprocess.Popen(
                    [*command, str(i), str(count)], stdout=file, stderr=file, env=environment
                )
            running.append((process, log))
        while any(process.poll() is None for process, _ in running):
            time.sleep(_LOOK_SECONDS)
            look()
    finally:
        for process, _ in running:
            process.terminate()
            process.wait()
    look()
    for process, log in running:
        if process.returncode:
            lines = log.read_text(errors="replace").strip().splitlines()
            last = lines[-1] if lines else f"it ended with {process.returncode}"
            raise CompressionError(f"search: a process failed: {last}; see '{log}'")


def _timed_alone(job: Job, found: Found) -> Found:
    """The same, the speeds of the front measured while nothing else runs."""
    again = {}
    for one in found.front:
        assert one.run is not None
        times = times_in_fresh_process(
            job.model, found.model(one), batch=job.batch, threads=job.threads
        )
        run = replace(one.run, speedup=times.speedup, ms=times.after_ms)
        again[one.number] = replace(one, run=run)
    return replace(found, tried=tuple(again.get(one.number, one) for one in found.tried))
