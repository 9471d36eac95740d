"""One runtime in a process of its own, driven line by line.

The script that compares starts one process for each runtime, so that no runtime's threads, memory
or environment touch another's, and asks them in turn, so that all meet the same machine. A request
is one line of JSON on stdin, `{"call": name, "arguments": {...}}`; the reply is one on stdout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
PAUSE_SECONDS = 0.05
"""Between two calls: the threads of the runtime asked last stop spinning in it."""


class Worker:
    """The parent's end."""

    def __init__(self, python: str, script: str, *, threads: int) -> None:
        """Starts `script` under the interpreter `python` with `threads` threads for everything."""
        names = ("OMP_NUM_THREADS", "FASTCNN_NUM_THREADS", "FASTCNN_BENCH_THREADS")
        environment = os.environ | dict.fromkeys(names, str(threads))
        self._process = subprocess.Popen(
            [python, str(HERE / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def call(self, name: str, **arguments: Any) -> Any:
        """Has the worker run one of its functions; waits for the answer."""
        time.sleep(PAUSE_SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args!r} ended with code {self._process.wait()}")
        return json.loads(line)

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
        self._process.stdin.close()
        self._process.wait(timeout=60)


def serve(*functions: Callable[..., Any]) -> None:
    """The child's end: answers until the input ends.

    What libraries print to stdout goes to stderr, so that replies stay alone on theirs.
    """
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    by_name = {function.__name__: function for function in functions}
    for line in sys.stdin:
        request = json.loads(line)
        answer = by_name[request["call"]](**request["arguments"])
        replies.write(json.dumps(answer) + "\n")
        replies.flush()
