"""Data sets in NumPy's archive format."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fastcnn.datasets.labelled import Labelled, Split, check_labelled, hold_out
from fastcnn.errors import DataError, FileFormatError
from fastcnn.typing import Array


def load(path: str | os.PathLike[str]) -> Labelled:
    """The arrays `x` and `y` of an archive.

    Raises:
        DataError: An array is missing, empty or of the wrong kind.
        FileFormatError: The file is damaged or no archive, or holds pickled objects.
        OSError: The file cannot be read.
    """
    return _pair(path, _read(path), "x", "y")


def load_data(path: str | os.PathLike[str], test_share: float = 0.2, seed: int = 0) -> Split:
    """The arrays `x_train`, `y_train`, `x_test` and `y_test` of an archive, or a split of `x`, `y`.

    Args:
        path: The archive.
        test_share: How much of `x` and `y` to test on.
        seed: Of that choice.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Raises:
        DataError: An array is missing, empty or of the wrong kind.
        FileFormatError: The file is damaged or no archive, or holds pickled objects.
        OSError: The file cannot be read.
    """
    arrays = _read(path)
    if "x_train" not in arrays:
        x, y = _pair(path, arrays, "x", "y")
        return hold_out(os.fspath(path), x, y, test_share, seed)
    return (
        _pair(path, arrays, "x_train", "y_train"),
        _pair(path, arrays, "x_test", "y_test"),
    )


def _read(path: str | os.PathLike[str]) -> Mapping[str, Array]:
    name = os.fspath(path)
    content = io.BytesIO(Path(path).read_bytes())
    try:
        opened = np.load(content, allow_pickle=False)
        if isinstance(opened, np.lib.npyio.NpzFile):
            with opened:
                return {key: opened[key] for key in opened.files}
    except Exception as error:  # of a dozen kinds, from zipfile, zlib and NumPy
        raise FileFormatError(f"'{name}' is damaged or no .npz archive: {error}") from error
    raise FileFormatError(f"'{name}' is a single array; save x and y by np.savez")


def _pair(
    path: str | os.PathLike[str], arrays: Mapping[str, Array], x_name: str, y_name: str
) -> Labelled:
    name = os.fspath(path)
    for key in (x_name, y_name):
        if key not in arrays:
            raise DataError(
                f"'{name}' holds {', '.join(sorted(arrays)) or 'nothing'}; it must hold x and y, "
                "or x_train, y_train, x_test and y_test"
            )
    x, y = arrays[x_name], arrays[y_name]
    check_labelled(f"'{name}', {x_name} and {y_name}", x, y)
    return x, y
