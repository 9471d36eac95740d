"""Writes the figures to a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from fastcnn.train.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes one line an epoch to a CSV file: the epoch, then every figure by name.

    Each line is on disk before the next epoch begins.

    Args:
        filename: The file.
        separator: What stands between two fields.
        append: Whether to go on with a file that exists; its header is kept and its columns are
            used.

    Source:
        RFC 4180: lines end in CR LF.
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        self._path = Path(filename)
        self._separator = separator
        self._append = append
        self._file: TextIO | None = None
        self._columns: list[str] = []
        self._end: int | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._columns = self._header() if self._append else []
        self._end = None
        if self._append:
            self._end = self._path.stat().st_size if self._path.exists() else 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._file is None:
            self._file = self._open()
        row = {"epoch": epoch, **(logs or {})}
        fresh = not self._columns
        self._columns = self._columns or list(row)
        writer = csv.DictWriter(
            self._file, self._columns, extrasaction="ignore", delimiter=self._separator
        )
        if fresh:
            writer.writeheader()
        writer.writerow(row)
        self._file.flush()
        self._end = self._file.tell()

    def state_dict(self) -> dict[str, Any]:
        return {"end": self._end, "columns": self._columns}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._end, self._columns = state["end"], list(state["columns"])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> TextIO:
        """The file, cut where the last line known of ends: a killed run may have written more."""
        if self._end is None or not self._path.exists():
            return self._path.open("w", newline="", encoding="utf-8")
        file = self._path.open("r+", newline="", encoding="utf-8")
        file.truncate(self._end)
        file.seek(self._end)
        return file

    def _header(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open(newline="", encoding="utf-8") as file:
            return next(csv.reader(file, delimiter=self._separator), [])
