"""Turns answers of `fastcnn bench --json` into the tables of docs/performance.md.

    python benchmarks/table.py FILE...

A model, batch size and number of threads that stands in several files is taken from the last.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

Contest = dict[str, Any]


def read(paths: Sequence[Path]) -> list[Contest]:
    """The contests of all files, by batch size, threads and model."""
    found = {}
    for path in paths:
        for contest in json.loads(path.read_text())["contests"]:
            found[contest["batch"], contest["threads"], contest["model"]] = contest
    return [found[key] for key in sorted(found)]


def ratio(contest: Contest) -> float | None:
    """The fastest peer's median over FastCNN's."""
    ours, *peers = (entry["median_ms"] for entry in contest["entries"])
    times = [ms for ms in peers if ms is not None]
    return min(times) / ours if ours and times else None


def table(contests: Sequence[Contest]) -> list[str]:
    """Rows of one batch size and number of threads, and their geometric mean."""
    versions = {
        entry["runtime"]: entry["version"]
        for contest in contests
        for entry in contest["entries"]
        if entry["version"]
    }
    runtimes = list(dict.fromkeys(e["runtime"] for c in contests for e in c["entries"]))
    header = ["ms (best)", *(versions.get(name, name) for name in runtimes), "times", "error"]
    lines = [_line(header), _line(["---", *["---:"] * (len(header) - 1)])]
    for contest in contests:
        entries = {entry["runtime"]: entry for entry in contest["entries"]}
        times = ratio(contest)
        error = entries["fastcnn"]["error"]
        cells = [_time(entries.get(name)) for name in runtimes]
        cells += ["-" if times is None else f"**{times:.2f}**"]
        cells += ["-" if error is None else f"{error:.0e}"]
        lines.append(_line([contest["model"], *cells]))
    known = [math.log(times) for contest in contests if (times := ratio(contest))]
    if known:
        mean = math.exp(sum(known) / len(known))
        blank = [""] * len(runtimes)
        lines.append(_line(["geometric mean", *blank, f"**{mean:.2f}**", ""]))
    return lines


def _time(entry: dict[str, Any] | None) -> str:
    if entry is None or entry["median_ms"] is None:
        return "-"
    median, best = entry["median_ms"], entry["minimum_ms"]
    digits = 3 if median < 1 else 2 if median < 10 else 1
    return f"{median:.{digits}f} ({best:.{digits}f})"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints the tables."""
    contests = read([Path(name) for name in sys.argv[1:]])
    for (batch, threads), group in groupby(contests, lambda c: (c["batch"], c["threads"])):
        print(f"\nBatch {batch}, {threads} thread{'s' if threads > 1 else ''}:\n")
        print("\n".join(table(list(group))))


if __name__ == "__main__":
    main()
