"""What to train on and what to validate on, from the arguments of `fit`."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.train.batches.dataset import Dataset
from fastcnn.train.batches.open import is_lazy
from fastcnn.train.data import read_samples
from fastcnn.train.losses.loss import Loss

Given = tuple[Any, Any, Any]
"""x, y and sample_weight as `open_batches` takes them."""


def split_data(
    graph: Graph, loss: Loss, given: Given, validation_data: Any, share: float
) -> tuple[Given, Given | None]:
    """What to train on, and what to validate on, None where there is no such thing.

    Args:
        graph: What the samples are for.
        loss: Decides what labels may look like.
        given: To train on.
        validation_data: To validate on; wins over the share.
        share: The last share of the samples, to validate on.
    """
    if validation_data is not None:
        return given, _validation(validation_data)
    if not share:
        return given, None
    x, y, weight = given
    if isinstance(x, Dataset):
        learn, held = x.split(share)
        return (learn, y, weight), (held, None, None)
    if is_lazy(x):
        raise InvalidValueError(
            "fit: validation_split needs arrays or a Dataset; an iterator has no last part: give "
            "validation_data"
        )
    train, validation = read_samples(graph, loss, x, y, sample_weight=weight).split(share)
    return (train, None, None), (validation, None, None)


def _validation(given: Any) -> Given:
    if is_lazy(given):
        return given, None, None
    if len(given) not in (2, 3):
        raise DataError(
            f"fit: validation_data has {len(given)} parts, it must be (x, y) or "
            "(x, y, sample_weight), a Dataset or an iterator"
        )
    x, y, *weight = given
    return x, y, weight[0] if weight else None
