"""Images with their classes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fastcnn.errors import DataError
from fastcnn.typing import Array

Labelled: TypeAlias = "tuple[Array, Array]"
"""Images and their classes."""

Split: TypeAlias = "tuple[Labelled, Labelled]"
"""What to learn from and what to test on."""


def check_labelled(source: str, x: Array, y: Array) -> None:
    """Raises DataError unless there are as many labels as images, and one at least."""
    if x.ndim < 2 or y.ndim < 1:
        raise DataError(
            f"{source}: images must have 2 axes or more and labels 1, they have the shapes "
            f"{x.shape} and {y.shape}"
        )
    if len(x) != len(y):
        raise DataError(f"{source}: holds {len(x)} images but {len(y)} labels")
    if len(x) == 0:
        raise DataError(f"{source}: holds no images; at least 1 is needed")
    for what, array in (("images", x), ("labels", y)):
        if array.dtype.kind not in "buif":
            raise DataError(f"{source}: {what} must be numbers, they are of type {array.dtype}")


def hold_out(source: str, x: Array, y: Array, share: float, seed: int) -> Split:
    """Splits at random, the same way every time.

    Args:
        source: For messages.
        x: Images.
        y: Labels.
        share: How much of the data to test on, between 0 and 1.
        seed: Of the choice.
    """
    test = round(len(x) * share)
    if not 0 < test < len(x):
        raise DataError(
            f"{source}: a test share of {share:g} leaves {len(x) - test} of {len(x)} images to "
            f"learn from and {test} to test on; both need at least 1"
        )
    order = np.random.default_rng(seed).permutation(len(x))
    learn, held = np.sort(order[test:]), np.sort(order[:test])
    return (x[learn], y[learn]), (x[held], y[held])
