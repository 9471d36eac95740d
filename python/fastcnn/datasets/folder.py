"""Data sets of image files, one folder a class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from fastcnn.datasets.labelled import Labelled, Split, hold_out
from fastcnn.errors import DataError, UnsupportedError
from fastcnn.typing import Array

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".pgm", ".tif", ".webp"})
"""Endings, in any case, of files taken for images; others are passed over."""

_GREY_MODES = frozenset({"1", "L", "I", "I;16", "F"})


def load(path: str | os.PathLike[str], size: Sequence[int] | None = None) -> Labelled:
    """The images of a folder that has one folder for each class.

    Args:
        path: The folder; the classes are numbered in the order of `class_names`.
        size: Height and width to bring every image to, in pixels; None where all are of one size.

    Returns:
        Images uint8 [N, H, W, C], C = 1 where all are grey and else 3, and classes int32 [N].

    Raises:
        DataError: There are no images, one cannot be read, or their sizes differ.
    """
    root = Path(path)
    files, labels = list_files(root)
    images = [read_image(file, size) for file in files]
    if any(image.ndim == 3 for image in images):
        images = [image if image.ndim == 3 else np.stack([image] * 3, -1) for image in images]
    else:
        images = [image[..., None] for image in images]
    for file, image in zip(files, images, strict=True):
        if image.shape != images[0].shape:
            raise DataError(
                f"'{file}' is of {_size(image)} pixels, '{files[0]}' of {_size(images[0])}; give "
                "size=(height, width) to bring all to one"
            )
    return np.stack(images), np.array(labels, np.int32)


def load_data(
    path: str | os.PathLike[str],
    size: Sequence[int] | None = None,
    test_share: float = 0.2,
    seed: int = 0,
) -> Split:
    """The images in `train` and `test`, or a split of the images in the folder itself.

    Args:
        path: The folder.
        size: As `load` takes it.
        test_share: How much to test on, where the folder is not split already.
        seed: Of that choice.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Raises:
        DataError: As `load`; or the classes of `train` and `test` differ.
    """
    root = Path(path)
    train, test = root / "train", root / "test"
    if not (train.is_dir() and test.is_dir()):
        x, y = load(root, size)
        return hold_out(f"'{root}'", x, y, test_share, seed)
    if class_names(train) != class_names(test):
        raise DataError(
            f"'{root}': the classes to learn are {class_names(train)}, those to test "
            f"{class_names(test)}; they must be the same"
        )
    split = load(train, size), load(test, size)
    shapes = [x.shape[1:] for x, _ in split]
    if shapes[0] != shapes[1]:
        raise DataError(
            f"'{root}': images in train are {shapes[0]}, in test {shapes[1]} (height, width, "
            "channels); give size=(height, width), and the same channels"
        )
    return split


def class_names(path: str | os.PathLike[str]) -> list[str]:
    """Names of the classes: of the folders in `path`, sorted, hidden ones left out."""
    root = Path(path)
    if not root.is_dir():
        raise DataError(f"'{root}' is no folder")
    names = [entry.name for entry in root.iterdir() if entry.is_dir()]
    return sorted(name for name in names if not name.startswith("."))


def list_files(root: Path) -> tuple[list[Path], list[int]]:
    """The images and the number of the class of each."""
    files, labels = [], []
    for label, name in enumerate(class_names(root)):
        found = sorted(
            file
            for file in (root / name).iterdir()
            if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        )
        if not found:
            raise DataError(
                f"'{root / name}' holds no images ({', '.join(sorted(SUFFIXES))}); remove the "
                "folder or add some"
            )
        files += found
        labels += [label] * len(found)
    if not files:
        raise DataError(f"'{root}' holds no folders of images; it must have one for each class")
    return files, labels


def read_image(
    file: Path, size: Sequence[int] | None, mode: Literal["L", "RGB"] | None = None
) -> Array:
    """An image the right way up.

    Args:
        file: Of any format that Pillow reads.
        size: Height and width to bring it to, in pixels; None: as it is.
        mode: "L" for grey, "RGB" for colour; None: as it is.

    Returns:
        uint8 [H, W] for grey, else [H, W, 3].

    Raises:
        DataError: It cannot be read.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise UnsupportedError(
            "folder: reading image files needs Pillow; install it by 'pip install fastcnn[images]'"
        ) from None
    try:
        with Image.open(file) as opened:
            upright = ImageOps.exif_transpose(opened)
            image = upright.convert(mode or ("L" if opened.mode in _GREY_MODES else "RGB"))
            if size is not None:
                image = image.resize((_extent(size, 1), _extent(size, 0)))
            return np.array(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"'{file}' cannot be read as an image: {error}") from error


def _extent(size: Sequence[int], axis: int) -> int:
    if len(size) != 2 or not all(isinstance(extent, int) and extent > 0 for extent in size):
        raise DataError(f"folder: size must be (height, width) in pixels, it is {size!r}")
    return size[axis]


def _size(image: Array) -> str:
    return f"{image.shape[0]} x {image.shape[1]}"
