"""Folders of image files, one folder a class."""

from __future__ import annotations

import builtins

import numpy as np
import pytest
from PIL import Image

from fastcnn.datasets import folder
from fastcnn.errors import DataError, UnsupportedError

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)
COLOUR = np.arange(144, dtype=np.uint8).reshape(6, 8, 3)


@pytest.fixture
def root(tmp_path):
    for name, image in (("dog", GREY), ("cat", GREY[::-1])):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.fromarray(image + number).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_classes_are_numbered_by_name(root):
    x, y = folder.load(root)

    assert folder.class_names(root) == ["cat", "dog"]
    assert (x.shape, x.dtype) == ((6, 6, 8, 1), np.uint8)
    assert y.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(x[4, :, :, 0], GREY + 1)


def test_one_colour_image_makes_all_three_channels(root):
    Image.fromarray(COLOUR).save(root / "dog" / "9.png")

    x, _ = folder.load(root)

    assert x.shape == (7, 6, 8, 3)
    np.testing.assert_array_equal(x[6], COLOUR)
    np.testing.assert_array_equal(x[3], np.stack([GREY] * 3, -1))


def test_images_are_brought_to_one_size(root):
    Image.fromarray(GREY[:3]).save(root / "dog" / "9.png")

    with pytest.raises(DataError, match=r"9\.png' is of 3 x 8 pixels.*give size="):
        folder.load(root)
    x, _ = folder.load(root, size=(4, 5))

    assert x.shape == (7, 4, 5, 1)


def test_other_files_and_hidden_folders_are_passed_over(root):
    (root / "dog" / "notes.txt").write_text("no image")
    (root / "notes.txt").write_text("no folder")
    (root / ".cache").mkdir()

    x, _ = folder.load(root)

    assert len(x) == 6


def test_a_damaged_image_is_named(root):
    path = root / "dog" / "1.png"
    path.write_bytes(path.read_bytes()[:40])

    with pytest.raises(DataError, match=r"1\.png' cannot be read as an image"):
        folder.load(root)


def test_a_text_with_the_name_of_an_image_is_named(root):
    (root / "cat" / "x.jpg").write_text("no image")

    with pytest.raises(DataError, match=r"x\.jpg' cannot be read as an image"):
        folder.load(root)


def test_an_empty_class_is_named(root):
    (root / "eel").mkdir()

    with pytest.raises(DataError, match="eel' holds no images"):
        folder.load(root)


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no folders of images"):
        folder.load(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="nowhere' is no folder"):
        folder.load(tmp_path / "nowhere")


@pytest.mark.parametrize("size", [(0, 3), (3,), (3.5, 3), (3, 3, 3)])
def test_sizes_outside_their_limits_are_refused(size, root):
    with pytest.raises(DataError, match="size must be"):
        folder.load(root, size=size)


def test_a_folder_is_split_the_same_way_every_time(root):
    (x, y), (x_test, y_test) = folder.load_data(root, test_share=0.5)
    again = folder.load_data(root, test_share=0.5)

    assert (len(x), len(x_test)) == (3, 3)
    assert sorted([*y, *y_test]) == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(x_test, again[1][0])


def test_a_split_that_is_in_the_folder_is_kept(root, tmp_path_factory):
    outer = tmp_path_factory.mktemp("outer")
    (outer / "train").symlink_to(root)
    (outer / "test").mkdir()
    for name in ("cat", "dog"):
        (outer / "test" / name).mkdir()
        Image.fromarray(GREY).save(outer / "test" / name / "0.png")

    (x, y), (x_test, y_test) = folder.load_data(outer)

    assert (x.shape, y.tolist()) == ((6, 6, 8, 1), [0, 0, 0, 1, 1, 1])
    assert (x_test.shape, y_test.tolist()) == ((2, 6, 8, 1), [0, 1])

    Image.fromarray(COLOUR).save(outer / "test" / "cat" / "1.png")
    with pytest.raises(DataError, match=r"\(6, 8, 1\), in test \(6, 8, 3\)"):
        folder.load_data(outer)

    (outer / "test" / "eel").mkdir()
    with pytest.raises(DataError, match="they must be the same"):
        folder.load_data(outer)


def test_without_pillow_the_remedy_is_told(root, monkeypatch):
    real = builtins.__import__

    def refuse(name, *arguments):
        if name == "PIL":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)

    with pytest.raises(UnsupportedError, match=r"pip install fastcnn\[images\]"):
        folder.load(root)
