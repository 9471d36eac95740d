"""What every augmentation keeps to, and what each of them does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fastcnn import augment
from fastcnn.errors import DataError, InvalidValueError, ShapeError

ALL = [
    augment.RandomCrop(padding=3),
    augment.RandomFlip("horizontal_and_vertical"),
    augment.RandomRotation(0.1),
    augment.RandomAffine(0.1, 0.1, 0.2, 0.2),
    augment.Cutout(5),
    augment.RandomErasing(),
    augment.MixUp(),
    augment.CutMix(),
    augment.RandomColorJitter(0.3, 0.3, 0.3, 0.1),
    augment.RandAugment(),
]


def images(count: int = 64, height: int = 10, width: int = 12, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(1).random((count, height, width, channels), np.float32)


def one_hot(count: int = 64) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[np.arange(count) % 4]


def rng(seed: int = 2) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_augmentation_is_tried():
    names = {name for name in dir(augment) if isinstance(getattr(augment, name), type)}

    assert {type(one).__name__ for one in ALL} == names - {"Augmentation"}


@pytest.mark.parametrize("one", ALL, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("count", [1, 64])
def test_every_augmentation_keeps_the_rules(one, channels, count):
    x, y = images(count, channels=channels), one_hot(count)
    before = x.copy(), y.copy()

    new_x, new_y = one(x, y, rng())
    again_x, again_y = one(x, y, rng())
    other_x, _ = one(x, y, rng(3))

    assert (new_x.shape, new_x.dtype) == (x.shape, np.float32)
    assert (new_y.shape, new_y.dtype) == (y.shape, np.float32)
    assert np.isfinite(new_x).all()
    assert new_x.min() >= 0
    assert new_x.max() <= 1 + 1e-6
    np.testing.assert_allclose(new_y.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])
    np.testing.assert_array_equal(new_x, again_x)
    np.testing.assert_array_equal(new_y, again_y)
    assert count == 1 or not np.array_equal(new_x, other_x)
    assert count == 1 or not np.array_equal(new_x, x)


def test_a_crop_is_a_window_of_the_padded_image():
    x = images(200)
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=7)

    cropped, _ = augment.RandomCrop(9, 8, padding=2, fill_value=7)(x, one_hot(200), rng())

    windows = np.lib.stride_tricks.sliding_window_view(padded, (9, 8), axis=(1, 2))
    windows = windows.transpose(0, 1, 2, 4, 5, 3)
    places = [np.argwhere((windows[i] == cropped[i]).all(axis=(2, 3, 4)))[0] for i in range(200)]
    assert {top for top, _ in places} == set(range(6))
    assert {left for _, left in places} == set(range(9))


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"15 x 12 does not fit into images of 10 x 12 with pad"):
        augment.RandomCrop(height=15, padding=2)(images(), one_hot(), rng())


@pytest.mark.parametrize(("mode", "views"), [
    ("horizontal", ["id", "lr"]),
    ("vertical", ["id", "ud"]),
    ("horizontal_and_vertical", ["id", "lr", "ud", "both"]),
])  # fmt: skip
def test_flips_are_even_chances(mode, views):
    x = images(400)
    known = {"id": x, "lr": x[:, :, ::-1], "ud": x[:, ::-1], "both": x[:, ::-1, ::-1]}

    flipped, _ = augment.RandomFlip(mode)(x, one_hot(400), rng())

    shares = {name: (flipped == view).all(axis=(1, 2, 3)).mean() for name, view in known.items()}
    assert sum(shares[name] for name in views) == 1
    assert min(shares[name] for name in views) > 0.7 / len(views)


def test_cutout_takes_a_square_out():
    x = images(300) + 1

    cut, _ = augment.Cutout(4, fill_value=-1)(x, one_hot(300), rng())

    out = (cut == -1).all(axis=3)
    np.testing.assert_array_equal(cut[~out], x[~out])
    assert out.sum(axis=(1, 2)).max() == 16
    assert out.sum(axis=(1, 2)).min() == 4
    assert out.any(axis=0).all()


def test_erasing_keeps_to_its_rate_and_area():
    x = np.full((2000, 20, 20, 3), 2, np.float32)

    erased, _ = augment.RandomErasing(0.25, (0.1, 0.2), value_range=(0, 1))(x, one_hot(2000), rng())

    gone = (erased != 2).any(axis=3)
    hit = gone.any(axis=(1, 2))
    assert hit.mean() == pytest.approx(0.25, abs=0.04)
    area = gone.mean(axis=(1, 2))[hit]
    assert area.max() <= 0.22
    assert np.quantile(area, 0.9) > 0.1
    assert len(np.unique(erased[erased != 2])) > 1000
    one_value, _ = augment.RandomErasing(1.0, fill_value=5)(x, one_hot(2000), rng())
    assert set(np.unique(one_value)) == {2, 5}


def test_mixup_mixes_labels_as_it_mixes_images():
    x = one_hot()[:, None, None, :] * np.ones((1, 2, 2, 1), np.float32)

    mixed, labels = augment.MixUp(1.0)(x, one_hot(), rng())

    np.testing.assert_allclose(mixed[:, 0, 0], labels, atol=1e-6)
    np.testing.assert_allclose(mixed[:, 1, 1], labels, atol=1e-6)
    assert ((labels > 0.05).sum(axis=1) == 2).sum() > 20


def test_cutmix_mixes_labels_by_area():
    x = one_hot()[:, None, None, :] * np.ones((1, 9, 11, 1), np.float32)

    mixed, labels = augment.CutMix()(x, one_hot(), rng())

    np.testing.assert_allclose(mixed.mean(axis=(1, 2)), labels, atol=1e-6)
    assert set(np.unique(mixed)) == {0, 1}
    assert ((labels > 0.05).sum(axis=1) == 2).sum() > 20


@pytest.mark.parametrize("one", [augment.MixUp(), augment.CutMix()])
@pytest.mark.parametrize("labels", [np.arange(64) % 4, (np.arange(64) % 4)[:, None]])
def test_class_indices_cannot_be_mixed(one, labels):
    with pytest.raises(DataError, match=r"give np.eye\(classes\)\[y\] and use loss='categorical_c"):
        one(images(), labels, rng())


@pytest.mark.parametrize(("make", "message"), [
    (lambda: augment.RandomCrop(height=0), "RandomCrop: height is 0"),
    (lambda: augment.RandomCrop(padding=-1), "padding is -1"),
    (lambda: augment.RandomFlip("left"), "mode is 'left'"),
    (lambda: augment.RandomRotation(-1), "factor is -1"),
    (lambda: augment.RandomAffine(shear=-1), "shear is -1"),
    (lambda: augment.Cutout(0), "size is 0"),
    (lambda: augment.RandomErasing(2), "rate is 2"),
    (lambda: augment.RandomErasing(scale=(0.5, 0.1)), "scale is"),
    (lambda: augment.RandomErasing(ratio=(0, 1)), "ratio is"),
    (lambda: augment.MixUp(0), "alpha is 0"),
    (lambda: augment.CutMix(-1), "alpha is -1"),
    (lambda: augment.RandomColorJitter(hue_factor=0.6), "hue_factor is 0.6"),
    (lambda: augment.RandomColorJitter(value_range=(1, 0)), "value_range is"),
    (lambda: augment.RandAugment(0), "num_ops is 0"),
    (lambda: augment.RandAugment(factor=1.5), "factor is 1.5"),
])  # fmt: skip
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_strength_zero_changes_nothing():
    x = images()

    for one in (
        augment.RandomRotation(0),
        augment.RandomAffine(),
        augment.RandomCrop(),
        augment.RandomErasing(0),
        augment.RandomColorJitter(),
    ):
        np.testing.assert_allclose(one(x, one_hot(), rng())[0], x, atol=1e-6)


def test_randaugment_draws_every_operation():
    x = np.repeat(images(1) * 0.6 + 0.1, 3000, axis=0)

    once, _ = augment.RandAugment(num_ops=1)(x, one_hot(3000), rng())

    kinds = np.unique(once.reshape(3000, -1).round(5), axis=0)
    signed = 5 + 4  # moves, and factors, come in two strengths
    assert len(kinds) == 2 * signed + 5


def test_augmentations_are_their_arguments():
    for one in ALL:
        assert type(one)(**{f.name: getattr(one, f.name) for f in dataclasses.fields(one)}) == one
