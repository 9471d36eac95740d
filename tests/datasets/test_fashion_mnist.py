"""Fashion-MNIST from a folder."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from fastcnn.datasets import fashion_mnist
from fastcnn.errors import DataError
from tests.datasets.test_idx import idx_bytes


@pytest.fixture
def folder(tmp_path):
    for part, count in (("train", 6), ("t10k", 4)):
        images = np.arange(count * 28 * 28).reshape(count, 28, 28).astype(np.uint8)
        labels = np.arange(count, dtype=np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            content = gzip.compress(idx_bytes(array))
            (tmp_path / f"{part}-{kind}-ubyte.gz").write_bytes(content)
    return tmp_path


def test_a_folder_that_holds_the_files(folder):
    (x, y), (x_test, y_test) = fashion_mnist.load_data(folder)

    assert (x.shape, y.tolist()) == ((6, 28, 28), [0, 1, 2, 3, 4, 5])
    assert (x_test.shape, y_test.tolist()) == ((4, 28, 28), [0, 1, 2, 3])


def test_the_folder_of_the_debian_package_is_the_default(folder, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "FOLDER", folder)

    (x, _), _ = fashion_mnist.load_data()

    assert x.shape == (6, 28, 28)


def test_missing_data_tells_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "FOLDER", tmp_path / "nowhere")

    with pytest.raises(DataError, match="apt-get install dataset-fashion-mnist"):
        fashion_mnist.load_data()


def test_a_folder_without_the_files_is_told_what_is_missing(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()

    with pytest.raises(DataError, match=r"does not hold t10k-labels-idx1-ubyte\.gz$"):
        fashion_mnist.load_data(folder)


def test_labels_that_do_not_match_the_images_are_refused(folder):
    labels = gzip.compress(idx_bytes(np.zeros(5, np.uint8)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(labels)

    with pytest.raises(DataError, match="holds 6 images but 5 labels"):
        fashion_mnist.load_data(folder)
