"""Image files that are decoded when they are needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from fastcnn.datasets.folder import class_names, list_files, read_image
from fastcnn.errors import InvalidValueError
from fastcnn.train.batches import Dataset
from fastcnn.train.batches.dataset import Indices
from fastcnn.typing import Array


class ImageFolder(Dataset):
    """The images of a folder that has one folder for each class, decoded batch by batch.

    `fit` decodes in threads, a few batches ahead of the step; Pillow lets other threads run while
    it decodes.

    Args:
        path: The folder; the classes are numbered in the order of their names, sorted.
        size: Height and width to bring every image to, in pixels.
        channels: 1 for grey, 3 for colour.
        scale: What the bytes are multiplied by.
        seed: Of the order of the files, which is random so that each part of a split has all
            classes.
        label_mode: "int" for class indices; "categorical" for one-hot rows, as mixing needs them.

    Raises:
        DataError: There are no images. One that cannot be read is told of when it is.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: Sequence[int],
        *,
        channels: Literal[1, 3] = 3,
        scale: float = 1 / 255,
        seed: int = 0,
        label_mode: Literal["int", "categorical"] = "int",
    ) -> None:
        if channels not in (1, 3):
            raise InvalidValueError(f"ImageFolder: channels is {channels}, it must be 1 or 3")
        if label_mode not in ("int", "categorical"):
            raise InvalidValueError(
                f"ImageFolder: label_mode is {label_mode!r}, it must be 'int' or 'categorical'"
            )
        files, labels = list_files(Path(path))
        order = np.random.default_rng(seed).permutation(len(files))
        self.files = [files[i] for i in order]
        """The images, in order."""
        self.labels = np.array(labels, np.int32)[order]
        """The class of each file."""
        self.class_names = class_names(path)
        """The names of the classes, by number."""
        self._size = tuple(size)
        self._mode: Literal["L", "RGB"] = "L" if channels == 1 else "RGB"
        self._scale = np.float32(scale)
        self._categorical = label_mode == "categorical"

    def __len__(self) -> int:
        return len(self.files)

    def read(self, indices: Indices) -> tuple[Array, Array]:
        """The samples at these places; see `Dataset.read`."""
        pixels = np.stack([read_image(self.files[i], self._size, self._mode) for i in indices])
        images = np.multiply(pixels, self._scale, dtype=np.float32)
        if self._mode == "L":
            images = images[..., None]
        labels = self.labels[indices]
        if self._categorical:
            return images, np.eye(len(self.class_names), dtype=np.float32)[labels]
        return images, labels
