"""Graphs from plain data that nobody vouches for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from fastcnn.errors import FileFormatError
from fastcnn.graph.graph import Graph
from fastcnn.graph.node import Node
from fastcnn.graph.value import Traits, Type, Value
from fastcnn.typing import DTYPES, Array, Attribute

MAX_RANK = 8
MAX_LIST = 2 * MAX_RANK
"""Numbers in an attribute: two for each axis."""
MAX_EXTENT = 2**31 - 1
MAX_INTEGER = 2**63 - 1

T = TypeVar("T")

ReadData: TypeAlias = Callable[[str, Type], Array]
"""The numbers of the value of that name; raises FileFormatError unless they are of the type."""


def decode(document: Any, read_data: ReadData) -> Graph:
    """The graph that `encode` described.

    Every field is checked for kind and limits; whether the graph makes sense is for `verify` and
    `check_types` to say.

    Raises:
        FileFormatError: A field is missing, of the wrong kind or beyond its limits.
    """
    known: dict[str, Value] = {}

    def define(value: Value) -> Value:
        if value.name in known:
            raise FileFormatError(f"the graph defines '{value.name}' twice")
        known[value.name] = value
        return value

    def look_up(name: Any) -> Value:
        value = known.get(name) if isinstance(name, str) else None
        if value is None:
            raise FileFormatError(f"the graph reads {_short(name)} before anything defines it")
        return value

    inputs = tuple(define(_value(item)) for item in _field(document, "inputs", list))
    for item in _field(document, "data", list):
        value = _value(item)
        define(Value(value.name, value.type, read_data(value.name, value.type), _traits(item)))
    nodes = []
    for item in _field(document, "nodes", list):
        sources = tuple(look_up(name) for name in _field(item, "inputs", list))
        results = tuple(define(_value(output)) for output in _field(item, "outputs", list))
        attrs = {name: _attribute(name, attr) for name, attr in _field(item, "attrs", dict).items()}
        name, op, layer = (_field(item, key, str) for key in ("name", "op", "layer"))
        nodes.append(Node(name, op, sources, results, attrs, layer))
    outputs = tuple(look_up(name) for name in _field(document, "outputs", list))
    updates = []
    for pair in _field(document, "updates", list):
        if not isinstance(pair, list) or len(pair) != 2:
            raise FileFormatError(f"an update must be a pair of names, it is {_short(pair)}")
        updates.append((look_up(pair[0]), look_up(pair[1])))
    return Graph(inputs, outputs, tuple(nodes), tuple(updates))


def _field(item: Any, key: str, kind: type[T]) -> T:
    if not isinstance(item, dict) or key not in item:
        raise FileFormatError(f"the graph lacks the field '{key}' in {_short(item)}")
    value = item[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FileFormatError(
            f"the graph's field '{key}' must be of kind {kind.__name__}, it is {_short(value)}"
        )
    return value


def _value(item: Any) -> Value:
    dtype = _field(item, "dtype", str)
    shape = _field(item, "shape", list)
    if dtype not in DTYPES:
        raise FileFormatError(f"the graph holds an element type it may not: {_short(dtype)}")
    if len(shape) > MAX_RANK or not all(_is_extent(extent) for extent in shape):
        raise FileFormatError(
            f"a shape must be up to {MAX_RANK} extents from 0 to {MAX_EXTENT}, or null, "
            f"it is {_short(shape)}"
        )
    return Value(_field(item, "name", str), Type(tuple(shape), dtype))


def _traits(item: Any) -> Traits | None:
    if isinstance(item, dict) and item.get("traits", 0) is None:
        return None
    traits = _field(item, "traits", dict)
    l1, l2 = (_penalty(traits, key) for key in ("l1", "l2"))
    return Traits(_field(traits, "trainable", bool), _field(traits, "pruned", bool), l1, l2)


def _penalty(traits: Any, key: str) -> float:
    value = _field(traits, key, object)
    if isinstance(value, (int, float)) and 0 <= value < math.inf:
        return float(value)
    raise FileFormatError(
        f"the trait '{key}' must be a number of at least 0, it is {_short(value)}"
    )


def _attribute(name: str, value: Any) -> Attribute:
    if isinstance(value, (str, float)) or _is_integer(value):
        return value  # type: ignore[no-any-return]
    if isinstance(value, list) and len(value) <= MAX_LIST:
        if all(map(_is_integer, value)):
            return tuple(value)
        if all(isinstance(item, float) for item in value):
            return tuple(value)
    raise FileFormatError(
        f"the attribute {_short(name)} must be a number, a text or up to {MAX_LIST} numbers of "
        f"one kind, "
        f"it is {_short(value)}"
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER


def _is_extent(value: Any) -> bool:
    return value is None or (_is_integer(value) and 0 <= value <= MAX_EXTENT)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
