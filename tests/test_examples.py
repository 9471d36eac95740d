"""The parts of the examples that need no large data."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import fastcnn as fc

Image = pytest.importorskip("PIL.Image")

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def cifar() -> ModuleType:
    path = EXAMPLES / "train_cifar_resnet20.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pictures_are_read_from_the_archive(cifar, tmp_path):
    files = []
    for grey in (40, 200):
        file = io.BytesIO()
        Image.new("RGB", (32, 32), (grey, grey, grey)).save(file, "JPEG")
        files.append(file.getvalue())
    np.savez(
        tmp_path / "pictures.npz",
        train_jpeg=np.frombuffer(b"".join(files), np.uint8),
        train_end=np.cumsum([len(file) for file in files]),
        train_label=np.array([3, 1], np.uint8),
    )

    with np.load(tmp_path / "pictures.npz") as archive:
        x, y = cifar.load_split(archive, "train")

    assert x.shape == (2, 32, 32, 3)
    np.testing.assert_array_equal(y, [3, 1])
    for picture, grey in zip(x, (40, 200), strict=True):
        expected = np.broadcast_to((grey / 255 - cifar.MEAN) / cifar.DEVIATION, picture.shape)
        np.testing.assert_allclose(picture, expected, atol=0.05)


def test_the_network_learns_a_batch(cifar, rng):
    fc.set_random_seed(1)
    model = cifar.build(max_learning_rate=0.05)
    x, y = rng.standard_normal((16, 32, 32, 3)), np.arange(16) % 10

    history = model.fit(x, y, batch_size=16, epochs=12, verbose=0).history

    assert history["loss"][-1] < 0.8 * history["loss"][0]
