"""What several layers ask of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from fastcnn.errors import ShapeError

if TYPE_CHECKING:
    from fastcnn.layers.layer import Layer

Pair: TypeAlias = "tuple[int, int]"
Pads: TypeAlias = "tuple[int, int, int, int]"
IntOrPair: TypeAlias = "int | Sequence[int]"

MAX_EXTENT = 2**31 - 1
"""Largest extent of one axis."""


def integer(layer: Layer, name: str, value: Any, low: int = 1) -> int:
    """An integer of at least `low`."""
    if not _is_int(value) or not low <= value <= MAX_EXTENT:
        raise layer.invalid(name, value, f"an integer from {low} to {MAX_EXTENT}")
    return int(value)


def number(layer: Layer, name: str, value: Any, low: float, limit: str) -> float:
    """A finite number of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value < 1e38:
        raise layer.invalid(name, value, limit)
    return float(value)


def pair(layer: Layer, name: str, value: Any, low: int = 1) -> Pair:
    """(vertical, horizontal) from one integer for both, or two."""
    items = (value, value) if _is_int(value) else value
    if not isinstance(items, (tuple, list)) or len(items) != 2:
        raise layer.invalid(name, value, "an integer or two (vertical, horizontal)")
    if not all(_is_int(item) and low <= item <= MAX_EXTENT for item in items):
        raise layer.invalid(name, value, f"an integer, or two, from {low} to {MAX_EXTENT}")
    return int(items[0]), int(items[1])


def single(layer: Layer, name: str, value: Any) -> int:
    """One integer of at least 1, or a sequence of one."""
    is_one = isinstance(value, (tuple, list)) and len(value) == 1
    return integer(layer, name, value[0] if is_one else value)


def padding_name(layer: Layer, value: Any, *others: str) -> str:
    """`valid`, `same` or one of the others, in any case."""
    name = value.lower() if isinstance(value, str) else value
    known = ("valid", "same", *others)
    if name not in known:
        raise layer.invalid("padding", value, " or ".join(map(repr, known)))
    return str(name)


def sides(layer: Layer, name: str, value: Any) -> Pads:
    """Top, left, bottom, right from one integer, (vertical, horizontal) or two pairs."""
    given = value if isinstance(value, (tuple, list)) else (value, value)
    if len(given) != 2:
        raise layer.invalid(name, value, "an integer, (vertical, horizontal) or two pairs")
    top, bottom = pair(layer, name, given[0], 0)
    left, right = pair(layer, name, given[1], 0)
    return top, left, bottom, right


def pads(
    layer: Layer,
    padding: str,
    size: tuple[int | None, int | None],
    kernel: Pair,
    strides: Pair,
    dilations: Pair = (1, 1),
) -> Pads:
    """Top, left, bottom, right, in pixels.

    `valid` adds none. `same` adds, along each axis of extent I,

        max((ceil(I / stride) - 1) stride + dilation (kernel - 1) + 1 - I, 0)

    so that the output has ceil(I / stride) pixels. Of an odd number the larger half goes to the
    bottom and the right.

    Args:
        layer: Who asks.
        padding: `valid` or `same`.
        size: Height and width of the image; None where open.
        kernel: Its height and width.
        strides: Vertical, horizontal.
        dilations: Vertical, horizontal.
    """
    if padding == "valid":
        return 0, 0, 0, 0
    before, after = [], []
    for extent, k, stride, dilation in zip(size, kernel, strides, dilations, strict=True):
        span = dilation * (k - 1) + 1
        if stride == 1:
            total = span - 1
        elif extent is None:
            raise ShapeError(
                f"{layer.label}: padding 'same' with strides {strides} depends on the size of the "
                "image, which is open; give height and width in the input shape"
            )
        else:
            total = max((-(-extent // stride) - 1) * stride + span - extent, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before[0], before[1], after[0], after[1]


def _is_int(value: Any) -> TypeGuard[int]:
    return hasattr(value, "__index__") and not isinstance(value, bool)
