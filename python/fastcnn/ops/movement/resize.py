"""Images, and tensors of any rank, at another size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.attributes import attribute
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array

Numbers: TypeAlias = "tuple[int | None, ...]"
Places: TypeAlias = npt.NDArray[np.float64]

MODES = ("nearest", "linear", "cubic")
COORDINATES = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
)
_ROUNDING: dict[str, Callable[[Places], Places]] = {
    "round_prefer_floor": lambda places: np.ceil(places - 0.5),
    "round_prefer_ceil": lambda places: np.floor(places + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@register
class Resize(Op):
    """Interpolation, one axis after the other, as ONNX's Resize.

        y[i] = sum over the taps t around place(i) of weight(t) x[t]

    Args:
        sizes: The extents of y; or, instead of them,
        scales: extent of y = floor(scale * extent of x), one scale an axis.
        mode: nearest: one tap. linear: two. cubic: four.
        coordinates: How i maps to a place in x. half_pixel: (i + 1/2) / scale - 1/2.
            half_pixel_symmetric: the same, about the middle of x. pytorch_half_pixel: the same,
            but 0 where y has one element. align_corners: i (extent of x - 1) / (extent of y - 1).
            asymmetric: i / scale.
        rounding: Of a place, for nearest: round_prefer_floor, round_prefer_ceil, floor or ceil.
        cubic_a: The slope of the cubic at distance 1.
        exclude_outside: 1: taps outside of x weigh nothing, the others more. 0: they read the
            edge.

    Shape:
        x: any. y: sizes.
    Source:
        Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE Transactions on
        Acoustics, Speech, and Signal Processing 29(6), 1981.
    """

    name = "resize"
    late = ("sizes",)

    def infer(
        self,
        x: Type,
        *,
        sizes: Numbers | None = (),
        scales: tuple[float, ...] = (),
        mode: str = "nearest",
        coordinates: str = "half_pixel",
        rounding: str = "round_prefer_floor",
        cubic_a: float = -0.75,
        exclude_outside: int = 0,
    ) -> Type:
        sizes = (None,) * x.rank if sizes is None else sizes
        checks.numeric(self.name, x=x)
        checks.choice(self.name, "mode", mode, MODES)
        checks.choice(self.name, "coordinates", coordinates, COORDINATES)
        checks.choice(self.name, "rounding", rounding, tuple(_ROUNDING))
        checks.number(self.name, "cubic_a", cubic_a)
        checks.flag(self.name, "exclude_outside", exclude_outside)
        if max(len(sizes), len(scales)) != x.rank or (sizes and scales and len(sizes) != x.rank):
            raise InvalidValueError(
                f"resize: takes one of sizes and scales, one an axis of {x}, they are {sizes} "
                f"and {scales}"
            )
        if None in sizes:
            return Type((None,) * x.rank, x.dtype)
        if sizes:
            checks.integers(self.name, "sizes", sizes, x.rank, 1)
            return Type(tuple(sizes), x.dtype)
        for scale in scales:
            checks.number(self.name, "scales", scale, 1e-6)
        extents = [
            None if extent is None else math.floor(scale * extent)
            for scale, extent in zip(scales, x.shape, strict=True)
        ]
        if 0 in [b for a, b in zip(x.shape, extents, strict=True) if a != 0]:
            raise InvalidValueError(f"resize: scales {scales} leave nothing of {x}")
        return Type(tuple(extents), x.dtype)

    def reference(
        self,
        x: Array,
        *,
        sizes: tuple[int, ...] = (),
        scales: tuple[float, ...] = (),
        mode: str = "nearest",
        coordinates: str = "half_pixel",
        rounding: str = "round_prefer_floor",
        cubic_a: float = -0.75,
        exclude_outside: int = 0,
    ) -> Array:
        y = x
        for axis, extent in enumerate(x.shape):
            size = sizes[axis] if sizes else math.floor(scales[axis] * extent)
            scale = scales[axis] if scales else size / max(extent, 1)
            if size == extent and scale == 1:
                continue
            places = _places(coordinates, extent, size, scale)
            if mode == "nearest":
                y = np.take(y, _nearest(places, extent, rounding), axis=axis)
                continue
            matrix = _matrix(places, extent, mode, cubic_a, bool(exclude_outside))
            y = np.moveaxis(np.tensordot(y, matrix, axes=(axis, 1)), -1, axis)
        return y.astype(x.dtype)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """Each axis is a product with a matrix of weights, so its gradient is one with the same."""
        (grad,) = grads
        assert grad is not None
        x, y, scales = node.inputs[0], node.output, attribute(node, "scales")
        for axis, (before, after) in enumerate(zip(x.shape, y.shape, strict=True)):
            scale = scales[axis] if scales else None
            if scale == 1 or (scale is None and before == after is not None):
                continue
            extent = checks.known(self.name, before, f"axis {axis} of x")
            size = checks.known(self.name, after, f"axis {axis} of y")
            places = _places(attribute(node, "coordinates"), extent, size, scale or size / extent)
            weights = _weights(node, places, extent).astype(np.float32)
            grad = _times(g, grad, axis, g.constant(f"{node.name}.weights", weights))
        return [grad]

    def channels(self, node: Node) -> Sequence[Tie]:
        """Axes of scale 1 stay as they are; the others are fixed."""
        scales = attribute(node, "scales")
        if not scales:
            return super().channels(node)
        x, y = node.inputs[0], node.output
        stay = [axis for axis, scale in enumerate(scales) if scale == 1]
        rest = [axis for axis, scale in enumerate(scales) if scale != 1]
        ties = [Tie.same(x, axis, y, axis) for axis in stay if x.shape[axis] is not None]
        return [*ties, *fix_axes(x, rest), *fix_axes(y, rest)]


def _times(g: Builder, x: Value, axis: int, matrix: Value) -> Value:
    """Each row of x along `axis` times the matrix."""
    last = x.type.rank - 1
    if axis == last:
        return g.apply("matmul", x, matrix)
    perm = [*range(last + 1)]
    perm[axis], perm[last] = last, axis
    product = g.apply("matmul", g.apply("transpose", x, perm=tuple(perm)), matrix)
    return g.apply("transpose", product, perm=tuple(perm))


def _weights(node: Node, places: Places, extent: int) -> npt.NDArray[Any]:
    """[size, extent]: the weight of each element of x in each of y, in any mode."""
    mode, cubic_a, outside = (
        attribute(node, name) for name in ("mode", "cubic_a", "exclude_outside")
    )
    if mode != "nearest":
        return _matrix(places, extent, mode, cubic_a, bool(outside))
    return np.eye(extent)[_nearest(places, extent, attribute(node, "rounding"))]


def _nearest(places: Places, extent: int, rounding: str) -> npt.NDArray[np.int64]:
    """The one element of x that each of y is."""
    return _ROUNDING[rounding](places).clip(0, extent - 1).astype(np.int64)


def _places(how: str, extent: int, size: int, scale: float) -> Places:
    """Where in x each element of y is read."""
    i = np.arange(size, dtype=np.float64)
    if how == "align_corners":
        return i * (extent - 1) / (size - 1) if size > 1 else i
    if how == "asymmetric":
        return i / scale
    if how == "pytorch_half_pixel" and size == 1:
        return np.zeros(1)
    places = (i + 0.5) / scale - 0.5
    if how == "half_pixel_symmetric":
        places += extent / 2 * (1 - size / (scale * extent))
    return places


def _matrix(
    places: Places, extent: int, mode: str, cubic_a: float, exclude_outside: bool
) -> npt.NDArray[Any]:
    """[size, extent]: the weight of each element of x in each of y."""
    first = np.floor(places)
    taps = range(2) if mode == "linear" else range(-1, 3)
    matrix = np.zeros((len(places), extent))
    rows = np.arange(len(places))
    for tap in taps:
        at = first + tap
        distance = np.abs(places - at)
        weight = 1 - distance if mode == "linear" else _cubic(distance, cubic_a)
        if exclude_outside:
            weight = np.where((at >= 0) & (at < extent), weight, 0)
        np.add.at(matrix, (rows, at.clip(0, extent - 1).astype(np.int64)), weight)
    return matrix / matrix.sum(axis=1, keepdims=True) if exclude_outside else matrix


def _cubic(d: Places, a: float) -> Places:
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0))
