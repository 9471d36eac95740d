"""The event files of TensorBoard, scalars only."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Wire types of protocol buffers."""


class EventFile:
    """A new event file in a folder.

    A file is a row of records: the length of the data, 64 bits; the masked CRC-32C of these 8
    bytes; the data; the masked CRC-32C of the data; all little-endian. The data are protocol
    buffers: `Event` has wall_time (1, double), step (2, int64), file_version (3, string) and
    summary (5); a summary has values (1) with tag (1, string) and simple_value (2, float).

    Args:
        folder: Made if need be.

    Source:
        tensorflow/core/util/event.proto, framework/summary.proto and lib/io/record_writer.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        now = time.time()
        name = f"events.out.tfevents.{now:.0f}.{time.time_ns()}.{os.getpid()}.v2"
        self._file = (Path(folder) / name).open("xb")
        self._file.write(record(_event(now) + _text(3, b"brain.Event:2")))

    def write(self, figures: Mapping[str, float], step: int) -> None:
        """Appends one event with a figure for each tag."""
        values = b"".join(
            _text(1, _text(1, tag.encode()) + _number(2, _FIXED32, struct.pack("<f", value)))
            for tag, value in figures.items()
        )
        event = _event(time.time()) + _number(2, _VARINT, _varint(step)) + _text(5, values)
        self._file.write(record(event))

    def flush(self) -> None:
        """What was written can be read from here on."""
        self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def record(data: bytes) -> bytes:
    """`data` as one record."""
    length = struct.pack("<Q", len(data))
    return length + _masked(length) + data + _masked(data)


def crc32c(data: bytes) -> int:
    """The cyclic redundancy check of RFC 3720, with Castagnoli's polynomial."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    """The check, rotated by 15 bits and shifted, so that a check of checks says something."""
    crc = crc32c(data)
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + 0xA282EAD8) & 0xFFFFFFFF)


def _event(wall_time: float) -> bytes:
    return _number(1, _FIXED64, struct.pack("<d", wall_time))


def _number(field: int, wire_type: int, data: bytes) -> bytes:
    return _varint(field << 3 | wire_type) + data


def _text(field: int, data: bytes) -> bytes:
    return _number(field, _BYTES, _varint(len(data)) + data)


def _varint(number: int) -> bytes:
    """7 bits a byte, lowest first; the top bit says that more follow."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_TABLE = [_table_entry(byte) for byte in range(256)]
