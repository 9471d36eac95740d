"""Where a model begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.layers.layer import Layer
from fastcnn.layers.symbolic import Call, SymbolicTensor
from fastcnn.typing import Shape

MAX_RANK = 5


@dataclass(eq=False, repr=False)
class InputLayer(Layer):
    """The layer behind `Input`: it has no nodes of its own."""

    @classmethod
    def default_name(cls) -> str:
        return "input"


def Input(
    shape: Sequence[int | None],
    batch_size: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
) -> SymbolicTensor:
    """A model's input.

    Args:
        shape: Of one sample, channels last; None where an extent is open.
        batch_size: None: models take any batch size.
        dtype: "float32" or None, which is the same.
        name: Name of the graph input.
    """
    layer = InputLayer(name=name)
    if batch_size is not None:
        raise UnsupportedError(
            f"{layer.label}: batch_size {batch_size!r} cannot be fixed, models take any; "
            "leave it out"
        )
    if dtype not in (None, "float32"):
        raise UnsupportedError(f"{layer.label}: dtype must be float32, it is {dtype!r}")
    return SymbolicTensor((None, *sample_shape(layer.label, "shape", shape)), Call(layer, ()))


def sample_shape(owner: str, argument: str, shape: object) -> Shape:
    """The shape of one sample, checked."""
    if not isinstance(shape, (tuple, list)):
        raise InvalidValueError(
            f"{owner}: {argument} must be a tuple such as (28, 28, 1), it is {shape!r}"
        )
    if not 1 <= len(shape) < MAX_RANK:
        raise InvalidValueError(
            f"{owner}: {argument} must have 1 to {MAX_RANK - 1} axes, it is {shape!r}"
        )
    for extent in shape:
        is_int = hasattr(extent, "__index__") and not isinstance(extent, bool)
        if extent is not None and not (is_int and extent >= 1):
            raise InvalidValueError(
                f"{owner}: {argument} must hold integers of at least 1, or None, it is {shape!r}"
            )
    return tuple(None if extent is None else int(extent) for extent in shape)
