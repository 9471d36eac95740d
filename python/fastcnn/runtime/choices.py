"""Measured times of kernels, kept on disk for the next process in `kernels.json`."""

from __future__ import annotations

import os
from functools import cache

from fastcnn import _core
from fastcnn.runtime.time_file import add_entries, folder, read_entries


def wanted() -> bool:
    """Whether implementations are measured by default: unless `FASTCNN_MEASURE` is 0."""
    return os.environ.get("FASTCNN_MEASURE", "1") != "0"


class Choices:
    """The times that this process measured or found on disk."""

    def __init__(self) -> None:
        """Reads the file."""
        self.table = _core.ChoiceTable()
        self._saved = read_entries(folder() / "kernels.json")
        for key, times in self._saved.items():
            self.table.add(key, times)

    def save(self) -> None:
        """Writes what is new, together with what other processes wrote meanwhile."""
        entries = self.table.entries()
        if entries != self._saved:
            add_entries(folder() / "kernels.json", entries)
            self._saved = entries


@cache
def shared() -> Choices:
    """The choices of this process."""
    return Choices()
