"""Rectangles in images."""

from __future__ import annotations

import numpy as np

from fastcnn.typing import Array


def random_boxes(
    height: Array, width: Array, shape: tuple[int, ...], rng: np.random.Generator
) -> Array:
    """Where in each image a rectangle with a random centre lies; what sticks out is cut off.

    Args:
        height: [N], in pixels.
        width: [N].
        shape: Of the images [N, H, W, C].
        rng: Random numbers.

    Returns:
        bool [N, H, W, 1].
    """
    count, rows, columns, _ = shape
    inside = []
    for extent, size in ((rows, height), (columns, width)):
        start = rng.integers(extent, size=count) - np.asarray(size) // 2
        places = np.arange(extent)
        inside.append((places >= start[:, None]) & (places < (start + size)[:, None]))
    boxes: Array = (inside[0][:, :, None] & inside[1][:, None, :])[..., None]
    return boxes
