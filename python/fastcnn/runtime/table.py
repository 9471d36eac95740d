"""Tables that print well and can be read by programs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """Rows of named cells.

    Args:
        title: Printed above.
        rows: One dict a row; keys are the columns' names.
        footer: Lines printed below.
        formats: `str.format` specifications by column, such as `"{:.3f}"`; a cell that is None
            prints as a dash.
    """

    title: str
    rows: Sequence[dict[str, Any]]
    footer: Sequence[str] = ()
    formats: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order of first appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def cell(self, row: dict[str, Any], column: str) -> str:
        """One cell as text."""
        value = row.get(column)
        return "-" if value is None else self.formats.get(column, "{}").format(value)

    def __rich__(self) -> RichTable:
        """The table as rich draws it."""
        from rich import box
        from rich.table import Table as RichTable

        table = RichTable(
            title=self.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
        )
        for column in self.columns:
            numeric = all(isinstance(row.get(column), int | float | None) for row in self.rows)
            table.add_column(column, justify="right" if numeric else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*(self.cell(row, column) for column in self.columns))
        table.caption = "\n".join(self.footer) or None
        table.caption_justify = "left"
        return table

    def __str__(self) -> str:
        """The table as plain text, as wide as it needs."""
        from rich.console import Console

        console = Console(file=io.StringIO(), width=200, color_system=None)
        console.print(self)
        text: str = console.file.getvalue()  # type: ignore[attr-defined]
        return "\n".join(line.rstrip() for line in text.rstrip().splitlines())

    __repr__ = __str__
