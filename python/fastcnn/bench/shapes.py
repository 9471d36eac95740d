"""Reads files of shapes: one layer a line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastcnn.errors import FileFormatError

FOLDER = Path(__file__).parent / "shapes"
"""The files that come with the package."""


@dataclass(frozen=True)
class Shape:
    """One line: an op and its extents by name, as `conv2d n=1 c=3 h=224 w=224 oc=64 k=7`."""

    op: str
    extents: Mapping[str, int]

    def __str__(self) -> str:
        """The line again."""
        return " ".join([self.op, *(f"{name}={value}" for name, value in self.extents.items())])


def read_shapes(path: str | os.PathLike[str]) -> list[Shape]:
    """The shapes in a file.

    Raises:
        FileFormatError: A line is not of the form `op name=value ...`.
        OSError: The file cannot be read.
    """
    shapes: list[Shape] = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        extents: dict[str, int] = {}
        for word in words[1:]:
            name, _, value = word.partition("=")
            if not value.isdecimal():
                raise FileFormatError(f"{path}, line {number}: '{word}' is not name=number")
            extents[name] = int(value)
        shapes.append(Shape(words[0], extents))
    return shapes
