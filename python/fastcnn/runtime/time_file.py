"""Measured times on disk, for the next process.

Files lie in `FASTCNN_CACHE_DIR`, else in `fastcnn` of the user's cache folder (`XDG_CACHE_HOME`,
else `~/.cache`). Times hold for one machine and one build, which the caller names; what belongs to
others is dropped when a file is written. It is replaced as a whole, so that another process reads
either the old or the new one; one that is damaged counts as empty. Deleting it costs a measurement,
no more.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from functools import cache
from pathlib import Path
from typing import Any

from fastcnn import _core
from fastcnn.graph.atomic import write_atomically

_MAX_BYTES = 4 * 2**20
"""A larger file is not ours, or has grown for years: it counts as empty."""

Entries = dict[str, dict[str, float]]
"""Milliseconds by name, by key."""


def folder() -> Path:
    """Where the files lie."""
    if path := os.environ.get("FASTCNN_CACHE_DIR"):
        return Path(path)
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "fastcnn"


def add_entries(path: Path, entries: Entries, machine: str | None = None) -> None:
    """Writes `entries` together with what the file holds already.

    `machine` is this CPU with the native core if None.

    A folder that cannot be written to is no error: the next process measures again.
    """
    machine = machine or _machine()
    merged = read_entries(path, machine) | entries
    text = json.dumps({"machine": machine, "milliseconds": merged}, indent=1)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())


def read_entries(path: Path, machine: str | None = None) -> Entries:
    """What the file at `path` tells of `machine`; nothing where it is damaged or missing."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["machine"] != (machine or _machine()):
            return {}
        return {str(key): _times(times) for key, times in content["milliseconds"].items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def _times(times: Any) -> dict[str, float]:
    checked = {str(name): float(time) for name, time in times.items()}
    if not all(math.isfinite(time) and time >= 0 for time in checked.values()):
        raise ValueError("a time is no number of milliseconds")
    return checked


@cache
def _machine() -> str:
    """The CPU and the build of the native core."""
    return f"{_core.cpu_info()['brand']}; core {build_of(_core)}"


def build_of(module: Any) -> str:
    """What tells one build of a native module from another."""
    native = os.stat(module.__file__)
    return f"{native.st_size}, {native.st_mtime_ns}"
