"""Images of other sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.types import as_int64
from fastcnn.typing import Attribute


@converts("Upsample", since=7)
def upsample_by_attribute(c: Call) -> Value:
    return _scaled(c, c.numbers("scales"), _asymmetric(c))


@converts("Upsample", since=9)
@converts("Resize", since=10)
def resize_by_scales(c: Call) -> Value:
    """Opset 10: as Upsample, with scales as an input."""
    scales = c.constant(1, "scales").reshape(-1).tolist()
    return _scaled(c, tuple(map(float, scales)), _asymmetric(c))


@converts("Resize", since=11)
def resize(c: Call) -> Value:
    coordinates = c.text("coordinate_transformation_mode", "half_pixel")
    if coordinates not in (
        "half_pixel",
        "half_pixel_symmetric",
        "pytorch_half_pixel",
        "align_corners",
        "asymmetric",
    ):
        raise c.refuse(f"coordinate_transformation_mode={coordinates} is not carried out")
    if c.integer("antialias", 0):
        raise c.refuse("antialias=1 is not carried out")
    if c.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise c.refuse("only keep_aspect_ratio_policy='stretch' is carried out")
    attrs: dict[str, Attribute] = {
        "mode": c.text("mode", "nearest"),
        "coordinates": coordinates,
        "rounding": c.text("nearest_mode", "round_prefer_floor"),
        "cubic_a": c.number("cubic_coeff_a", -0.75),
        "exclude_outside": c.integer("exclude_outside", 0),
    }
    axes = c.integers("axes", tuple(range(c.x.type.rank)))
    places = [c.from_front(axis, c.x.type.rank) for axis in axes]
    scales, sizes = c.optional(2), c.optional(3)
    if scales is not None and scales.shape != (0,):
        given = c.constant(2, "scales").reshape(-1).tolist()
        return _scaled(c, _spread(c, list(map(float, given)), places, 1.0), attrs)
    if sizes is None:
        raise FileFormatError("Resize: has neither scales nor sizes")
    return _sized(c, sizes, places, attrs)


def _asymmetric(c: Call) -> dict[str, Attribute]:
    mode = c.text("mode", "nearest")
    return {
        "mode": "linear" if mode in ("linear", "bilinear") else mode,
        "coordinates": "asymmetric",
        "rounding": "floor",
        "cubic_a": -0.75,
        "exclude_outside": 0,
    }


def _scaled(c: Call, scales: Sequence[float], attrs: dict[str, Attribute]) -> Value:
    """By scales, which stay in the coordinates where they do not give whole sizes."""
    x = c.x
    if len(scales) != x.type.rank or not all(0 < scale < 2**20 for scale in scales):
        raise FileFormatError(f"{c.operator}: scales are {tuple(scales)}, x is {x.type}")
    return c.g.apply("resize", x, scales=tuple(map(float, scales)), **attrs)


def _sized(c: Call, sizes: Value, places: list[int], attrs: dict[str, Attribute]) -> Value:
    x, rank = c.x, c.x.type.rank
    if sizes.data is not None:
        given = [int(size) for size in sizes.data.reshape(-1)]
        wanted = _spread(c, given, places, None)
        known = [x.shape[axis] if size is None else size for axis, size in enumerate(wanted)]
        if None not in known:
            return c.g.apply("resize", x, sizes=tuple(n for n in known if n is not None), **attrs)
    if places != list(range(rank)):
        sizes = _all_axes(c, sizes, places)
    return c.g.apply("resize", x, as_int64(c, sizes), **attrs)


def _all_axes(c: Call, sizes: Value, places: list[int]) -> Value:
    """Sizes of all axes from those of some: the others keep their extents."""
    rank = c.x.type.rank
    extents = c.g.apply("shape_of", c.x, start=0, stop=rank)
    both = c.g.apply("concat", extents, as_int64(c, sizes), axis=0)
    chosen = np.arange(rank)
    chosen[places] = rank + np.arange(len(places))
    return c.g.apply("gather", both, c.g.integers(*chosen.tolist()), axis=0)


def _spread(c: Call, given: list, places: list[int], other: object) -> list:  # type: ignore[type-arg]
    """What is given for some axes, and `other` for the rest."""
    if len(given) != len(places) or len(set(places)) != len(places):
        raise FileFormatError(f"{c.operator}: {given} for the axes {places}")
    spread = [other] * c.x.type.rank
    for place, item in zip(places, given, strict=True):
        spread[place] = item
    return spread
