"""What is known of the numbers in small integer vectors before the extents are.

A shape that a graph computes is a vector of which some elements are plain numbers and others are
extents of an input that is still open. Most such vectors are put together by a few ops that only
move elements; following these through is enough to tell a `reshape` which one extent is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fastcnn.graph import Value
from fastcnn.typing import Attributes

Element: TypeAlias = "int | str | None"
"""A number; the name of an open extent, `NAME:AXIS`; or None, nothing known."""

Elements: TypeAlias = "tuple[Element, ...]"

MAX_ELEMENTS = 64
"""Vectors longer than this are no shapes."""


def extent_name(value: Value, axis: int) -> str:
    """The name of an open extent."""
    return f"{value.name}:{axis}"


def follow(
    op: str,
    inputs: Sequence[Value],
    known: Sequence[Elements | None],
    attrs: Attributes,
) -> Elements | None:
    """Elements of the output, from those of the inputs; None where nothing is known.

    Args:
        op: Name of the operation.
        inputs: Of the node.
        known: Elements of each input.
        attrs: Of the node.
    """
    rule = _RULES.get(op)
    if rule is None or any(value.type.rank > 1 for value in inputs[:1] if op != "shape_of"):
        return None
    elements = rule(inputs, known, attrs)
    return elements if elements is None or len(elements) <= MAX_ELEMENTS else None


Rule: TypeAlias = Callable[
    ["Sequence[Value]", "Sequence[Elements | None]", Attributes], "Elements | None"
]


def _shape_of(
    inputs: Sequence[Value], known: Sequence[Elements | None], attrs: Attributes
) -> Elements:
    (x,) = inputs
    names = [extent_name(x, i) if n is None else n for i, n in enumerate(x.shape)]
    start, stop = attrs["start"], attrs["stop"]
    assert isinstance(start, int)
    assert isinstance(stop, int)
    return tuple(names[start:stop])


def _same(
    inputs: Sequence[Value], known: Sequence[Elements | None], attrs: Attributes
) -> Elements | None:
    return known[0]


def _concat(
    inputs: Sequence[Value], known: Sequence[Elements | None], attrs: Attributes
) -> Elements | None:
    joined: list[Element] = []
    for value, elements in zip(inputs, known, strict=True):
        length = value.shape[0]
        if elements is None and length is None:
            return None
        joined += [None] * (length or 0) if elements is None else elements
    return tuple(joined)


def _gather(
    inputs: Sequence[Value], known: Sequence[Elements | None], attrs: Attributes
) -> Elements | None:
    elements, places = known
    if elements is None or places is None or inputs[1].type.rank > 1:
        return None
    if not all(isinstance(i, int) and -len(elements) <= i < len(elements) for i in places):
        return None
    return tuple(elements[i] for i in places if isinstance(i, int))


def _slice(
    inputs: Sequence[Value], known: Sequence[Elements | None], attrs: Attributes
) -> Elements | None:
    start, stop, step = attrs.get("start"), attrs.get("stop"), attrs.get("step", 1)
    if known[0] is None or not isinstance(start, int) or not isinstance(stop, int):
        return None
    assert isinstance(step, int)
    return known[0][start:stop:step]


_RULES: dict[str, Rule] = {
    "shape_of": _shape_of,
    "cast": _same,
    "reshape": _same,
    "squeeze": _same,
    "unsqueeze": _same,
    "concat": _concat,
    "gather": _gather,
    "slice": _slice,
}
