"""Numbers that a model keeps in files beside it."""

from __future__ import annotations

import os
from pathlib import Path

from fastcnn.errors import FileFormatError


def read_external(folder: Path | None, entries: dict[str, str], size: int, what: str) -> bytes:
    """The bytes of one tensor.

    Args:
        folder: Of the model file; None where the model did not come from a file.
        entries: "location" and, if they are there, "offset" and "length", in bytes.
        size: Bytes that shape and element type ask for.
        what: The tensor, for messages.

    Raises:
        FileFormatError: The location leads out of the folder, or the range out of the file.
        OSError: The file cannot be read.
    """
    if folder is None:
        raise FileFormatError(
            f"{what} keeps its numbers in another file; load the model by its path"
        )
    path = _inside(folder, entries.get("location", ""), what)
    offset = _integer(entries, "offset", 0, what)
    length = _integer(entries, "length", size, what)
    if length != size:
        raise FileFormatError(f"{what} is said to be {length} bytes, its shape asks for {size}")
    there = path.stat().st_size
    if offset + size > there:
        raise FileFormatError(
            f"{what} lies at bytes {offset} to {offset + size} of '{path.name}', "
            f"which has {there}: it is truncated"
        )
    with path.open("rb") as file:
        file.seek(offset)
        content = file.read(size)
    if len(content) != size:
        raise FileFormatError(f"{what}: '{path.name}' became shorter while it was read")
    return content


def _inside(folder: Path, location: str, what: str) -> Path:
    """The file at `location`, which must be a regular file below `folder`, links followed."""
    named = f"{what} keeps its numbers in '{location[:200]}'"
    if not location or "\0" in location or os.path.isabs(location) or "\\" in location:
        raise FileFormatError(f"{named}, which is no path below the model's folder")
    root = folder.resolve()
    path = (root / location).resolve()
    if not path.is_relative_to(root):
        raise FileFormatError(f"{named}, which is outside the model's folder")
    if not path.is_file():
        raise FileFormatError(f"{named}, which is no file")
    return path


def _integer(entries: dict[str, str], key: str, default: int, what: str) -> int:
    text = entries.get(key)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise FileFormatError(f"{what}: the {key} of its external data is {text[:40]!r}")
    return int(text)
