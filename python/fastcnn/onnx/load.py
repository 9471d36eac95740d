"""Models from ONNX files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fastcnn.errors import FastcnnError, FileFormatError, PerformanceWarning, UnsupportedError
from fastcnn.graph import Graph, Type, Value, verify
from fastcnn.onnx import converters as _converters  # noqa: F401
from fastcnn.onnx.load_coverage import Coverage
from fastcnn.onnx.load_nodes import NodeConverter
from fastcnn.onnx.read.source import Source, open_model
from fastcnn.onnx.read.tensors import array_of
from fastcnn.onnx.read.types import dtype_of, type_of
from fastcnn.runtime import Table, set_reader

if TYPE_CHECKING:
    from fastcnn.models import Model

Shapes = Mapping[str, Sequence["int | None"]]

Constants = Mapping[str, "npt.ArrayLike"]


def load(
    source: Any,
    *,
    strict: bool = False,
    shapes: Shapes | None = None,
    constants: Constants | None = None,
) -> Model:
    """The model in an ONNX file: to run, train and compress.

    Inputs and outputs keep their names and the order of their axes (channels first, as a rule).
    Every float type becomes float32, int16 and uint16 become int32, uint32 becomes int64. Extents
    that are named or missing stay open. Weights of convolutions, dense layers and normalisations
    are parameters; all other numbers are constants.

    Args:
        source: Path, bytes, or `onnx.ModelProto`.
        strict: Whether to refuse operators that would run on their NumPy reference.
        shapes: By input, what to read its shape as; None leaves an extent open.
        constants: By input, numbers to put in its place: shapes, axes and other arguments that
            must be known before the model runs.

    Raises:
        FileFormatError: The file is truncated, damaged or contradicts itself.
        UnsupportedError: It uses what FastCNN does not read: an operator without any reference,
            text, sequences, control flow, training, opsets before 6.
        OSError: The file cannot be read.

    Warns:
        PerformanceWarning: Operators run on their NumPy reference, with a table of all.
    """
    from fastcnn.models import Model

    return Model.from_graph(*_load(source, strict, shapes or {}, constants or {}))


def coverage(source: Any) -> Table:
    """How each operator of an ONNX file runs: operator, count, and how.

    Raises:
        As `load`.
    """
    name = _name_of(source)
    return _read(source, name, False, {}, {})[1].table(f"Operators of {name}")


def _load(source: Any, strict: bool, shapes: Shapes, constants: Constants) -> tuple[Graph, str]:
    """Graph and title; warns of what runs slowly, in the name of the caller's caller."""
    name = _name_of(source)
    graph, coverage, title = _read(source, name, strict, shapes, constants)
    slow = coverage.count("on its NumPy reference")
    if slow:
        warnings.warn(
            f"onnx.load: {slow} operators of {name} run on their NumPy reference, slowly; "
            f"strict=True refuses them\n{coverage.table(name)}",
            PerformanceWarning,
            stacklevel=3,
        )
    return graph, title


def _read_graph(path: str) -> Graph:
    return _load(path, False, {}, {})[0]


set_reader(".onnx", _read_graph)


def _name_of(source: Any) -> str:
    return f"'{os.fspath(source)}'" if isinstance(source, str | os.PathLike) else "the model"


def _read(
    source: Any, name: str, strict: bool, shapes: Shapes, constants: Constants
) -> tuple[Graph, Coverage, str]:
    try:
        with open_model(source) as model:
            graph, found = _convert(model, strict, shapes, constants)
            return graph, found, str(model.proto.graph.name) or "model"
    except OSError:
        raise
    except FastcnnError as error:
        kind = UnsupportedError if isinstance(error, UnsupportedError) else FileFormatError
        raise kind(f"onnx.load: {name}: {error}") from error
    except Exception as error:  # no exporter made what trips the reader in another way
        raise FileFormatError(f"onnx.load: {name}: it is damaged: {error!r}") from error


