"""What a runtime is asked where calls of a model are compared."""

from __future__ import annotations

import gc
import importlib
import time
from pathlib import Path
from typing import Any

import numpy as np

_WARM_SECONDS = 0.02
"""Calls of a turn that are not counted: they wake threads and fill caches."""


class Server:
    """A runtime and what it may be asked."""

    def __init__(self, runtime: str, threads: int) -> None:
        self._threads = threads
        self._kind: Any = importlib.import_module(f"peers.{runtime}").Peer
        self._peer: Any = None
        self._load_seconds = 0.0

    def load(self, model: str) -> dict[str, Any]:
        """Opens a model; tells the runtime's version and, where it knows, the model's inputs."""
        start = time.perf_counter()
        self._peer = self._kind(model, self._threads)
        self._load_seconds = time.perf_counter() - start
        return {"version": self._kind.version, "inputs": getattr(self._peer, "inputs", None)}

    def answer(self, names: list[str], inputs: str, outputs: str) -> dict[str, float]:
        """Runs on the arrays in a file, called `names`, and writes the outputs to another.

        Returns:
            Seconds from opening the model to this answer, and the peak of memory in MB.
        """
        start = time.perf_counter()
        with np.load(inputs) as file:
            arrays = dict(zip(names, (file[key] for key in file.files), strict=True))
        self._peer.feed(arrays)
        results = self._peer.run()
        seconds = time.perf_counter() - start
        fetch = getattr(self._peer, "fetch", list)
        np.savez(outputs, *fetch(results))
        return {"seconds": self._load_seconds + seconds, "peak_mb": _peak_mb()}

    def times(self, seconds: float, least: int) -> list[float]:
        """Seconds of each call of a turn that lasts `seconds`, of `least` calls or more."""
        run, clock = self._peer.run, time.perf_counter
        warm = clock() + _WARM_SECONDS
        run()
        while clock() < warm:
            run()
        found: list[float] = []
        gc.disable()
        end = clock() + seconds
        while len(found) < least or clock() < end:
            start = clock()
            run()
            found.append(clock() - start)
        gc.enable()
        return found


def _peak_mb() -> float:
    """Largest resident memory of this program; getrusage counts the parent's before exec too."""
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6
