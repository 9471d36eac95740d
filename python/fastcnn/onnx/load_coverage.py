"""How each operator of a model runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastcnn.runtime import Table


class Coverage:
    """Counts operators by how they run."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, node: Any, how: str) -> None:
        """Counts one node."""
        domain = f"{node.domain}." if node.domain else ""
        self._counts[f"{domain}{node.op_type}", how] += 1

    def count(self, how: str) -> int:
        """Nodes that run this way."""
        return sum(count for (_, kind), count in self._counts.items() if kind == how)

    def table(self, title: str) -> Table:
        """Operator, count, and how it runs; the most frequent first."""
        rows: list[dict[str, Any]] = [
            {"operator": operator, "count": count, "runs": how}
            for (operator, how), count in self._counts.most_common()
        ]
        return Table(title, rows)
