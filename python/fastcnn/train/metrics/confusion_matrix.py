"""Which class is taken for which."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from fastcnn.errors import DataError
from fastcnn.train.metrics.metric import ratio
from fastcnn.typing import Array


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: int | None = None,
    *,
    normalize: Literal["true", "pred", "all"] | None = None,
) -> Array:
    """Counts which class is taken for which.

        matrix[i, j] = number of samples of class i that are taken for class j

    Matrices of several batches add up.

    Args:
        labels: Class indices [N] or [N, 1], or rows [N, C] whose largest element marks the class.
        predictions: The same; what `Model.predict` gives.
        num_classes: Rows and columns; by default as many as the rows have elements, or up to the
            highest index.
        normalize: Shares instead of counts: of each row ("true"), each column ("pred"), or all.

    Returns:
        int64 [num_classes, num_classes], float64 where normalised.

    Raises:
        DataError: An index is negative or too high, or there are not as many of both.
    """
    (true, least), (said, other) = _indices("labels", labels), _indices("predictions", predictions)
    if len(true) != len(said):
        raise DataError(
            f"confusion_matrix: {len(true)} labels and {len(said)} predictions; "
            "they must be as many"
        )
    classes = max(least, other) if num_classes is None else num_classes
    for what, indices in (("label", true), ("prediction", said)):
        wrong = (indices < 0) | (indices >= classes)
        if wrong.any():
            raise DataError(
                f"confusion_matrix: {what} {indices[wrong][0]} of sample {int(wrong.argmax())} is "
                f"outside [0, {classes})"
            )
    counts = np.bincount(true * classes + said, minlength=classes**2).reshape(classes, classes)
    if normalize is None:
        return counts.astype(np.int64)
    shares = counts.astype(np.float64)
    axes = {"true": 1, "pred": 0, "all": None}
    whole = shares.sum(axis=axes[normalize], keepdims=True)
    return ratio(shares, np.broadcast_to(whole, shares.shape))


def _indices(what: str, given: Any) -> tuple[Array, int]:
    """Class indices, and how many classes there are at least."""
    array = np.asarray(given)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1), array.shape[1]
    array = array.reshape(-1) if array.ndim == 2 else array
    if array.ndim != 1 or array.dtype.kind not in "iub":
        raise DataError(
            f"confusion_matrix: {what} must be class indices [N] or rows [N, C], they are "
            f"{array.dtype}{list(array.shape)}"
        )
    indices = array.astype(np.int64)
    return indices, int(indices.max(initial=-1)) + 1
