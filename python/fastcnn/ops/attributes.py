"""Attributes of a node, those that it leaves to their defaults among them."""

from __future__ import annotations

from functools import cache
from inspect import Parameter, signature
from typing import Any

from fastcnn.graph import Node
from fastcnn.ops.op import get


def attribute(node: Node, name: str) -> Any:
    """An attribute of a node: what the node says, else the default of its op."""
    if name in node.attrs:
        return node.attrs[name]
    return _defaults(node.op)[name]


@cache
def _defaults(op: str) -> dict[str, Any]:
    parameters = signature(get(op).infer).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not Parameter.empty}
