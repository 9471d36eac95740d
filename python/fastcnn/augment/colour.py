"""What can be done to the values of images; all take and give float32 [N, H, W, C]."""

from __future__ import annotations

import numpy as np

from fastcnn.typing import Array

GREY = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in the brightness of a pixel (ITU-R BT.601)."""

_LEVELS = 256


def adjust(
    images: Array,
    brightness: Array,
    contrast: Array,
    saturation: Array,
    hue: Array,
    value_range: tuple[float, float],
) -> Array:
    """Brightness, contrast, saturation and hue, in this order, as one linear map a pixel.

        x <- b x;  x <- c x + (1 - c) mean of grey(x);  x <- s x + (1 - s) grey(x)

    then a turn of the colours about the grey axis. Saturation and hue are for three channels; with
    others, grey is their mean. The result is clipped to the range once, at the end.

    Args:
        images: What is changed.
        brightness: b, a number an image, as are the others; 1 changes nothing.
        contrast: c.
        saturation: s.
        hue: Turn of the colours, as a share of a full circle; 0 changes nothing.
        value_range: Least and greatest value.
    """
    count, height, width, channels = images.shape
    low, high = value_range
    pixels = images.reshape(count, height * width, channels)
    grey = GREY if channels == 3 else np.full(channels, 1 / channels)
    level = pixels.mean(axis=1, dtype=np.float64) @ grey
    linear = (brightness * contrast)[:, None, None] * np.eye(channels)
    if channels == 3:
        to_grey = np.outer(grey, np.ones(3))
        paler = saturation[:, None, None] * np.eye(3) + (1 - saturation)[:, None, None] * to_grey
        linear = linear @ paler @ _turns(2 * np.pi * hue)
    offset = brightness * (1 - contrast) * level
    result = pixels @ linear.astype(np.float32)
    result += offset.astype(np.float32)[:, None, None]
    return np.clip(result, low, high, out=result).reshape(images.shape)


def autocontrast(images: Array, value_range: tuple[float, float]) -> Array:
    """Each channel stretched to the whole range; one that is even stays."""
    low, high = map(np.float32, value_range)
    least = images.min(axis=(1, 2), keepdims=True)
    spread = images.max(axis=(1, 2), keepdims=True) - least
    even = spread == 0
    stretched: Array = (images - least) * ((high - low) / np.where(even, 1, spread)) + low
    result: Array = np.where(even, images, stretched)
    return result


def equalize(images: Array, value_range: tuple[float, float]) -> Array:
    """Each channel mapped so that its 256 levels are about as frequent as one another."""
    count, height, width, channels = images.shape
    low, high = value_range
    scaled = (images - low) * ((_LEVELS - 1) / (high - low))
    levels = np.clip(np.rint(scaled), 0, _LEVELS - 1).astype(np.intp)
    rows = np.arange(count * channels).reshape(count, 1, 1, channels) * _LEVELS
    places = levels + rows
    counts = np.bincount(places.reshape(-1), minlength=count * channels * _LEVELS)
    below = counts.reshape(-1, _LEVELS).cumsum(axis=1)
    first = below[np.arange(len(below)), (below > 0).argmax(axis=1)][:, None]
    table = (below - first) / np.maximum(height * width - first, 1) * (high - low) + low
    even = (first == height * width)[:, 0].reshape(count, 1, 1, channels)
    equal: Array = np.where(even, images, table.astype(np.float32).reshape(-1).take(places))
    return equal


def solarize(images: Array, threshold: float, value_range: tuple[float, float]) -> Array:
    """Values from the threshold on inverted; a share of the range."""
    low, high = value_range
    from_ = np.float32(low + threshold * (high - low))
    return np.where(images >= from_, np.float32(low + high) - images, images)


def posterize(images: Array, bits: int, value_range: tuple[float, float]) -> Array:
    """Values rounded down to 2^bits levels."""
    low, high = map(np.float32, value_range)
    step = (high - low) / np.float32(2**bits)
    floors: Array = np.floor((images - low) / step) * step + low
    return floors


def sharpen(images: Array, amount: Array, value_range: tuple[float, float]) -> Array:
    """Details strengthened, or smoothed away, by a factor s for each image; edges stay.

        x <- s x + (1 - s) smooth(x)

    where smooth weighs a pixel by 5/13 and each of its 8 neighbours by 1/13.
    """
    columns = images[:, :, :-2] + images[:, :, 1:-1] + images[:, :, 2:]
    smooth = columns[:, :-2] + columns[:, 1:-1] + columns[:, 2:] + 4 * images[:, 1:-1, 1:-1]
    smooth /= np.float32(13)
    share = amount.astype(np.float32)[:, None, None, None]
    result: Array = images.copy()
    result[:, 1:-1, 1:-1] = smooth + share * (images[:, 1:-1, 1:-1] - smooth)
    np.clip(result, *value_range, out=result)
    return result


def _turns(angles: Array) -> Array:
    """Rotations of (red, green, blue) about the axis of grey, for rows: Rodrigues' formula."""
    axis = 1 / np.sqrt(3)
    cross = axis * np.array([[0.0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    turned: Array = cos * np.eye(3) + (1 - cos) / 3 + sin * cross
    return turned
