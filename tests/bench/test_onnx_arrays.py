"""Networks on arrays alone, which the CuPy peer runs, on NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from tests.tolerance import assert_close

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.models import zoo


def odd_cnn():
    """Padded and dilated windows, pools that count their padding or do not, groups."""
    return models.Sequential(
        [
            layers.Conv2D(6, (3, 2), strides=(2, 1), padding="same", input_shape=(11, 9, 4)),
            layers.LeakyReLU(),
            layers.Conv2D(6, 3, dilation_rate=2, padding="same", groups=3, activation="tanh"),
            layers.AveragePooling2D(3, strides=2, padding="same"),
            layers.MaxPooling2D(2, strides=1, padding="same"),
            layers.Flatten(),
            layers.Dense(5, activation="sigmoid"),
            layers.Dense(3, activation="softmax"),
        ]
    )


NETWORKS = {
    "odd": odd_cnn,
    "mobilenet_v2": lambda: zoo.mobilenet_v2((32, 32, 3), alpha=0.25, classes=5),
    "resnet": lambda: zoo.resnet_cifar(8, (8, 8, 3)),
    "squeezenet": lambda: zoo.squeezenet((35, 35, 3), classes=5),
    "densenet": lambda: zoo.densenet_cifar(10, 4, (8, 8, 3)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_gives_what_a_session_gives(name, tmp_path, rng):
    pytest.importorskip("onnx")
    from fastcnn.bench.peers.onnx_arrays import Network

    fc.set_random_seed(5)
    model = NETWORKS[name]()
    path = tmp_path / "model.onnx"
    fc.onnx.save(model, path)
    session = fc.compile(str(path))
    (given,) = session.graph.inputs
    x = rng.random((2, *given.shape[1:]), np.float32)

    (y,) = Network(str(path), np)({given.name: x})

    assert_close(y, np.float64(session(x)), reduction=5000)
