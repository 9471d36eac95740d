"""The child's end: one runtime in a process of its own, asked line by line.

    python serve.py RUNTIME CPU[,CPU...]

A request is one line of JSON on stdin, `{"call": name, "arguments": {...}}`; the reply is one on
stdout, `{"result": ...}` or `{"error": text}`. What runtimes print goes to stderr.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

_WARM_SECONDS = 0.02
"""Calls of a turn that are not counted: they wake threads and fill caches."""


class Server:
    """A runtime and what it may be asked."""

    def __init__(self, runtime: str, cpus: list[int]) -> None:
        """Holds the process to `cpus` before the runtime counts them."""
        os.sched_setaffinity(0, cpus)
        self._threads = len(cpus)
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
        np.savez(outputs, *results)
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


def main() -> None:
    """Answers until the input ends."""
    # This folder's files are named like the packages they import: look for those elsewhere.
    sys.path.pop(0)
    sys.path.append(str(Path(__file__).parent.parent))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    runtime, cpus = sys.argv[1:]
    server: Server | None = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if server is None:
                server = Server(runtime, [int(cpu) for cpu in cpus.split(",")])
            reply = {"result": getattr(server, request["call"])(**request["arguments"])}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
