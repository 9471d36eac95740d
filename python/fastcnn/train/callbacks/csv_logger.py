"""Writes the figures to a table."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TextIO

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

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._columns = self._header() if self._append else []
        self._file = self._path.open("a" if self._append else "w", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        assert self._file is not None
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

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _header(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open(newline="", encoding="utf-8") as file:
            return next(csv.reader(file, delimiter=self._separator), [])
