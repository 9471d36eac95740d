"""What was done to a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastcnn.errors import FileFormatError


@dataclass(frozen=True)
class Record:
    """One change of a model, kept with it and saved in its file.

    Args:
        kind: The word for what was done: "prune", "cut", "fuse".
        text: One line for people.
        details: Plain data that JSON can hold, for tables and reports. Figures under "before" and
            "after", by name, are shown by `summary()`.
    """

    kind: str
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"kind": self.kind, "text": self.text, "details": dict(self.details)}

    @staticmethod
    def from_json(data: Any) -> Record:
        """The record that `to_json` wrote.

        Raises:
            FileFormatError: It is none.
        """
        if isinstance(data, dict):
            kind, text, details = (data.get(key) for key in ("kind", "text", "details"))
            if isinstance(kind, str) and isinstance(text, str) and isinstance(details, dict):
                return Record(kind, text, details)
        raise FileFormatError("a record must hold the texts 'kind' and 'text' and 'details'")
