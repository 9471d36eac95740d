"""Operators that are defined by a body of other operators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.read.types import type_proto


@dataclass(frozen=True)
class Function:
    """A body of nodes with named inputs and outputs.

    Args:
        proto: Its FunctionProto.
        attributes: AttributeProtos that hold where a caller gives none.
    """

    proto: Any
    attributes: Sequence[Any]

    @property
    def inputs(self) -> Sequence[str]:
        """Names of the inputs."""
        return tuple(self.proto.input)

    @property
    def outputs(self) -> Sequence[str]:
        """Names of the outputs."""
        return tuple(self.proto.output)

    @property
    def imports(self) -> Any:
        """Opset imports its nodes are to be read by."""
        return self.proto.opset_import

    def given(self, call: Any) -> dict[str, Any]:
        """AttributeProtos by name that its body may refer to, for a call by a NodeProto."""
        return {attr.name: attr for attr in (*self.attributes, *call.attribute)}

    def nodes_without(self, absent: Iterable[str]) -> list[Any]:
        """The nodes, in copies that leave out these inputs of the function."""
        names = set(absent)
        nodes = []
        for node in self.proto.node:
            if names.intersection(node.input):
                copy = type(node)()
                copy.CopyFrom(node)
                copy.input[:] = ["" if name in names else name for name in node.input]
                node = copy
            nodes.append(node)
        return nodes


def local_functions(protos: Any) -> dict[tuple[str, str], Function]:
    """The functions a model brings, by domain and name.

    Raises:
        FileFormatError: Two have the same name.
    """
    functions: dict[tuple[str, str], Function] = {}
    for proto in protos:
        key = proto.domain, proto.name
        if key in functions:
            raise FileFormatError(f"the function '{proto.domain}.{proto.name}' is defined twice")
        functions[key] = Function(proto, tuple(proto.attribute_proto))
    return functions


def standard_function(node: Any, opset: int, inputs: Sequence[Value | None]) -> Function | None:
    """The body that the standard gives the operator of a node; None where it gives none."""
    onnx = require_onnx("onnx.load")
    try:
        schema = onnx.defs.get_schema(node.op_type, opset, "")
    except onnx.defs.SchemaError:
        return None
    content = None
    if schema.has_function:
        version = _newest(schema.function_opset_versions, opset)
        content = schema.get_function_with_opset_version(version)
    elif schema.has_context_dependent_function:
        types = [_type_proto(onnx, value).SerializeToString() for value in inputs]
        version = _newest(schema.context_dependent_function_opset_versions, opset)
        content = schema.get_context_dependent_function_with_opset_version(
            version, node.SerializeToString(), types
        )
    if not content:
        return None
    defaults = [item.default_value for item in schema.attributes.values()]
    return Function(
        onnx.FunctionProto.FromString(content), [default for default in defaults if default.name]
    )


def _newest(versions: Sequence[int], opset: int) -> int:
    return max((version for version in versions if version <= opset), default=min(versions))


def _type_proto(onnx: Any, value: Value | None) -> Any:
    return onnx.TypeProto() if value is None else type_proto(value.type)
