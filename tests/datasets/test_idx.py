"""The IDX format: bounds are checked before anything is read."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn.datasets import idx
from fastcnn.errors import FileFormatError


def idx_bytes(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images.idx"


@settings(max_examples=30, deadline=None)
@given(shape=st.lists(st.integers(0, 5), min_size=1, max_size=4), packed=st.booleans())
def test_arrays_come_back(shape, packed, tmp_path_factory):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    path = tmp_path_factory.mktemp("idx") / "file"
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if packed else content)

    np.testing.assert_array_equal(idx.read(path), array)


@pytest.mark.parametrize("packed", [False, True])
def test_files_cut_short_or_too_long_are_refused(packed, path):
    content = idx_bytes(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))
    for damaged in [*(content[:length] for length in range(len(content))), content + b"\0"]:
        path.write_bytes(gzip.compress(damaged) if packed else damaged)
        with pytest.raises(FileFormatError, match=r"images\.idx"):
            idx.read(path)


def test_a_packed_stream_cut_short_is_refused(path):
    content = gzip.compress(idx_bytes(np.arange(250, dtype=np.uint8)))
    for length in range(2, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match="damaged or truncated"):
            idx.read(path)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 10**6), mask=st.integers(1, 255))
def test_flipped_bits_of_a_packed_stream_are_refused_or_harmless(place, mask, tmp_path_factory):
    array = np.arange(250, dtype=np.uint8)
    content = bytearray(gzip.compress(idx_bytes(array), mtime=0))
    content[place % len(content)] ^= mask
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(content)

    try:
        read = idx.read(path)
    except FileFormatError:
        return
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"\x89PNG", "no IDX file"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 1]), "type 0x0d"),
        (bytes([0, 0, 8, 0]), "0 axes"),
        (bytes([0, 0, 8, 9]) + b"\0" * 36, "9 axes"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "at most 2147483648 are read"),
    ],
)
def test_other_heads_are_refused(head, message, path):
    path.write_bytes(head)

    with pytest.raises(FileFormatError, match=message):
        idx.read(path)


def test_a_file_that_is_not_there_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        idx.read(path)
