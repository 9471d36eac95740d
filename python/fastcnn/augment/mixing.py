"""Two samples made one."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import DataError
from fastcnn.typing import Array


def mixable(owner: str, labels: Array) -> Array:
    """Labels as float32 rows that can be averaged; raises DataError where they are indices."""
    if labels.ndim != 2 or (labels.dtype.kind != "f" and labels.shape[1] == 1):
        raise DataError(
            f"{owner}: mixes labels, which must be rows of probabilities, one-hot as a rule; these "
            f"are {labels.dtype} of shape {labels.shape}: give np.eye(classes)[y] and use "
            "loss='categorical_crossentropy'"
        )
    return labels.astype(np.float32)


def mix_labels(labels: Array, partners: Array, share: Array) -> Array:
    """Share labels + (1 - share) labels[partners], with a share for each sample."""
    kept = share.astype(np.float32)[:, None]
    mixed: Array = kept * labels + (1 - kept) * labels[partners]
    return mixed
