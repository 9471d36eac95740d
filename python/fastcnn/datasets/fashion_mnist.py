"""Fashion-MNIST: 70,000 articles of clothing, in the form of MNIST."""

from __future__ import annotations

import os
from pathlib import Path

from fastcnn.datasets.labelled import Split
from fastcnn.datasets.mnist import SHA256, read_split
from fastcnn.errors import DataError

PACKAGE = "dataset-fashion-mnist"

FOLDER = Path("/usr/share/datasets/fashion-mnist")
"""Where the Debian package puts the files."""

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_data(path: str | os.PathLike[str] | None = None) -> Split:
    """The articles, from the Debian package or a folder.

    Args:
        path: Folder with the four files `{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz`; where
            the Debian package puts them if None.

    Returns:
        (x_train, y_train), (x_test, y_test): images uint8 [60000, 28, 28] and [10000, 28, 28];
        classes uint8, see `CLASSES`.

    Raises:
        DataError: The files are not there.
        FileFormatError: A file is damaged.

    Source:
        Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
        Learning Algorithms", 2017.
    """
    folder = FOLDER if path is None else Path(path)
    missing = [f"{name}.gz" for name in SHA256 if not (folder / f"{name}.gz").is_file()]
    if not missing:
        return read_split(folder)
    if path is None:
        raise DataError(
            f"fashion_mnist: the data is not at {FOLDER}; install it by "
            f"'apt-get install {PACKAGE}', or give load_data() the folder that holds the files"
        )
    raise DataError(f"fashion_mnist: '{folder}' does not hold {', '.join(missing)}")
