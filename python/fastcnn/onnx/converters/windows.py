"""Windows of convolutions and pools: sizes, strides and paddings of every form."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.typing import Shape


@dataclass(frozen=True)
class Window:
    """A window over one or two spatial axes, as two: [vertical, horizontal].

    Args:
        kernel: Elements.
        strides, dilations: In pixels.
        pads: Top, left, bottom, right; in pixels.
        axes: Spatial axes of the operator: 1 or 2.
    """

    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    pads: tuple[int, int, int, int]
    axes: int

    @property
    def reach(self) -> tuple[int, int]:
        """Pixels from the first to the last element, both counted."""
        (kh, kw), (dh, dw) = self.kernel, self.dilations
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1


def window_of(c: Call, kernel: Shape) -> Window:
    """The window of a node whose input has the axes [N, C, L] or [N, C, H, W].

    Args:
        c: The node. SAME paddings need the size of its input where a stride is not 1.
        kernel: Extents of the kernel along the spatial axes, from weights or an attribute.

    Raises:
        UnsupportedError: There are more than two spatial axes, or a padding cannot be known.
    """
    axes = c.x.type.rank - 2
    if axes not in (1, 2):
        raise c.refuse(f"windows have 1 or 2 spatial axes, this one has {axes}")
    if len(kernel) != axes or None in kernel:
        raise FileFormatError(f"{c.operator}: the kernel has the extents {kernel}, x is {c.x.type}")
    size = tuple(extent for extent in kernel if extent is not None)
    strides = _per_axis(c, "strides", axes)
    dilations = _per_axis(c, "dilations", axes)
    pads = _pads(c, size, strides, dilations)
    if axes == 1:
        begin, end = pads
        size, strides, dilations = (1, *size), (1, *strides), (1, *dilations)
        pads = (0, begin, 0, end)
    return Window(_pair(size), _pair(strides), _pair(dilations), _four(pads), axes)


def lift(c: Call, x: Value, axes: int) -> Value:
    """An image of height 1 from a sequence [N, C, L]; an image as it is."""
    return c.g.apply("unsqueeze", x, axes=(2,)) if axes == 1 else x


def lower(c: Call, y: Value, axes: int) -> Value:
    """What `lift` undid."""
    return c.g.apply("squeeze", y, axes=(2,)) if axes == 1 else y


def _per_axis(c: Call, name: str, axes: int) -> tuple[int, ...]:
    values = c.integers(name, (1,) * axes)
    if len(values) != axes or min(values) < 1:
        raise FileFormatError(f"{c.operator}: {name} must be {axes} positive integers: {values}")
    return values


def _pads(
    c: Call, kernel: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]
) -> tuple[int, ...]:
    """All begins, then all ends."""
    axes = len(kernel)
    mode = c.text("auto_pad", "NOTSET")
    if mode in ("NOTSET", ""):
        pads = c.integers("pads", (0,) * 2 * axes)
        if len(pads) != 2 * axes:
            raise FileFormatError(f"{c.operator}: pads must be {2 * axes} integers: {pads}")
        return pads
    if mode == "VALID":
        return (0,) * 2 * axes
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise FileFormatError(f"{c.operator}: auto_pad is {mode!r}")
    begins, ends = [], []
    for extent, k, s, d in zip(c.x.shape[2:], kernel, strides, dilations, strict=True):
        total = _same(c, extent, d * (k - 1) + 1, s)
        small, large = total // 2, total - total // 2
        begins.append(small if mode == "SAME_UPPER" else large)
        ends.append(large if mode == "SAME_UPPER" else small)
    return (*begins, *ends)


def _same(c: Call, extent: int | None, reach: int, stride: int) -> int:
    """Pixels of padding with which ceil(extent / stride) windows fit."""
    if extent is None and stride > 1:
        raise c.refuse("SAME padding with a stride needs inputs of a known height and width")
    count = 1 if extent is None else -(-extent // stride)
    return max((count - 1) * stride + reach - (1 if extent is None else extent), 0)


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    first, second = values
    return first, second


def _four(values: tuple[int, ...]) -> tuple[int, int, int, int]:
    a, b, c, d = values
    return a, b, c, d
