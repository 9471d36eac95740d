"""Warps against SciPy, changes of colour against Pillow and formulas."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from fastcnn.augment import colour
from fastcnn.augment.warp import affine_maps, warp

ndimage = pytest.importorskip("scipy.ndimage")
Image = pytest.importorskip("PIL.Image")
from PIL import ImageEnhance, ImageOps  # noqa: E402

UNIT = (0.0, 1.0)


def batch(count: int = 40, channels: int = 3, height: int = 9, width: int = 14) -> np.ndarray:
    levels = np.random.default_rng(3).integers(20, 230, (count, height, width, channels))
    return (levels / 255).astype(np.float32)


def as_pillow(image: np.ndarray):
    return Image.fromarray(np.rint(image * 255).astype(np.uint8).squeeze())


def by_pillow(x: np.ndarray, change) -> np.ndarray:
    return np.stack([np.asarray(change(as_pillow(image))) / 255 for image in x]).reshape(x.shape)


def random_maps(count: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    angle, shear_x, shear_y, zoom, x, y = rng.uniform(-1, 1, (6, count))
    return affine_maps(3 * angle, 0.3 * shear_x, 0.3 * shear_y, 1.5**zoom, 4 * x, 4 * y)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_warp_is_that_of_scipy(channels):
    x = batch(channels=channels)
    maps = random_maps(len(x))
    centre = np.array([(9 - 1) / 2, (14 - 1) / 2])

    warped = warp(x, maps, fill_value=0.25)

    for image, result, (row_x, row_y) in zip(x.astype(np.float64), warped, maps, strict=True):
        matrix = np.array([[row_y[1], row_y[0]], [row_x[1], row_x[0]]])
        offset = centre + np.array([row_y[2], row_x[2]]) - matrix @ centre
        for channel in range(channels):
            expected = ndimage.affine_transform(
                image[..., channel], matrix, offset, order=1, mode="grid-constant", cval=0.25
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=2e-5)


def test_maps_move_as_they_say():
    x = np.zeros((5, 7, 7, 1), np.float32)
    x[:, 2, 3] = 1  # one above the centre
    zero, one = np.zeros(5), np.ones(5)
    quarter = np.array([np.pi / 2, 0, 0, 0, 0])
    shift_x, shift_y = np.array([0, 2, 0, 0, 0]), np.array([0, 0, 3, 0, 0])
    shear = np.array([0, 0, 0, 1, 0])
    zoom = np.array([1, 1, 1, 1, 3])

    places = warp(x, affine_maps(quarter, shear, zero, zoom * one, shift_x, shift_y))

    found = [tuple(np.argwhere(image[..., 0] > 0.99)[0]) for image in places]
    assert found == [(3, 2), (2, 5), (5, 3), (2, 2), (0, 3)]


@pytest.mark.parametrize("factor", [0.4, 1.6])
@pytest.mark.parametrize("kind", ["Brightness", "Contrast", "Color"])
def test_brightness_contrast_and_colour_are_those_of_pillow(kind, factor):
    x = batch()
    one, zero = np.ones(len(x)), np.zeros(len(x))
    factors = [
        factor * one if kind == name else one for name in ("Brightness", "Contrast", "Color")
    ]

    adjusted = colour.adjust(x, *factors, zero, UNIT)

    expected = by_pillow(x, lambda image: getattr(ImageEnhance, kind)(image).enhance(factor))
    np.testing.assert_allclose(adjusted, expected, atol=2.5 / 255)


def test_grey_images_have_no_colour_to_change():
    x = batch(channels=1)
    one = np.ones(len(x))

    np.testing.assert_allclose(colour.adjust(x, one, one, 0 * one, 0.3 * one, UNIT), x, atol=1e-6)


def test_a_third_of_the_circle_makes_red_green():
    x = np.zeros((1, 1, 2, 3), np.float32)
    x[..., 0, 0] = x[..., 1, 1] = 0.5
    one = np.ones(1)

    turned = colour.adjust(x, one, one, one, one / 3, UNIT)

    for place in (0, 1):
        before, after = (
            colorsys.rgb_to_hsv(*x[0, 0, place]),
            colorsys.rgb_to_hsv(*turned[0, 0, place]),
        )
        assert (after[0] - before[0]) % 1 == pytest.approx(1 / 3, abs=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_autocontrast_is_that_of_pillow(channels):
    x = batch(channels=channels)
    x[0] = 0.5

    expected = by_pillow(x, ImageOps.autocontrast)

    np.testing.assert_allclose(colour.autocontrast(x, UNIT), expected, atol=1.5 / 255)


def test_equalize_makes_every_level_as_frequent():
    x = batch(3, height=60, width=60) ** 3
    x[0] = 0.25

    equal = colour.equalize(x, UNIT)

    np.testing.assert_array_equal(equal[0], x[0])
    for image in equal[1:].transpose(0, 3, 1, 2).reshape(-1, 3600):
        assert (image.min(), image.max()) == (0, 1)
        shares, _ = np.histogram(image, 5, UNIT)
        assert shares.max() / 3600 < 0.3
    ranks = np.argsort(np.argsort(x[1, :, :, 0].ravel(), kind="stable"), kind="stable")
    assert np.corrcoef(equal[1, :, :, 0].ravel(), ranks)[0, 1] > 0.99


def test_solarize_and_posterize_are_those_of_pillow():
    x = batch()

    np.testing.assert_allclose(
        colour.solarize(x, 128 / 255, UNIT), by_pillow(x, ImageOps.solarize), atol=1e-6
    )
    bytes_ = np.float32(255) * x
    for bits in (4, 6):
        expected = by_pillow(x, lambda image, bits=bits: ImageOps.posterize(image, bits)) * 255
        np.testing.assert_allclose(
            colour.posterize(bytes_, bits, (0.0, 256.0)), expected, atol=1e-3
        )


@pytest.mark.parametrize("factor", [0.3, 1.7])
def test_sharpness_is_that_of_pillow(factor):
    x = batch()

    sharp = colour.sharpen(x, np.full(len(x), factor), UNIT)

    expected = by_pillow(x, lambda image: ImageEnhance.Sharpness(image).enhance(factor))
    np.testing.assert_allclose(sharp, expected, atol=2.5 / 255)
