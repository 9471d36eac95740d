"""An ONNX file in two parts: the model without its large numbers, and those, one by one.

Read at once, weights would lie in memory three times: in the bytes of the file, in the message
that protobuf makes of them, in the arrays.

Source: "Encoding", Protocol Buffers Documentation, protobuf.dev.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from fastcnn.errors import FileFormatError

LARGE = 1 << 16
"""Bytes of one tensor; fewer stay in the message."""

_GRAPH = 7  # of ModelProto
_INITIALIZER = 5  # of GraphProto
_RAW_DATA = 9  # of TensorProto

_VARINT = 0  # wire types
_BYTES = 2  # messages among them
_FIXED = {1: 8, 5: 4}  # bytes
_LONGEST_VARINT = 10


@dataclass(frozen=True)
class Numbers:
    """The raw data that the message lacks, in an open file.

    Args:
        file: Of the model.
        ranges: Offset and size, in bytes, by place among the initializers of the graph.
    """

    file: BinaryIO | None = None
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)

    def get(self, place: int) -> bytes | None:
        """The raw data of one initializer; None where the message has them.

        Raises:
            FileFormatError: The file became shorter.
        """
        if self.file is None or place not in self.ranges:
            return None
        offset, size = self.ranges[place]
        self.file.seek(offset)
        content = self.file.read(size)
        if len(content) != size:
            raise FileFormatError("the file became shorter while it was read")
        return content


def split(file: BinaryIO, size: int, large: int = LARGE) -> tuple[bytes, Numbers]:
    """The message without the raw data of large initializers, and those.

    A file that is no message comes back whole: it is for the parser to say what is wrong.

    Args:
        file: Open; `Numbers` reads from it.
        size: Of the file, in bytes.
        large: Bytes from which on raw data are left out.
    """
    splitter = _Splitter(file, large)
    try:
        return splitter.copy(0, size, splitter.of_model), Numbers(file, splitter.ranges)
    except _NoMessageError:
        file.seek(0)
        return file.read(size), Numbers()


@dataclass(frozen=True)
class _Field:
    """One field of a message: its number, and where its tag, its content and the next one begin."""

    number: int
    wire: int
    start: int
    body: int
    stop: int

    def holds(self, number: int) -> bool:
        return self.number == number and self.wire == _BYTES


_Edit = Callable[[_Field], "bytes | None"]
"""What takes the place of a field; None keeps it."""


class _NoMessageError(Exception):
    pass


class _Splitter:
    def __init__(self, file: BinaryIO, large: int) -> None:
        self.ranges: dict[int, tuple[int, int]] = {}
        self._file = file
        self._large = large
        self._initializers = 0

    def copy(self, start: int, stop: int, edit: _Edit) -> bytes:
        """The message in [start, stop), edited; what lies between edits is copied at once."""
        pieces: list[bytes] = []
        kept = start
        for at in self._fields(start, stop):
            edited = edit(at)
            if edited is not None:
                pieces += self._read(kept, at.start), edited
                kept = at.stop
        return b"".join([*pieces, self._read(kept, stop)])

    def of_model(self, at: _Field) -> bytes | None:
        if not at.holds(_GRAPH):
            return None
        return _wrapped(_GRAPH, self.copy(at.body, at.stop, self._of_graph))

    def _of_graph(self, at: _Field) -> bytes | None:
        if not at.holds(_INITIALIZER):
            return None
        place = self._initializers
        self._initializers += 1
        if at.stop - at.body < self._large:
            return None
        raw = [one for one in self._fields(at.body, at.stop) if one.holds(_RAW_DATA)]
        if len(raw) != 1 or raw[0].stop - raw[0].body < self._large:
            return None
        self.ranges[place] = raw[0].body, raw[0].stop - raw[0].body
        return _wrapped(_INITIALIZER, self.copy(at.body, at.stop, _of_tensor))

    def _fields(self, start: int, stop: int) -> Iterator[_Field]:
        while start < stop:
            self._file.seek(start)
            head = self._file.read(min(2 * _LONGEST_VARINT, stop - start))
            tag, used = _varint(head, 0)
            number, wire = divmod(tag, 8)
            if wire == _VARINT:
                _, used = _varint(head, used)
                size = 0
            elif wire == _BYTES:
                size, used = _varint(head, used)
            elif wire in _FIXED:
                size = _FIXED[wire]
            else:
                raise _NoMessageError
            at = _Field(number, wire, start, start + used, start + used + size)
            if at.stop > stop:
                raise _NoMessageError
            yield at
            start = at.stop

    def _read(self, start: int, stop: int) -> bytes:
        self._file.seek(start)
        return self._file.read(stop - start)


def _of_tensor(at: _Field) -> bytes | None:
    """Raw data are there, as before, but empty."""
    return _wrapped(_RAW_DATA, b"") if at.holds(_RAW_DATA) else None


def _wrapped(number: int, content: bytes) -> bytes:
    """A field of a message."""
    length, size = bytearray(), len(content)
    while size >= 0x80:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | _BYTES, *length, size]) + content


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, seven bits a byte, low ones first; and where it ends."""
    number = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= len(data):
            raise _NoMessageError
        byte = data[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise _NoMessageError
