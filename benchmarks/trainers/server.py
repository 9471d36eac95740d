"""What a framework is asked where training is compared."""

from __future__ import annotations

import gc
import importlib
import time
from pathlib import Path
from typing import Any

import numpy as np


class Server:
    """A framework and what it may be asked; see `fastcnn.bench.worker`."""

    def __init__(self, framework: str, threads: int) -> None:
        self._kind: Any = importlib.import_module(f"trainers.{framework}").Trainer
        self._threads = threads
        self._trainer: Any = None
        self._count = 0
        self._done = 0

    def build(self, network: str) -> str:
        """Builds a network; tells what of."""
        self._trainer = self._kind(network, self._threads)
        return str(self._kind.version)

    def write_weights(self, path: str) -> None:
        """Writes the weights to a file."""
        np.savez(path, *self._trainer.get_weights())

    def load(self, weights: str, data: str) -> None:
        """Takes the weights in a file, and the batches in another."""
        with np.load(weights) as file:
            self._trainer.set_weights([file[name] for name in file.files])
        with np.load(data) as file:
            self._trainer.feed(file["x"], file["y"])
            self._count = len(file["y"])

    def compile(self, optimizer: str, options: dict[str, Any]) -> None:
        """Makes ready to train from the weights taken last, with a new optimizer."""
        self._trainer.compile(optimizer, options)
        self._done = 0

    def predict(self, data: str, path: str) -> None:
        """Writes the outputs for the first batch in a file to another."""
        with np.load(data) as file:
            np.save(path, self._trainer.predict(file["x"][0]))

    def losses(self, steps: int) -> list[float]:
        """The losses of so many further updates."""
        return [float(self._step()) for _ in range(steps)]

    def times(self, seconds: float, least: int) -> list[float]:
        """Seconds of each update of a turn that lasts `seconds`, of `least` updates or more."""
        clock = time.perf_counter
        found: list[float] = []
        self._step()  # wakes threads
        gc.disable()
        end = clock() + seconds
        while len(found) < least or clock() < end:
            start = clock()
            self._step()
            found.append(clock() - start)
        gc.enable()
        return found

    def epoch(self, data: str, batch_size: int) -> float:
        """Seconds of one epoch of `fit` on the samples in a file."""
        with np.load(data) as file:
            x, y = file["x"], file["y"]
        start = time.perf_counter()
        self._trainer.fit(x, y, batch_size)
        return time.perf_counter() - start

    def memory(self) -> dict[str, float]:
        """Resident memory of this process in MB, now and the largest so far."""
        status = Path("/proc/self/status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in status)
        now, peak = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
        return {"now_mb": now, "peak_mb": peak}

    def profile(self, runs: int) -> list[dict[str, Any]]:
        """Operations of the step with their times; FastCNN's alone."""
        return list(self._trainer.profile(runs))

    def _step(self) -> Any:
        loss = self._trainer.step(self._done % self._count)
        self._done += 1
        return loss
