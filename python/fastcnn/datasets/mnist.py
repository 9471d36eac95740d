"""MNIST: 70,000 handwritten digits."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastcnn.datasets import idx
from fastcnn.datasets.labelled import Split, check_labelled
from fastcnn.errors import FileFormatError

FOLDER = Path(__file__).parent / "data"

SHA256 = {
    "train-images-idx3-ubyte": "12bacf187eba4f770a04d97be5dbaad9289fe5d89a89729b6af3255c8bbfa9e1",
    "train-labels-idx1-ubyte": "7f4ede8117c9f121a708539f3c1b71dc8cb827447542df31cdf7b815d0762e1f",
    "t10k-images-idx3-ubyte": "c99a2fc9c8f7934dac9481251fc235227437fdcccfb8de53efcb767a8c3b057e",
    "t10k-labels-idx1-ubyte": "e2650e6732b191c90c7705906a2d65c6c0a20efb31f5c53d1b2b0bda74d911e9",
}
"""Checksums of the files as they are shipped, packed, by their names without `.gz`."""


def load_data() -> Split:
    """The digits, shipped with FastCNN.

    Returns:
        (x_train, y_train), (x_test, y_test): images uint8 [60000, 28, 28] and [10000, 28, 28], 0
        for background and 255 for ink; classes uint8 [60000] and [10000], 0 to 9.

    Raises:
        FileFormatError: A file is not as it was shipped.

    Source:
        LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998; see
        `data/README.md` for the licence.
    """
    for name, expected in SHA256.items():
        path = FOLDER / f"{name}.gz"
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != expected:
            raise FileFormatError(
                f"mnist: '{path}' is damaged: its SHA-256 is {found}, not {expected}; "
                "install FastCNN again"
            )
    return read_split(FOLDER)


def read_split(folder: Path) -> Split:
    """The four IDX files of MNIST, or of a data set made in its likeness."""
    train, test = (
        (
            idx.read(folder / f"{part}-images-idx3-ubyte.gz"),
            idx.read(folder / f"{part}-labels-idx1-ubyte.gz"),
        )
        for part in ("train", "t10k")
    )
    for x, y in (train, test):
        check_labelled(str(folder), x, y)
    return train, test
