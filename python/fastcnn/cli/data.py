"""Data sets by the names a command is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from fastcnn import datasets
from fastcnn.errors import DataError
from fastcnn.typing import Array

IDX = "train-images-idx3-ubyte.gz"
"""In a folder with this file are data in the form of MNIST."""

Samples = tuple[Array, Array]
"""Images [N, H, W, C] as float32 and their classes [N]."""


@dataclass(frozen=True)
class Data:
    """A data set ready for a network.

    Args:
        name: As it was asked for.
        train: Images to learn from.
        test: Images that decide nothing and are tested on at the end.
    """

    name: str
    train: Samples
    test: Samples

    @property
    def image_shape(self) -> tuple[int, ...]:
        """(H, W, C)."""
        return tuple(self.train[0].shape[1:])

    @property
    def classes(self) -> int:
        """One more than the largest class."""
        return int(self.train[1].max()) + 1

    def first(self, count: int) -> Data:
        """At most the first `count` images of each part."""
        return Data(
            self.name,
            (self.train[0][:count], self.train[1][:count]),
            (self.test[0][:count], self.test[1][:count]),
        )

    def hold_back(self, count: int, seed: int) -> tuple[Samples, Samples]:
        """The training images without `count` random ones, and those, to validate on."""
        x, y = self.train
        if not 0 < count < len(y):
            raise DataError(f"{self.name}: cannot hold back {count} of {len(y)} training images")
        order = np.random.default_rng(seed).permutation(len(y))
        learn, held = np.sort(order[count:]), np.sort(order[:count])
        return (x[learn], y[learn]), (x[held], y[held])


def load_data(name: str, size: Sequence[int] | None = None) -> Data:
    """The data set that `name` means, scaled to [0, 1] where it holds bytes.

    Args:
        name: As a user gives it.
        size: Height and width to bring the images of a folder to, in pixels; None where all are
            of one size.

    Raises:
        click.BadParameter: It is no data set's name and no path.
        DataError: The files cannot be used.
    """
    train, test = _read(name, size)
    return Data(name, _ready(*train), _ready(*test))


def _read(name: str, size: Sequence[int] | None) -> tuple[Samples, Samples]:
    if name == "mnist":
        return datasets.mnist.load_data()
    if name == "fashion_mnist":
        return datasets.fashion_mnist.load_data()
    path = Path(name)
    if (path / IDX).is_file():
        return datasets.fashion_mnist.load_data(path)
    if path.is_dir():
        return datasets.folder.load_data(path, size)
    if path.is_file():
        return datasets.npz.load_data(path)
    raise click.BadParameter(
        f"'{name}' is neither mnist nor fashion_mnist nor an existing file or folder",
        param_hint="--data",
    )


def _ready(x: Array, y: Array) -> Samples:
    """Images with a channel axis, as float32; bytes become [0, 1]."""
    if x.ndim == 3:
        x = x[..., None]
    if x.dtype == np.uint8:
        return np.multiply(x, np.float32(1 / 255), dtype=np.float32), y
    return x.astype(np.float32, copy=False), y
