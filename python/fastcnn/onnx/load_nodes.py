"""The nodes of a graph or function, converted one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from fastcnn.errors import DTypeError, FastcnnError, FileFormatError, UnsupportedError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.emitter import Emitter
from fastcnn.onnx.converters.registry import find_converter
from fastcnn.onnx.load_coverage import Coverage
from fastcnn.onnx.load_reference import emit_reference
from fastcnn.onnx.read.attributes import attributes_of, with_references
from fastcnn.onnx.read.functions import Function, local_functions, standard_function
from fastcnn.onnx.read.order import describe, in_order
from fastcnn.onnx.read.source import opset_of

MAX_DEPTH = 16
"""Functions within functions."""

MAX_NODES = 200_000
"""Nodes after all functions are opened."""

_DOMAINS = ("", "ai.onnx")


class NodeConverter:
    """Converts nodes into ops, functions by their bodies.

    Args:
        model: The ModelProto.
        folder: Where files with external data lie.
        strict: Whether an operator without a converter is refused, even if it could run on its
            reference.
    """

    def __init__(self, model: Any, folder: Path | None, *, strict: bool) -> None:
        self.g = Emitter()
        self.coverage = Coverage()
        self._folder = folder
        self._strict = strict
        self._functions = local_functions(model.functions)
        self._count = 0

    def convert(
        self,
        nodes: Any,
        imports: Any,
        scope: dict[str, Value],
        results: Iterable[str],
        given: Mapping[str, Any] | None = None,
        depth: int = 0,
    ) -> None:
        """Converts all nodes and puts what they define into `scope`.

        Args:
            nodes: NodeProtos, in any order.
            imports: Opset imports they are to be read by.
            scope: Values by name.
            results: Names that are read from outside.
            given: AttributeProtos, by name, of the function they are the body of.
            depth: Functions around them.
        """
        opset = opset_of(imports)
        used = {name for node in nodes for name in node.input}.union(results)
        for node in in_order(nodes, scope):
            self._count += 1
            if self._count > MAX_NODES:
                raise FileFormatError(f"the graph has more than {MAX_NODES} nodes")
            try:
                outputs = self._convert_node(node, opset, scope, used, given or {}, depth)
            except FastcnnError as error:
                kind = UnsupportedError if isinstance(error, UnsupportedError) else FileFormatError
                message = str(error) if depth else f"{describe(node)}: {error}"
                raise kind(message) from error
            except Exception as error:  # a converter may trip in any way over what no exporter made
                raise FileFormatError(f"{describe(node)} is impossible: {error!r}") from error
            for name, value in zip(node.output, outputs, strict=False):
                if name and value is not None:
                    scope[name] = value
            missing = [name for name in node.output if name in used and name and name not in scope]
            if missing:
                raise UnsupportedError(f"{describe(node)}: cannot give its output '{missing[0]}'")

    def _convert_node(
        self,
        node: Any,
        opset: int,
        scope: Mapping[str, Value],
        used: Collection[str],
        given: Mapping[str, Any],
        depth: int,
    ) -> tuple[Value | None, ...]:
        if not depth:
            self.g.label = node.name or next(filter(None, node.output), node.op_type)
        inputs = [scope[name] if name else None for name in node.input]
        node = with_references(node, given)
        attrs = attributes_of(node, self._folder)
        function = self._functions.get((node.domain, node.op_type))
        if function is not None:
            self.coverage.add(node, "by the function in the file")
            return self._call(function, node, inputs, depth)
        if node.domain not in _DOMAINS:
            raise UnsupportedError(f"the operator '{node.domain}.{node.op_type}' is not known")
        converter = find_converter(node.op_type, opset)
        reason = "has no converter"
        if converter is not None:
            wanted = [bool(name) and name in used for name in node.output]
            call = Call(node.op_type, opset, inputs, attrs, wanted, self.g)
            try:
                result = converter(call)
            except (UnsupportedError, DTypeError) as error:
                reason = str(error)
            else:
                self.coverage.add(node, "converted")
                return result if isinstance(result, tuple) else (result,)
        body = standard_function(node, opset, inputs) if converter is None else None
        if body is not None:
            self.coverage.add(node, "by its function body")
            return self._call(body, node, inputs, depth)
        if self._strict:
            raise UnsupportedError(f"{reason}; strict=False may run it on its reference")
        outputs = emit_reference(self.g, node, opset, inputs, reason)
        self.coverage.add(node, "on its NumPy reference")
        return outputs

    def _call(
        self,
        function: Function,
        node: Any,
        inputs: list[Value | None],
        depth: int,
    ) -> tuple[Value | None, ...]:
        if depth >= MAX_DEPTH:
            raise FileFormatError(f"functions call each other more than {MAX_DEPTH} deep")
        if len(inputs) > len(function.inputs):
            raise FileFormatError(
                f"the function takes {len(function.inputs)} inputs, it is given {len(inputs)}"
            )
        scope = {
            name: value
            for name, value in zip(function.inputs, inputs, strict=False)
            if value is not None
        }
        absent = [name for name in function.inputs if name not in scope]
        self.convert(
            function.nodes_without(absent),
            function.imports,
            scope,
            function.outputs,
            function.given(node),
            depth + 1,
        )
        return tuple(scope.get(name) for name in function.outputs)
