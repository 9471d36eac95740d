"""How a value of several models lives in one merged graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fastcnn.graph import Value
from fastcnn.ops import Builder

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shared:
    """One value that is the same for all models: the input."""

    value: Value


@dataclass(frozen=True)
class Stacked:
    """One value; along `axis`, model j owns the indices `owned[j]`, in its own order."""

    value: Value
    axis: int
    owned: tuple[Indices, ...]

    @property
    def is_contiguous(self) -> bool:
        """Whether the models follow one another."""
        return np.array_equal(
            np.concatenate(self.owned), np.arange(self.value.shape[self.axis] or 0)
        )


@dataclass(frozen=True)
class Separate:
    """One value for each model."""

    values: tuple[Value, ...]


Form: TypeAlias = "Shared | Stacked | Separate"


def in_turn(value: Value, axis: int, models: int) -> Stacked:
    """`value` cut along `axis` into one equal part for each model."""
    extent = value.shape[axis]
    assert extent is not None
    return Stacked(value, axis, tuple(np.split(np.arange(extent), models)))


def separate(g: Builder, form: Form, models: int, layer: str) -> tuple[Value, ...]:
    """The value of each model; new nodes count to `layer`."""
    if isinstance(form, Separate):
        return form.values
    if isinstance(form, Shared):
        return (form.value,) * models
    assert form.is_contiguous, form
    return tuple(
        g.apply(
            "slice",
            form.value,
            name=f"{form.value.name}/model{j + 1}",
            layer=layer,
            axis=form.axis,
            start=int(own[0]),
            stop=int(own[-1]) + 1,
        )
        for j, own in enumerate(form.owned)
    )


def stacked(g: Builder, form: Form, models: int, layer: str) -> Stacked:
    """The value of all models, one after the other along axis 1; new nodes count to `layer`."""
    if isinstance(form, Stacked) and form.axis == 1 and form.is_contiguous:
        return form
    values = separate(g, form, models, layer)
    joined = g.apply("concat", *values, name=f"{values[0].name}/all", layer=layer, axis=1)
    return in_turn(joined, 1, models)
