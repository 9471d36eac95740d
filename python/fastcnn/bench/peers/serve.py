"""The child's end: one runtime in a process of its own, asked line by line.

    python serve.py FILE RUNTIME CPU[,CPU...]

FILE defines the class `Server(runtime, threads)`, whose methods are what may be asked. A request is
one line of JSON on stdin, `{"call": name, "arguments": {...}}`; the reply is one on stdout,
`{"result": ...}` or `{"error": text}`. What runtimes print goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Answers until the input ends."""
    file, runtime, cpus = (
        Path(sys.argv[1]),
        sys.argv[2],
        [int(cpu) for cpu in sys.argv[3].split(",")],
    )
    os.sched_setaffinity(0, cpus)  # before the runtime counts them
    # This folder's files are named like the packages they import: look for those elsewhere.
    sys.path.pop(0)
    sys.path.append(str(file.parent.parent))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server: Any = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if server is None:
                module: Any = importlib.import_module(f"{file.parent.name}.{file.stem}")
                server = module.Server(runtime, len(cpus))
            reply = {"result": getattr(server, request["call"])(**request["arguments"])}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
