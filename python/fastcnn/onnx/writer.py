"""Collects the nodes and the numbers of an ONNX graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph, Node, Value
from fastcnn.onnx.optional import require_onnx
from fastcnn.ops import get
from fastcnn.ops.attributes import attribute
from fastcnn.ops.late import split_late
from fastcnn.typing import Array


class Writer:
    """What exporters write to.

    Args:
        graph: The graph that is written; its names are kept, new ones differ from them.
        opset: Version of the ONNX operators.
        outside: Values whose numbers are left out.
    """

    def __init__(self, graph: Graph, opset: int, outside: Collection[str] = ()) -> None:
        self.opset = opset
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._onnx = require_onnx("onnx.save")
        self._values = set(graph.values)
        self._nodes = {node.name for node in graph.nodes}
        for value in graph.values.values():
            if value.data is not None and value.name not in outside:
                self._initialize(value.name, value.data)

    def emit(
        self,
        node: Node,
        op_type: str,
        *inputs: str,
        outputs: Sequence[str] = (),
        since: int = 0,
        **attrs: Any,
    ) -> None:
        """Appends the ONNX node that defines the outputs of `node`.

        Args:
            node: Whose outputs they are.
            op_type: Of ONNX.
            inputs: Names of values; the inputs of `node` if none is given.
            outputs: The same for outputs.
            since: The opset that brought the operator, or this use of it.
            attrs: Attributes of ONNX.
        """
        self._append(node, op_type, inputs, outputs or names(node.outputs), since, attrs)

    def step(
        self, node: Node, op_type: str, *inputs: str, outputs: Sequence[str] = (), **attrs: Any
    ) -> str:
        """Appends an ONNX node on the way to the outputs of `node`; gives its last output's name.

        Args:
            node: On whose behalf.
            op_type: Of ONNX.
            inputs: Names of values; the inputs of `node` if none is given.
            outputs: Names of outputs that stand before the last.
            attrs: Attributes of ONNX.
        """
        output = _fresh(f"{node.name}/{op_type}", self._values)
        self._append(node, op_type, inputs, [*outputs, output], 0, attrs)
        return output

    def constant(self, node: Node, what: str, data: Array) -> str:
        """Adds numbers that `node` needs; gives their name."""
        name = _fresh(f"{node.name}/{what}", self._values)
        self._initialize(name, data)
        return name

    def integers(self, node: Node, what: str, values: npt.ArrayLike) -> str:
        """Adds a list of int64; gives its name."""
        return self.constant(node, what, np.asarray(values, np.int64))

    def late(self, node: Node, *attributes: str) -> list[str]:
        """Names of int64 lists that hold the attributes: inputs of `node`, or constants."""
        _, late = split_late(get(node.op), node.inputs, node.attrs)
        return [
            self._as_list(node, late[name])
            if name in late
            else self.integers(node, name, np.atleast_1d(attribute(node, name)))
            for name in attributes
        ]

    def tensor(self, data: Array) -> Any:
        """Numbers as an attribute holds them."""
        return self._onnx.numpy_helper.from_array(data)

    def element_type(self, dtype: str) -> int:
        """ONNX's number for an element type."""
        number: int = self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return number

    def _as_list(self, node: Node, value: Value) -> str:
        if value.type.rank == 1:
            return value.name
        return self.step(node, "Reshape", value.name, self.integers(node, "one_axis", [-1]))

    def _initialize(self, name: str, data: Array) -> None:
        contiguous = np.asarray(data, order="C")
        self.initializers.append(self._onnx.numpy_helper.from_array(contiguous, name))

    def _append(
        self,
        node: Node,
        op_type: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        since: int,
        attrs: dict[str, Any],
    ) -> None:
        if since > self.opset:
            raise UnsupportedError(
                f"onnx.save: node '{node.name}' ({node.op}) needs ONNX's {op_type} of opset "
                f"{since}, opset={self.opset} was asked for; leave opset out, or raise it"
            )
        is_last = outputs[-1] == node.outputs[-1].name
        name = node.name if is_last else _fresh(f"{node.name}/{op_type}", self._nodes)
        inputs = inputs or names(node.inputs)
        typed = self._typed(op_type, attrs)
        self.nodes.append(self._onnx.helper.make_node(op_type, inputs, outputs, name, **typed))

    def _typed(self, op_type: str, attrs: dict[str, Any]) -> dict[str, Any]:
        """The attributes with whole numbers as floats where ONNX wants floats."""
        defs = self._onnx.defs
        known = defs.get_schema(op_type, self.opset).attributes
        return {
            key: float(value) if known[key].type == defs.OpSchema.AttrType.FLOAT else value
            for key, value in attrs.items()
        }


def names(values: Sequence[Value]) -> list[str]:
    """The name of each."""
    return [value.name for value in values]


def _fresh(name: str, taken: set[str]) -> str:
    candidate, count = name, 1
    while candidate in taken:
        candidate, count = f"{name}_{count}", count + 1
    taken.add(candidate)
    return candidate