def _convert(
    model: Source, strict: bool, shapes: Shapes, constants: Constants
) -> tuple[Graph, Coverage]:
    proto = model.proto
    nodes = NodeConverter(proto, model.folder, strict=strict)
    scope = _initializers(model, nodes)
    unknown = {*shapes, *constants} - {info.name for info in proto.graph.input}
    if unknown:
        raise FileFormatError(f"no inputs are named {sorted(unknown)}")
    for info in proto.graph.input:
        if info.name in scope:  # a default that callers may replace: taken as the constant it is
            continue
        if info.name in constants:
            dtype = dtype_of(info.type.tensor_type.elem_type, f"the input '{info.name}'")
            scope[info.name] = nodes.g.constant(np.array(constants[info.name], dtype), info.name)
            continue
        scope[info.name] = nodes.g.input(info.name, _input_type(info, proto.graph, scope, shapes))
    names = [info.name for info in proto.graph.output]
    nodes.convert(proto.graph.node, proto.opset_import, scope, names)
    outputs = [(name, scope.get(name)) for name in names]
    return _finished(nodes, outputs), nodes.coverage


def _initializers(model: Source, nodes: NodeConverter) -> dict[str, Value]:
    graph = model.proto.graph
    if graph.sparse_initializer:
        raise UnsupportedError("it holds sparse initializers; write them dense")
    scope: dict[str, Value] = {}
    for place, tensor in enumerate(graph.initializer):
        if not tensor.name or tensor.name in scope:
            raise FileFormatError(f"the initializer '{tensor.name}' has no name or is there twice")
        array = array_of(tensor, model.folder, model.numbers.get(place))
        scope[tensor.name] = nodes.g.constant(array, tensor.name)
    return scope


def _input_type(info: Any, graph: Any, scope: Mapping[str, Value], shapes: Shapes) -> Type:
    what = f"the input '{info.name}'"
    type_ = type_of(info, what)
    if info.name in shapes:
        dtype = type_.dtype if type_ else "float32"
        return Type(tuple(shapes[info.name]), dtype)
    if type_ is None:
        rank = _rank_of_a_reader(info.name, graph, scope)
        if rank is None:
            raise UnsupportedError(
                f"{what} has no shape; give one, as in shapes={{'{info.name}': (None, 3, None, "
                "None)}"
            )
        return Type((None,) * rank)
    return type_


def _rank_of_a_reader(name: str, graph: Any, scope: Mapping[str, Value]) -> int | None:
    """The rank of an input that a convolution reads, which is that of its weights."""
    for node in graph.node:
        if node.op_type == "Conv" and node.input[:1] == [name] and len(node.input) > 1:
            weights = scope.get(node.input[1])
            if weights is not None:
                return weights.type.rank
    return None


def _finished(nodes: NodeConverter, outputs: Sequence[tuple[str, Value | None]]) -> Graph:
    """The graph, its outputs under their names."""
    g, values = nodes.g, []
    taken = {value.name for value in g.builder.build(()).inputs}
    for name, value in outputs:
        if value is None:
            raise FileFormatError(f"nothing defines the output '{name}'")
        g.label = name
        if value.data is not None or value.name in taken:
            value = g.copied(value)
        taken.add(value.name)
        values.append(value)
    graph = g.builder.build(values)
    renamed = {value.name: name for value, (name, _) in zip(values, outputs, strict=True)}
    return _renamed(graph, renamed)


def _renamed(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The graph with values renamed; others that have one of these names make way."""
    changed = dict(names)
    for name in set(names.values()) - names.keys():
        if name in graph.values:
            changed[name] = _free(f"{name}/inner", graph)
    new = graph.with_values(
        {old: replace(graph.values[old], name=name) for old, name in changed.items()}
    )
    verify(new)
    return new


def _free(name: str, graph: Graph) -> str:
    while name in graph.values:
        name += "_"
    return name
