"""Results of long benchmarks, one line of JSON a cell: what is done is not done again."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


class Cells:
    """A file of finished cells.

    Args:
        path: Read if it is there; each new cell is a line at its end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.done: list[Cell] = [json.loads(line) for line in lines]

    def find(self, **key: Any) -> Cell | None:
        """The cell of a key."""
        return next((c for c in self.done if key.items() <= c.items()), None)

    def run(self, work: Callable[[], Cell], **key: Any) -> Cell:
        """The cell of a key, from the file or by `work`, which gives the rest of it."""
        found = self.find(**key)
        if found is None:
            start = time.perf_counter()
            found = {**key, **work(), "seconds": round(time.perf_counter() - start, 1)}
            self.done.append(found)
            with self._path.open("a") as file:
                file.write(json.dumps(found) + "\n")
            print(json.dumps(found), flush=True)
        return found


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """Mean and standard deviation (n - 1)."""
    mean = form.format(statistics.mean(values))
    return f"{mean} ± {form.format(statistics.stdev(values))}" if len(values) > 1 else mean


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table: the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
