"""Archives of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.datasets import npz
from fastcnn.errors import DataError, FileFormatError

X, Y = np.arange(40, dtype=np.uint8).reshape(10, 2, 2), np.arange(10)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.npz"


def test_x_and_y(path):
    np.savez_compressed(path, x=X, y=Y)

    x, y = npz.load(path)

    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_a_split_that_is_in_the_archive_is_kept(path):
    np.savez(path, x_train=X[:7], y_train=Y[:7], x_test=X[7:], y_test=Y[7:])

    (x, y), (x_test, y_test) = npz.load_data(path)

    np.testing.assert_array_equal(np.concatenate([x, x_test]), X)
    np.testing.assert_array_equal(np.concatenate([y, y_test]), Y)


def test_a_split_that_is_not_there_is_made_the_same_way_every_time(path):
    np.savez(path, x=X, y=Y)

    (x, y), (x_test, y_test) = npz.load_data(path, test_share=0.3)
    again = npz.load_data(path, test_share=0.3)

    assert (len(y), len(y_test)) == (7, 3)
    assert sorted([*y, *y_test]) == Y.tolist()
    np.testing.assert_array_equal(x, X[y])
    np.testing.assert_array_equal(x_test, X[y_test])
    np.testing.assert_array_equal(y_test, again[1][1])


@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_a_split_without_images_on_one_side_is_refused(share, path):
    np.savez(path, x=X, y=Y)

    with pytest.raises(DataError, match="both need at least 1"):
        npz.load_data(path, test_share=share)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, "holds x; it must hold x and y"),
        ({}, "holds nothing"),
        ({"x": X, "y": Y[:9]}, "10 images but 9 labels"),
        ({"x": X[:0], "y": Y[:0]}, "holds no images"),
        ({"x": Y, "y": Y}, "images must have 2 axes or more"),
        ({"x": X, "y": np.array("a")}, "labels 1"),
        ({"x": X, "y": np.array(["a"] * 10)}, "labels must be numbers"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, message, path):
    np.savez(path, **arrays)

    with pytest.raises(DataError, match=message):
        npz.load(path)


def test_a_split_with_a_part_missing_is_refused(path):
    np.savez(path, x_train=X, y_train=Y, x_test=X)

    with pytest.raises(DataError, match="x_test, x_train, y_train; it must hold"):
        npz.load_data(path)


def test_pickled_objects_are_refused(path):
    np.savez(path, x=np.array([{}, {}], object), y=Y)

    with pytest.raises(FileFormatError, match=r"data\.npz"):
        npz.load(path)


def test_a_single_array_is_refused(path):
    with path.open("wb") as file:
        np.save(file, X)

    with pytest.raises(FileFormatError, match=r"a single array; save x and y by np\.savez"):
        npz.load(path)


def test_damaged_archives_are_refused(path):
    np.savez_compressed(path, x=X, y=Y)
    content = path.read_bytes()
    for length in range(0, len(content), 31):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match=r"data\.npz"):
            npz.load(path)


def test_flipped_bytes_are_refused_or_harmless(path):
    np.savez_compressed(path, x=X, y=Y)
    content = path.read_bytes()
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        try:
            x, y = npz.load(path)
        except (FileFormatError, DataError):
            continue
        assert len(x) == len(y)
