"""Attributes of nodes as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.onnx.read.order import describe
from fastcnn.onnx.read.tensors import array_of

_FLOAT, _INT, _STRING, _TENSOR, _GRAPH = 1, 2, 3, 4, 5
_FLOATS, _INTS, _STRINGS = 6, 7, 8


def attributes_of(node: Any, folder: Path | None) -> dict[str, Any]:
    """The attributes of a NodeProto by name: int, float, str, array, GraphProto, tuples of such.

    Args:
        node: The node; none of its attributes refers to another.
        folder: Where files with external data lie.

    Raises:
        FileFormatError: Two have the same name, or one is not what it says.
        UnsupportedError: One is of a kind that is not read.
    """
    return _values(node.attribute, folder, describe(node))


def with_references(node: Any, given: Mapping[str, Any]) -> Any:
    """The NodeProto with what a function was called with in place of references to it.

    Args:
        node: A node of the function; a copy is given where it holds references.
        given: AttributeProtos by name. A reference to one that is not there leaves no attribute.
    """
    if not any(attr.ref_attr_name for attr in node.attribute):
        return node
    copy = type(node)()
    copy.CopyFrom(node)
    del copy.attribute[:]
    for attr in node.attribute:
        if not attr.ref_attr_name:
            copy.attribute.append(attr)
        elif attr.ref_attr_name in given:
            copy.attribute.append(given[attr.ref_attr_name])
            copy.attribute[-1].name = attr.name
    return copy


def _values(protos: Sequence[Any], folder: Path | None, where: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    for attr in protos:
        if attr.name in attrs:
            raise FileFormatError(f"{where} has two attributes '{attr.name[:80]}'")
        attrs[attr.name] = _value(attr, where, folder)
    return attrs


def _value(attr: Any, where: str, folder: Path | None) -> Any:
    if attr.type == _FLOAT:
        return float(attr.f)
    if attr.type == _INT:
        return int(attr.i)
    if attr.type == _STRING:
        return _text(attr.s, where)
    if attr.type == _TENSOR:
        return array_of(attr.t, folder)
    if attr.type == _GRAPH:
        return attr.g
    if attr.type == _FLOATS:
        return tuple(attr.floats)
    if attr.type == _INTS:
        return tuple(attr.ints)
    if attr.type == _STRINGS:
        return tuple(_text(item, where) for item in attr.strings)
    raise UnsupportedError(f"{where}: the attribute '{attr.name[:80]}' is of kind {attr.type}")


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{where} has a text attribute that is no UTF-8: {error}") from None
