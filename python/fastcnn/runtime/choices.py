"""Measured times of kernels, kept on disk for the next process.

One file, `kernels.json`, in `FASTCNN_CACHE_DIR`, else in `fastcnn` of the user's cache folder
(`XDG_CACHE_HOME`, else `~/.cache`). Times hold for one CPU model and one build of the native core;
what belongs to others is dropped when the file is written. It is replaced as a whole, so that
another process reads either the old or the new one; one that is damaged counts as empty. Deleting
it costs a measurement, no more.
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

_Entries = dict[str, dict[str, float]]


def wanted() -> bool:
    """Whether implementations are measured by default: unless `FASTCNN_MEASURE` is 0."""
    return os.environ.get("FASTCNN_MEASURE", "1") != "0"


def folder() -> Path:
    """Where the file lies."""
    if path := os.environ.get("FASTCNN_CACHE_DIR"):
        return Path(path)
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "fastcnn"


class Choices:
    """The times that this process measured or found on disk."""

    def __init__(self) -> None:
        """Reads the file."""
        self.table = _core.ChoiceTable()
        self._saved = _read(folder() / "kernels.json")
        for key, times in self._saved.items():
            self.table.add(key, times)

    def save(self) -> None:
        """Writes what is new, together with what other processes wrote meanwhile.

        A folder that cannot be written to is no error: the next process measures again.
        """
        entries = self.table.entries()
        if entries == self._saved:
            return
        path = folder() / "kernels.json"
        merged = _read(path) | entries
        text = json.dumps({"machine": _machine(), "milliseconds": merged}, indent=1)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.encode())
        self._saved = entries


@cache
def shared() -> Choices:
    """The choices of this process."""
    return Choices()


@cache
def _machine() -> str:
    """The CPU and the build of the native core."""
    native = os.stat(_core.__file__)
    return f"{_core.cpu_info()['brand']}; core {native.st_size}, {native.st_mtime_ns}"


def _read(path: Path) -> _Entries:
    """What the file at `path` tells of this machine; nothing where it is damaged or missing."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["machine"] != _machine():
            return {}
        return {str(key): _times(times) for key, times in content["milliseconds"].items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def _times(times: Any) -> dict[str, float]:
    checked = {str(name): float(time) for name, time in times.items()}
    if not all(math.isfinite(time) and time >= 0 for time in checked.values()):
        raise ValueError("a time is no number of milliseconds")
    return checked
