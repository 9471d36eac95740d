"""The parent's end of a runtime in a process of its own; `peers/serve.py` is the other."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from fastcnn.errors import PeerError

_PEERS = Path(__file__).parent / "peers"
INFERENCE = _PEERS / "inference.py"
"""What runtimes are asked by default."""
_PAUSE_SECONDS = 0.05
"""Before each request: the threads of the runtime asked last stop spinning in it."""
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "FASTCNN_NUM_THREADS")


class Worker:
    """One runtime. Use it in a `with` block, which ends its process."""

    def __init__(
        self, runtime: str, python: str, cpus: Sequence[int], server: Path = INFERENCE
    ) -> None:
        """Starts `runtime` under the interpreter `python`, a thread on each of `cpus`.

        Args:
            runtime: Its name, which `server` knows.
            python: An interpreter that has it.
            cpus: What its process is held to.
            server: The file whose class `Server` answers; it may import its neighbours by the
                name of their folder.
        """
        self.runtime = runtime
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        self._process = subprocess.Popen(
            [python, str(_PEERS / "serve.py"), str(server), runtime, ",".join(map(str, cpus))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            text=True,
            env=os.environ | dict.fromkeys(_THREAD_VARIABLES, str(len(cpus))),
        )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def call(self, name: str, **arguments: Any) -> Any:
        """Has the worker run one of its functions and waits for the answer.

        Raises:
            PeerError: It failed, or its process ended.
        """
        time.sleep(_PAUSE_SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        reply = json.loads(line)
        if "error" in reply:
            raise PeerError(f"{self.runtime}: {reply['error']}")
        return reply["result"]

    def _ended(self) -> PeerError:
        code = self._process.wait()
        self._noise.seek(0)
        words = self._noise.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(words) if line.strip()), "it said nothing")
        return PeerError(f"{self.runtime}: its process ended with code {code}: {last.strip()}")

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the worker's input, which ends it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._noise.close()
