"""The same elements under another shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.input import MAX_RANK
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import TO_GRAPH, TO_USER


@dataclass(eq=False, repr=False)
class Reshape(Layer):
    """The same elements of each sample, in row-major order, under another shape.

    Args:
        target_shape: Of one sample; -1, once, is what remains.

    Shape:
        x: [N, ...]. y: [N, *target_shape].
    """

    target_shape: Sequence[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.target_shape
        if not isinstance(given, (tuple, list)) or not 1 <= len(given) < MAX_RANK:
            raise self.invalid("target_shape", given, f"a tuple of 1 to {MAX_RANK - 1} extents")
        for extent in given:
            is_int = hasattr(extent, "__index__") and not isinstance(extent, bool)
            if not (is_int and (extent >= 1 or extent == -1)):
                raise self.invalid("target_shape", given, "extents of at least 1, or -1")
        if list(given).count(-1) > 1:
            raise self.invalid("target_shape", given, "extents with at most one -1")
        self.target_shape = tuple(int(extent) for extent in given)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        if x.type.rank == 4:
            x = g.apply("transpose", x, part="to_nhwc", perm=TO_USER)
        y = g.apply("reshape", x, shape=(0, *self.target_shape))
        if y.type.rank == 4:
            y = g.apply("transpose", y, part="to_nchw", perm=TO_GRAPH)
        return y
