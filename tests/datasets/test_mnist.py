"""MNIST as it is shipped."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from fastcnn.datasets import mnist
from fastcnn.errors import FileFormatError


def test_all_images_and_labels_are_there():
    (x, y), (x_test, y_test) = mnist.load_data()

    assert (x.shape, x.dtype, y.shape, y.dtype) == ((60000, 28, 28), np.uint8, (60000,), np.uint8)
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    assert y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(y).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert x.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert x.std() / 255 == pytest.approx(0.3081, abs=1e-4)
    assert x.flags.writeable


def test_a_file_that_is_not_as_shipped_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(mnist.FOLDER, folder)
    damaged = folder / "t10k-labels-idx1-ubyte.gz"
    data = bytearray(damaged.read_bytes())
    data[100] ^= 1
    damaged.write_bytes(data)
    monkeypatch.setattr(mnist, "FOLDER", folder)

    with pytest.raises(FileFormatError, match=r"t10k-labels.*SHA-256 .* install FastCNN again"):
        mnist.load_data()
