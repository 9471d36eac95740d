"""Operators that only the reference of the package onnx can run."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from fastcnn.errors import FileFormatError, ShapeError, UnsupportedError
from fastcnn.graph import Type, Value
from fastcnn.onnx.converters.emitter import LARGEST_VALUE, Emitter
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.read.types import DTYPES, type_proto
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array

_EMBEDDED = 1024
"""Constants up to this many elements become part of the node: they may tell its shape."""

_LARGEST_NODE = 1 << 20
"""Bytes of such a node, constants included."""

_PLAIN = (1, 2, 3, 4, 6, 7, 8)
"""Kinds of attributes: numbers, texts, tensors, and lists of them but of tensors."""

_REFUSED = ("If", "Loop", "Scan", "RandomNormal", "RandomUniform", "Bernoulli", "Multinomial")
"""Begin the names of operators that hold graphs, or that give other numbers at each run."""


@register
class OnnxReference(Op):
    """One ONNX operator, run by `onnx.reference`.

        y, ... = operator(x, ...)

    Args:
        model: A ModelProto of a single node in base64: inputs "0", "1", ... are those of this op
            in order, constants are initializers, outputs "y0", "y1", ... are its outputs.

    Shape:
        As the shape inference of ONNX says; float types are float32.
    Rounding:
        In float32, whatever the type of the arrays.
    """

    name = "onnx_reference"

    def infer(self, *inputs: Type, model: str) -> tuple[Type, ...]:
        return _infer(inputs, model)

    def reference(self, *inputs: Array, model: str) -> tuple[Array, ...]:
        feeds = {
            str(i): x.astype(np.float32) if x.dtype.kind == "f" else x for i, x in enumerate(inputs)
        }
        try:
            results = _evaluator(model).run(None, feeds)
        except Exception as error:  # the reference may trip in any way
            raise UnsupportedError(f"onnx_reference: the reference failed: {error!r}") from error
        types = _infer(tuple(Type(x.shape, _dtype(x)) for x in inputs), model)
        wide = next((x.dtype for x in inputs if x.dtype.kind == "f"), np.dtype(np.float32))
        return tuple(
            np.asarray(y, wide if type_.dtype == "float32" else type_.dtype)
            for y, type_ in zip(results, types, strict=True)
        )


def emit_reference(
    g: Emitter,
    node: Any,
    opset: int,
    inputs: Sequence[Value | None],
    reason: str,
) -> tuple[Value | None, ...]:
    """Emits one `onnx_reference` op for a node.

    Args:
        g: Where to.
        node: NodeProto of a standard operator.
        opset: Version of the standard operators.
        inputs: Of the node.
        reason: Why no ops can do it, for messages.

    Raises:
        UnsupportedError: There is no reference either, or the shape of an output depends on data.
    """
    if node.op_type.startswith(_REFUSED) or not _has_reference(node.op_type, opset):
        raise UnsupportedError(reason)
    model, values = _single_node(node, opset, inputs)
    content = model.SerializeToString()
    if len(content) > _LARGEST_NODE:
        raise UnsupportedError(f"{reason}; the node is too large for the reference")
    try:
        outputs = g.apply_all(
            "onnx_reference", *values, model=base64.b64encode(content).decode("ascii")
        )
    except ShapeError as error:
        raise UnsupportedError(f"{reason}; {error}") from error
    remaining = iter(outputs)
    return tuple(next(remaining) if name else None for name in node.output)


def _single_node(node: Any, opset: int, inputs: Sequence[Value | None]) -> tuple[Any, list[Value]]:
    onnx = require_onnx("onnx.load")
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    names: list[str] = []
    values: list[Value] = []
    constants: list[Any] = []
    for value in inputs:
        if value is None:
            names.append("")
        elif value.data is not None and value.data.size <= _EMBEDDED:
            name = f"c{len(constants)}"
            constants.append(onnx.numpy_helper.from_array(value.data, name))
            names.append(name)
        else:
            names.append(str(len(values)))
            values.append(value)
    copy.input[:] = names
    copy.output[:] = [f"y{i}" if name else "" for i, name in enumerate(node.output)]
    graph = onnx.helper.make_graph(
        [copy],
        "node",
        [onnx.helper.make_value_info(str(i), type_proto(v.type)) for i, v in enumerate(values)],
        [onnx.ValueInfoProto(name=name) for name in copy.output if name],
        constants,
    )
    imports = [onnx.helper.make_opsetid("", opset)]
    return onnx.helper.make_model(graph, opset_imports=imports), values


def _has_reference(operator: str, opset: int) -> bool:
    require_onnx("onnx.load")
    from onnx.reference.ops import load_op

    try:
        load_op("", operator, opset)
    except Exception:  # what it raises depends on its version
        return False
    return True


@lru_cache(maxsize=256)
def parsed(model: str) -> Any:
    """The ModelProto that the attribute `model` holds, of one node."""
    onnx = require_onnx("onnx_reference")
    try:
        proto = onnx.ModelProto.FromString(base64.b64decode(model, validate=True))
        (node,) = proto.graph.node
    except Exception as error:  # a text that no loader made
        raise FileFormatError(f"onnx_reference: the node is damaged: {error}") from error
    if any(attr.type not in _PLAIN or _is_outside(attr) for attr in node.attribute):
        raise UnsupportedError("onnx_reference: the node has attributes that are not plain data")
    if node.domain or node.op_type.startswith(_REFUSED):
        raise UnsupportedError(f"onnx_reference: '{node.domain}.{node.op_type}' is not run")
    return proto


@lru_cache(maxsize=256)
def _evaluator(model: str) -> Any:
    require_onnx("onnx_reference")
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(parsed(model))


@lru_cache(maxsize=1024)
def _infer(inputs: tuple[Type, ...], model: str) -> tuple[Type, ...]:
    onnx = require_onnx("onnx_reference")
    typed = onnx.ModelProto()
    typed.CopyFrom(parsed(model))
    del typed.graph.input[:]
    typed.graph.input.extend(
        onnx.helper.make_value_info(str(i), type_proto(type_)) for i, type_ in enumerate(inputs)
    )
    operator = typed.graph.node[0].op_type
    try:
        inferred = onnx.shape_inference.infer_shapes(
            typed, check_type=True, strict_mode=True, data_prop=True
        )
    except Exception as error:  # what it raises depends on its version
        raise ShapeError(f"onnx_reference: {operator}: {error}") from error
    is_known = all(None not in type_.shape for type_ in inputs)
    return tuple(_output_type(operator, info, is_known) for info in inferred.graph.output)


def _output_type(operator: str, info: Any, is_known: bool) -> Type:
    tensor = info.type.tensor_type
    if not info.type.HasField("tensor_type") or not tensor.HasField("shape"):
        raise ShapeError(f"onnx_reference: {operator}: an output is no tensor of known rank")
    if tensor.elem_type not in DTYPES:
        raise ShapeError(f"onnx_reference: {operator}: an output is of a type that is not held")
    shape = tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim)
    if is_known and None in shape:
        raise ShapeError(f"onnx_reference: {operator}: the shape of an output depends on data")
    if math.prod(extent for extent in shape if extent is not None) > LARGEST_VALUE:
        raise ShapeError(f"onnx_reference: {operator}: an output would be too large: {shape}")
    return Type(shape, DTYPES[tensor.elem_type])


def _dtype(array: Array) -> Any:
    return "float32" if array.dtype.kind == "f" else array.dtype.name


def _is_outside(attr: Any) -> bool:
    """Whether a tensor keeps its numbers in another file, which the reference would open."""
    return any(tensor.data_location for tensor in (attr.t, *attr.tensors))
