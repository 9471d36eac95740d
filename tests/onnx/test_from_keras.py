"""Keras models against what Keras makes of them."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fastcnn import models, ops
from fastcnn.errors import FileFormatError, InvalidValueError, UnsupportedError
from fastcnn.onnx import from_keras
from fastcnn.onnx.keras_layers import CONVERTERS
from tests.tolerance import assert_close

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    keras: Any = pytest.importorskip("keras", minversion="3.0")
kl = keras.layers

pytestmark = pytest.mark.filterwarnings("ignore")

IMAGE, ROW, VECTOR = (6, 7, 4), (3, 5), (5,)

CASES: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "Activation": (IMAGE, lambda: kl.Activation("tanh")),
    "AveragePooling2D": (IMAGE, lambda: kl.AveragePooling2D(3, 2, padding="same")),
    "BatchNormalization": (IMAGE, lambda: kl.BatchNormalization()),
    "BatchNormalization bare": (VECTOR, lambda: kl.BatchNormalization(center=False, scale=False)),
    "Conv1D": (ROW, lambda: kl.Conv1D(6, 3, 2, padding="same", activation="relu")),
    "Conv1D causal": (
        (9, 4),
        lambda: kl.Conv1D(6, 3, dilation_rate=2, padding="causal", groups=2, use_bias=False),
    ),
    "Conv2D": (IMAGE, lambda: kl.Conv2D(6, 3, 2, padding="same", groups=2, activation="relu")),
    "Conv2D dilated": (IMAGE, lambda: kl.Conv2D(3, (2, 3), dilation_rate=2, use_bias=False)),
    "Conv2DTranspose": (IMAGE, lambda: kl.Conv2DTranspose(3, 3)),
    "Conv2DTranspose wide": (IMAGE, lambda: kl.Conv2DTranspose(3, (2, 3), (3, 2))),
    "Conv2DTranspose same": (
        IMAGE,
        lambda: kl.Conv2DTranspose(3, (4, 3), 2, padding="same", activation="relu"),
    ),
    "Conv2DTranspose same and wide": (
        IMAGE,
        lambda: kl.Conv2DTranspose(3, 2, 3, padding="same", use_bias=False),
    ),
    "Conv2DTranspose padded": (
        IMAGE,
        lambda: kl.Conv2DTranspose(3, (4, 3), 2, padding="same", output_padding=1),
    ),
    "Conv2DTranspose valid and padded": (
        IMAGE,
        lambda: kl.Conv2DTranspose(3, (4, 3), 2, output_padding=(1, 0)),
    ),
    "Cropping2D": (IMAGE, lambda: kl.Cropping2D(((1, 2), (0, 3)))),
    "Dense": (VECTOR, lambda: kl.Dense(3, activation="softmax")),
    "Dense of a row": (ROW, lambda: kl.Dense(3)),
    "Dense of an image": (IMAGE, lambda: kl.Dense(3, use_bias=False)),
    "DepthwiseConv2D": (IMAGE, lambda: kl.DepthwiseConv2D(3, 2, "same", depth_multiplier=2)),
    "Dropout": (IMAGE, lambda: kl.Dropout(0.3)),
    "ELU": (IMAGE, lambda: kl.ELU(0.7)),
    "Flatten": (IMAGE, lambda: kl.Flatten()),
    "GaussianNoise": (IMAGE, lambda: kl.GaussianNoise(0.3)),
    "GlobalAveragePooling1D": (ROW, lambda: kl.GlobalAveragePooling1D()),
    "GlobalAveragePooling2D": (IMAGE, lambda: kl.GlobalAveragePooling2D()),
    "GlobalMaxPooling2D": (IMAGE, lambda: kl.GlobalMaxPooling2D(keepdims=True)),
    "GroupNormalization": (IMAGE, lambda: kl.GroupNormalization(2)),
    "GroupNormalization of single channels": (IMAGE, lambda: kl.GroupNormalization(-1)),
    "LayerNormalization": (IMAGE, lambda: kl.LayerNormalization()),
    "LayerNormalization of a row": (ROW, lambda: kl.LayerNormalization(epsilon=0.1)),
    "LeakyReLU": (IMAGE, lambda: kl.LeakyReLU(0.2)),
    "MaxPooling2D": (IMAGE, lambda: kl.MaxPooling2D(2)),
    "Normalization": (
        IMAGE,
        lambda: kl.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0]),
    ),
    "PReLU": (IMAGE, lambda: kl.PReLU("uniform")),
    "PReLU shared": (IMAGE, lambda: kl.PReLU("uniform", shared_axes=[1, 2])),
    "Permute": (IMAGE, lambda: kl.Permute((3, 1, 2))),
    "ReLU": (IMAGE, lambda: kl.ReLU(0.5, negative_slope=0.1)),
    "Rescaling": (IMAGE, lambda: kl.Rescaling(1 / 127.5, -1.0)),
    "Rescaling of channels": (IMAGE, lambda: kl.Rescaling([1.0, 2.0, 3.0, 4.0])),
    "Reshape": (IMAGE, lambda: kl.Reshape((4, -1))),
    "SeparableConv2D": (IMAGE, lambda: kl.SeparableConv2D(5, 3, depth_multiplier=2)),
    "Softmax": (IMAGE, lambda: kl.Softmax()),
    "UpSampling2D": (IMAGE, lambda: kl.UpSampling2D((2, 3))),
    "UpSampling2D bilinear": (IMAGE, lambda: kl.UpSampling2D(2, interpolation="bilinear")),
    "ZeroPadding2D": (IMAGE, lambda: kl.ZeroPadding2D(((0, 1), (2, 3)))),
}
JOINS = {
    "Add": kl.Add,
    "Average": kl.Average,
    "Concatenate": kl.Concatenate,
    "Maximum": kl.Maximum,
    "Minimum": kl.Minimum,
    "Multiply": kl.Multiply,
    "Subtract": kl.Subtract,
}
ACTIVATIONS = (
    "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear",
    "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax",
    "softplus", "softsign", "tanh",
)  # fmt: skip
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: (3.0 - x * 2.0) / 4.0 + x,
    "numbers a channel": lambda x: x * np.float32([1, 2, 3, 4]),
    "activations": lambda x: keras.ops.relu(x) + keras.ops.silu(x) * keras.ops.sigmoid(x),
    "mean": lambda x: keras.ops.mean(x, axis=(1, 2)),
    "mean kept": lambda x: x - keras.ops.mean(x, axis=-1, keepdims=True),
}


def check(model: Any) -> models.Model:
    """Fails unless ours gives what Keras gives, within what float32 explains."""
    rng = np.random.default_rng(5)
    for weights in model.weights:
        if weights.dtype == "float32":
            low = 0.5 if weights.name in ("gamma", "moving_variance") else -0.5
            weights.assign(rng.uniform(low, low + 1, weights.shape))
    x = [rng.uniform(-1, 1, (2, *tensor.shape[1:])).astype(np.float32) for tensor in model.inputs]
    wanted = np.asarray(model(x if len(x) > 1 else x[0], training=False))

    ours = from_keras(model)

    feeds = dict(zip((value.name for value in ours.graph.inputs), x, strict=True))
    (output,) = ours.graph.outputs
    assert_close(wanted, ops.evaluate(ours.graph, feeds)[output.name], reduction=400)
    assert ours.output_shape == model.output_shape
    return ours


@pytest.mark.parametrize("name", CASES)
def test_layers(name):
    shape, make = CASES[name]

    check(keras.Sequential([keras.Input(shape), make()]))


@pytest.mark.parametrize("name", JOINS)
def test_layers_that_join(name):
    a, b = keras.Input(IMAGE), keras.Input(IMAGE)

    check(keras.Model([a, b], JOINS[name]()([a, b])))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    check(keras.Sequential([keras.Input(IMAGE), kl.Conv2D(3, 2, activation=name)]))


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions(function):
    x = keras.Input(IMAGE)

    check(keras.Model(x, function(x)))


def test_every_class_of_layer_is_tried():
    tried = {name.split()[0] for name in (*CASES, *JOINS)}
    idle = {
        kind
        for kind, converter in CONVERTERS.items()
        if converter is CONVERTERS["GaussianNoise"] or kind.startswith("ops.")
    }

    assert set(CONVERTERS) - idle - {"LayerScale"} <= tried


def test_every_class_is_one_of_keras():
    missing = {kind for kind in CONVERTERS if not kind.startswith("ops.") and not hasattr(kl, kind)}

    assert missing <= {"LayerScale", "StochasticDepth"}  # of keras.applications


def test_names_of_layers_and_weights_are_kept():
    x = keras.Input(IMAGE, name="image")
    y = kl.Conv2D(3, 3, name="stem")(x)
    y = kl.DepthwiseConv2D(3, name="deep")(y)
    model = keras.Model(x, kl.Dense(2, name="top")(kl.Flatten(name="flat")(y)), name="net")

    ours = check(model)

    assert ours.name == "net"
    assert [layer.name for layer in ours.layers] == ["stem", "deep", "flat", "top"]
    for a, b in zip(ours.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_inside_a_model_and_a_layer_called_twice():
    x = keras.Input(IMAGE)
    inner = keras.Sequential([keras.Input(IMAGE), kl.Conv2D(4, 3, padding="same", name="conv")])
    shared = kl.Conv2D(4, 1, name="shared")
    y = shared(shared(inner(x)))

    ours = check(keras.Model(x, y))

    assert len(ours.get_weights()) == 4


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_files(suffix, tmp_path):
    model = keras.Sequential([keras.Input(IMAGE), kl.Conv2D(3, 3, name="conv")])
    path = tmp_path / f"model{suffix}"
    model.save(path)

    ours = from_keras(path)

    for a, b in zip(ours.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK nothing")

    with pytest.raises(FileFormatError, match="Keras cannot read"):
        from_keras(path)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(InvalidValueError, match=r"no Keras file.*\.keras"):
        from_keras(tmp_path / "model.pt")
    with pytest.raises(FileNotFoundError):
        from_keras(tmp_path / "model.keras")
    with pytest.raises(InvalidValueError, match="not int"):
        from_keras(3)


def test_what_cannot_be_converted_is_named():
    rows = keras.Sequential([keras.Input(ROW), kl.LSTM(3, name="memory")])
    first = kl.Conv2D(3, 3, data_format="channels_first", name="turned")

    with pytest.raises(UnsupportedError, match="'memory' is of the class LSTM"):
        from_keras(rows)
    with pytest.raises(UnsupportedError, match="'turned': data_format 'channels_first'"):
        from_keras(keras.Sequential([keras.Input(IMAGE), first]))
    with pytest.raises(UnsupportedError, match="no functional model"):
        from_keras(keras.Sequential([kl.Conv2D(3, 3)]))


def test_without_keras_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)

    with pytest.raises(UnsupportedError, match="pip install keras"):
        from_keras("model.keras")
