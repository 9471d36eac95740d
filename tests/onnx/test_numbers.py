"""Raw data that are read from the file and not through protobuf."""

from __future__ import annotations

import io

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

import fastcnn as fc
from fastcnn.errors import FileFormatError
from fastcnn.onnx.read.numbers import LARGE, Numbers, split
from fastcnn.onnx.read.source import open_model
from tests.onnx.nets import model, node, small_cnn

BYTES = small_cnn().SerializeToString()


def joined(content: bytes, large: int) -> onnx.ModelProto:
    """The model as it is once its numbers are put back."""
    message, numbers = split(io.BytesIO(content), len(content), large)
    proto = onnx.ModelProto.FromString(message)
    for place, tensor in enumerate(proto.graph.initializer):
        raw = numbers.get(place)
        if raw is not None:
            assert tensor.raw_data == b""
            tensor.raw_data = raw
    return proto


@pytest.mark.parametrize("large", [1, 100, LARGE])
def test_nothing_is_lost(large):
    assert joined(BYTES, large) == small_cnn()


def test_large_numbers_are_not_in_the_message():
    message, numbers = split(io.BytesIO(BYTES), len(BYTES), large=1)

    sizes = [len(tensor.raw_data) for tensor in small_cnn().graph.initializer]
    assert [len(numbers.get(place) or b"") for place in range(len(sizes))] == sizes
    assert len(message) <= len(BYTES) - sum(sizes)


@given(
    st.integers(0, len(BYTES)),
    st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.integers(0, 255)), max_size=3),
)
def test_a_damaged_file_is_read_as_protobuf_reads_it(keep, changes):
    damaged = bytearray(BYTES)
    for place, byte in changes:
        damaged[place] = byte
    content = bytes(damaged[:keep])
    try:
        truth = onnx.ModelProto.FromString(content)
    except DecodeError:
        message, _ = split(io.BytesIO(content), len(content), large=1)
        with pytest.raises(DecodeError):
            onnx.ModelProto.FromString(message)
        return

    assert joined(content, 1).SerializeToString() == truth.SerializeToString()


def test_a_file_that_became_shorter_is_refused():
    with pytest.raises(FileFormatError, match="shorter"):
        Numbers(io.BytesIO(b"abc"), {0: (1, 3)}).get(0)


def test_what_is_read_from_a_file_holds_its_large_numbers_once(tmp_path):
    weights = np.random.default_rng(0).random((200, 100), np.float32)
    proto = model([node("MatMul", "x w")], {"x": [None, 200]}, weights={"w": weights})
    onnx.save(proto, tmp_path / "large.onnx")

    with open_model(tmp_path / "large.onnx") as source:
        assert source.proto.ByteSize() < 1000

    (loaded,) = fc.onnx.load(tmp_path / "large.onnx").graph.parameters.values()
    np.testing.assert_array_equal(loaded.data, weights)
