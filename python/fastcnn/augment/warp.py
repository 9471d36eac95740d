"""Images seen through an affine map."""

from __future__ import annotations

import numpy as np

from fastcnn.typing import Array

_CHUNK = 32
"""Images at a time, so that what is computed for them stays in the cache."""


def warp(images: Array, maps: Array, fill_value: float = 0.0) -> Array:
    """Each image through a map of its own, with bilinear interpolation.

        out[n, y, x] = image[n, y', x'],  (x', y') = maps[n] (x, y, 1)

    with x and y counted in pixels from the centre of the image. Outside the image is `fill_value`.

    Args:
        images: float32 [N, H, W, C].
        maps: [N, 2, 3].
        fill_value: What is outside.

    Returns:
        float32 [N, H, W, C].
    """
    result = np.empty_like(images)
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        result[part] = _warp(images[part], maps[part].astype(np.float32), np.float32(fill_value))
    return result


def affine_maps(
    angle: Array, shear_x: Array, shear_y: Array, zoom: Array, shift_x: Array, shift_y: Array
) -> Array:
    """The maps for `warp` that rotate, shear, zoom and then shift.

        maps = (shift zoom rotation shear)^-1

    Args:
        angle: Radians, counter-clockwise as seen; each argument holds a number an image.
        shear_x: x grows by this times y.
        shear_y: y grows by this times x.
        zoom: Above 1 the picture grows.
        shift_x: Pixels to the right.
        shift_y: Pixels down.

    Returns:
        [N, 2, 3].
    """
    cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
    rotation = np.stack([cos, sin, -sin, cos], -1).reshape(-1, 2, 2)
    one = np.ones_like(shear_x)
    shear = np.stack([one, shear_x, shear_y, one + shear_x * shear_y], -1).reshape(-1, 2, 2)
    inverse = np.linalg.inv(rotation @ shear)
    shift = np.stack([shift_x, shift_y], -1)[:, :, None]
    return np.concatenate([inverse, -inverse @ shift], axis=2)


def _warp(images: Array, maps: Array, fill_value: np.float32) -> Array:
    count, height, width, channels = images.shape
    pitch = width + 2
    padded = np.full((count, height + 2, pitch, channels), fill_value, np.float32)
    padded[:, 1:-1, 1:-1] = images
    pixels = padded.reshape(-1) if channels == 1 else padded.reshape(-1, channels)
    x, right = _neighbours(maps[:, 0], height, width, width)
    y, below = _neighbours(maps[:, 1], height, width, height)
    corner = y * pitch
    corner += x
    corner += (np.arange(count) * ((height + 2) * pitch))[:, None, None]
    if channels > 1:
        right, below = right[..., None], below[..., None]
    top = _between(pixels, corner, 1, right)
    corner += pitch
    bottom = _between(pixels, corner, 1, right)
    bottom -= top
    bottom *= below
    top += bottom
    return top.reshape(images.shape)


def _neighbours(rows: Array, height: int, width: int, extent: int) -> tuple[Array, Array]:
    """Along one axis of the padded image: the pixel at or before each point, and the rest."""
    xs = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)
    ys = np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2)
    along = rows[:, 0, None] * xs
    down = rows[:, 1, None] * ys + (rows[:, 2, None] + np.float32((extent - 1) / 2 + 1))
    points = along[:, None, :] + down[:, :, None]
    np.clip(points, 0, extent + 1, out=points)
    whole = np.minimum(points, extent).astype(np.intp)
    points -= whole
    return whole, points


def _between(pixels: Array, places: Array, step: int, share: Array) -> Array:
    """pixels[places] + share (pixels[places + step] - pixels[places])."""
    first = pixels.take(places, axis=0)
    second = pixels[step:].take(places, axis=0)
    second -= first
    second *= share
    first += second
    return first
