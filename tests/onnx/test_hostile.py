"""Files that nobody vouches for: a clear error, and no more memory than they are worth."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import fastcnn as fc
from fastcnn.errors import FastcnnError, FileFormatError, UnsupportedError
from tests.onnx.nets import model, node, small_cnn

MEMORY = 64 << 20
"""Bytes that reading one of these small files may take."""

BYTES = small_cnn().SerializeToString()


def wrapped(tag: int, content: bytes) -> bytes:
    """A field of a message, as protobuf writes it."""
    length, size = bytearray(), len(content)
    while size >= 128:
        length.append(size % 128 + 128)
        size //= 128
    return bytes([8 * tag + 2, *length, size]) + content


def deep_subgraphs(depth: int) -> bytes:
    """A model whose only node holds a graph whose only node holds a graph, and so on."""
    graph = b""
    for _ in range(depth):
        attribute = bytes([0xA0, 0x01, 5]) + wrapped(1, b"then_branch") + wrapped(6, graph)
        graph = wrapped(1, wrapped(4, b"If") + wrapped(2, b"y") + wrapped(5, attribute))
    return model([], {"x": [1]}).SerializeToString() + wrapped(7, graph)


def doubling_functions(count: int) -> onnx.ModelProto:
    """Function i calls function i + 1 twice."""
    functions = []
    for i in range(count):
        body = [
            helper.make_node(f"F{i + 1}", ["a"], ["b"], domain="own"),
            helper.make_node(f"F{i + 1}", ["b"], ["c"], domain="own"),
        ]
        imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
        functions.append(helper.make_function("own", f"F{i}", ["a"], ["c"], body, imports))
    call = node("F0", "x")
    call.domain = "own"
    return model([call], {"x": [1]}, functions=functions)


def calling_itself() -> onnx.ModelProto:
    proto = doubling_functions(1)
    for call in proto.functions[0].node:
        call.op_type = "F0"
    return proto


def truncated(keep: int) -> onnx.ModelProto:
    proto = small_cnn()
    proto.graph.initializer[0].raw_data = proto.graph.initializer[0].raw_data[:keep]
    return proto


def with_dims(*dims: int) -> onnx.ModelProto:
    proto = small_cnn()
    proto.graph.initializer[0].dims[:] = dims
    return proto


def with_type(number: int) -> onnx.ModelProto:
    proto = small_cnn()
    proto.graph.initializer[0].data_type = number
    return proto


def sized(operator: str, *numbers: int, **attrs: object) -> onnx.ModelProto:
    """An operator whose second input tells the size of its output."""
    weights = {"n": np.array(numbers, np.int64)}
    return model([node(operator, "x n", **attrs)], {"x": [1, 1, 2, 2]}, weights=weights)


def filled(*shape: int) -> onnx.ModelProto:
    nodes = [node("ConstantOfShape", "n", "c"), node("ReduceMax", "c")]
    return model(nodes, {"x": [1]}, weights={"n": np.array(shape, np.int64)})


HUGE = 2**40
CASES = {
    "no model": (b"no model", FileFormatError, "no ONNX model"),
    "empty": (b"", FileFormatError, "no graph"),
    "cycle": (
        model([node("Relu", "y", "a"), node("Relu", "a")], {"x": [1]}),
        FileFormatError,
        "cycle",
    ),
    "own input": (model([node("Relu", "y")], {"x": [1]}), FileFormatError, "cycle"),
    "twice": (model([node("Relu", "x"), node("Neg", "x")], {"x": [1]}), FileFormatError, "twice"),
    "dangling": (model([node("Relu", "z")], {"x": [1]}), FileFormatError, "nothing defines"),
    "no output": (model([node("Relu", "x", "z")], {"x": [1]}), FileFormatError, "output 'y'"),
    "truncated": (truncated(100), FileFormatError, "100 bytes"),
    "overflow": (with_dims(2**33, 2**33), FileFormatError, "limit"),
    "negative": (with_dims(-1, 3), FileFormatError, "extent of -1"),
    "many axes": (with_dims(*[1] * 70), FileFormatError, "70 axes"),
    "claims more": (with_dims(2**20, 2**10), FileFormatError, "holds 864 bytes"),
    "no type": (with_type(0), UnsupportedError, "element type"),
    "wrong type": (with_type(TensorProto.DOUBLE), FileFormatError, "ask for 1728"),
    "huge fill": (filled(HUGE, HUGE), FileFormatError, "limit"),
    "huge expand": (sized("Expand", 1, HUGE, 2, 2), FileFormatError, "limit"),
    "huge tile": (sized("Tile", HUGE, 1, 1, 1), FileFormatError, "limit"),
    "huge pad": (sized("Pad", 0, 0, HUGE, 0, 0, 0, 0, 0), FileFormatError, "limit"),
    "huge reshape": (sized("Reshape", HUGE, HUGE), FileFormatError, "reshape"),
    "deep": (deep_subgraphs(40), FileFormatError, "damaged|no ONNX"),
    "subgraph": (deep_subgraphs(5), UnsupportedError, "If"),
    "doubling": (doubling_functions(40), FileFormatError, "deep|more than"),
    "recursive": (calling_itself(), FileFormatError, "16 deep"),
}


@pytest.mark.parametrize(("source", "kind", "message"), CASES.values(), ids=CASES)
def test_hostile_files_are_refused_within_little_memory(source, kind, message):
    content = source if isinstance(source, bytes) else source.SerializeToString()
    fc.onnx.load(BYTES)  # imports are done
    tracemalloc.start()
    try:
        with pytest.raises(kind, match=message):
            fc.onnx.load(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MEMORY


def test_what_is_folded_while_loading_is_bounded_in_all():
    count = 40
    nodes = [node("ConstantOfShape", "n", f"c{i}") for i in range(count)]
    nodes += [node("ReduceMax", f"c{i}", f"m{i}", keepdims=0) for i in range(count)]
    nodes.append(node("Sum", " ".join(["x", *(f"m{i}" for i in range(count))])))
    proto = model(nodes, {"x": [1]}, weights={"n": np.array([2**22], np.int64)})

    graph = fc.onnx.load(proto).graph

    held = sum(value.data.size for value in graph.values.values() if value.data is not None)
    assert held <= 2**26


def load_or_refuse(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fc.onnx.load(content)
        except (FileFormatError, UnsupportedError):
            return


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BYTES) - 1), st.integers(0, 255), st.integers(0, 6))
def test_changed_bytes_raise_nothing_but_our_errors(place, byte, kind):
    content = bytearray(BYTES)
    if kind == 0:
        del content[place:]
    elif kind == 1:
        del content[place : place + 8]
    else:
        content[place] = byte

    load_or_refuse(bytes(content))


NAMES = sorted({name for n in small_cnn().graph.node for name in (*n.input, *n.output)})
INTEGERS = st.sampled_from([-(2**63), -2, -1, 0, 1, 2, 3, 8, 2**31, 2**62])


@st.composite
def changed(draw: st.DrawFn) -> onnx.ModelProto:
    """A model with a few fields changed to what another field might hold."""
    proto = small_cnn()
    graph = proto.graph
    for _ in range(draw(st.integers(1, 3))):
        target = draw(st.sampled_from(graph.node))
        kind = draw(st.integers(0, 6))
        if kind == 0 and target.input:
            target.input[draw(st.integers(0, len(target.input) - 1))] = draw(
                st.sampled_from(["", *NAMES])
            )
        elif kind == 1:
            target.op_type = draw(st.sampled_from([s.name for s in onnx.defs.get_all_schemas()]))
        elif kind == 2:
            name = draw(st.sampled_from(["pads", "axis", "axes", "group", "perm", "alpha", "to"]))
            value = draw(
                st.one_of(INTEGERS, st.lists(INTEGERS, max_size=4), st.floats(), st.text())
            )
            if value != []:
                target.attribute.append(helper.make_attribute(name, value))
        elif kind == 3:
            tensor = draw(st.sampled_from(graph.initializer))
            tensor.dims[:] = draw(st.lists(INTEGERS, max_size=5))
        elif kind == 4:
            tensor = draw(st.sampled_from(graph.initializer))
            array = np.array(draw(st.lists(INTEGERS, max_size=4)), np.int64)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
        elif kind == 5:
            proto.opset_import[0].version = draw(st.integers(-1, 30))
        else:
            dim = graph.input[0].type.tensor_type.shape.dim[draw(st.integers(0, 3))]
            dim.dim_value = draw(INTEGERS)
    return proto


@settings(max_examples=300, deadline=None)
@given(changed())
def test_changed_fields_raise_nothing_but_our_errors(proto):
    load_or_refuse(proto.SerializeToString())


@settings(max_examples=50, deadline=None)
@given(changed())
def test_what_loads_compiles_or_is_refused(proto):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = fc.onnx.load(proto)
            shape = [2 if n is None else n for n in loaded.graph.inputs[0].shape]
            if np.prod(shape) < 1e5:
                fc.compile(loaded, check=False)(np.zeros(shape, np.float32))
        except FastcnnError:
            return
