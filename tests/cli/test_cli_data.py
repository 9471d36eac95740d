"""Data sets by name."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pytest

from fastcnn import datasets
from fastcnn.cli.data import Data, load_data
from fastcnn.errors import DataError


def numbered(count: int) -> Data:
    x = np.arange(count, dtype=np.float32).reshape(count, 1, 1, 1)
    return Data("numbers", (x, np.arange(count)), (x, np.arange(count)))


def test_bytes_become_shares_of_one(squares: Path) -> None:
    data = load_data(str(squares))

    assert data.image_shape == (18, 18, 1)
    assert data.classes == 3
    assert data.train[0].dtype == np.float32
    assert 0.85 < data.train[0].max() < 0.95


def test_images_held_back_are_not_learnt_from() -> None:
    (_, learn), (x_held, held) = numbered(100).hold_back(10, seed=1)

    assert len(held) == 10
    assert sorted([*learn, *held]) == list(range(100))
    np.testing.assert_array_equal(x_held.ravel(), held)


def test_the_seed_decides_which_are_held_back() -> None:
    data = numbered(100)

    first, again, other = (data.hold_back(10, seed)[1][1].tolist() for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize("count", [0, 100, 101])
def test_something_must_be_left_to_learn_from(count: int) -> None:
    with pytest.raises(DataError, match=f"cannot hold back {count} of 100"):
        numbered(100).hold_back(count, seed=0)


def test_a_name_that_means_nothing_is_wrong_usage() -> None:
    with pytest.raises(click.BadParameter, match="'imagenet' is neither mnist nor"):
        load_data("imagenet")


def test_images_of_a_folder_are_brought_to_one_size(tmp_path: Path) -> None:
    image_module = pytest.importorskip("PIL.Image", reason="images need Pillow")
    for name, side in (("cat", 20), ("dog", 24)):
        (tmp_path / name).mkdir()
        for i in range(5):
            pixels = np.full((side, side), 50 * i, np.uint8)
            image_module.fromarray(pixels).save(tmp_path / name / f"{i}.png")

    data = load_data(str(tmp_path), (18, 18))

    assert data.image_shape == (18, 18, 1)
    assert sorted([*data.train[1], *data.test[1]]) == [0] * 5 + [1] * 5


def test_a_folder_in_the_form_of_mnist_is_read() -> None:
    data = load_data(str(Path(datasets.__file__).parent / "data"))

    assert data.image_shape == (28, 28, 1)
    assert (len(data.train[1]), len(data.test[1])) == (60_000, 10_000)
