"""Augmentation as the batches apply it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.typing import Array

Augmentation: TypeAlias = Callable[[Array, Array, np.random.Generator], tuple[Array, Array]]
"""Images [N, H, W, C] as float32, labels and random numbers of this batch, to images and labels."""


def in_turn(given: Augmentation | Sequence[Augmentation]) -> Augmentation:
    """One augmentation, or several one after the other, with their results checked."""
    steps = [given] if callable(given) else list(given)
    for step in steps:
        if not callable(step):
            raise InvalidValueError(
                f"fit: augment must be an augmentation or a list of such, it holds {step!r}"
            )

    def apply(images: Array, labels: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        for step in steps:
            count = len(images)
            images, labels = step(images, labels, rng)
            if images.ndim != 4 or len(images) != count or len(labels) != count:
                raise DataError(
                    f"fit: {step!r} made images of shape {images.shape} and labels of shape "
                    f"{labels.shape} from {count} samples; it must give as many images "
                    "[N, H, W, C] and labels"
                )
        return np.ascontiguousarray(images, np.float32), np.ascontiguousarray(labels)

    return apply


def image_input(graph: Graph) -> str:
    """The one input of the graph; raises InvalidValueError unless it takes images."""
    if len(graph.inputs) != 1 or graph.inputs[0].type.rank != 4:
        inputs = ", ".join(map(repr, graph.inputs))
        raise InvalidValueError(
            "fit: augment needs a model whose one input takes images [N, H, W, C], this one takes "
            f"{inputs}; augment in a Dataset of your own instead"
        )
    return graph.inputs[0].name
