"""What layers compute, against their definitions on channels-last arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from fastcnn import layers, models
from fastcnn.layers import Layer
from fastcnn.ops import evaluate
from tests.layers import keras_like


def outputs_of(layer: Layer, *arrays: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """What the layer makes of the arrays in float64, and its weights in Keras's layout."""
    inputs = [layers.Input(array.shape[1:]) for array in arrays]
    output = layer(inputs if len(inputs) > 1 else inputs[0])
    model = models.Model(inputs, output)
    feeds = dict(zip((value.name for value in model.graph.inputs), arrays, strict=True))
    y = evaluate(model.graph, feeds)[model.graph.outputs[0].name]
    return y, [np.float64(weights) for weights in model.get_weights()]


@st.composite
def windows(draw):
    """Image size, kernel, strides and padding that fit together."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    size = tuple(draw(st.integers(k, 9)) for k in kernel)
    return size, kernel, strides, draw(st.sampled_from(["valid", "same"]))


@settings(max_examples=60, deadline=None)
@given(windows(), st.integers(1, 3), st.integers(1, 2), st.integers(0, 2**31))
def test_convolution(window, groups, dilation, seed):
    size, kernel, strides, padding = window
    size = tuple(s + (k - 1) * (dilation - 1) for s, k in zip(size, kernel, strict=True))
    x = np.random.default_rng(seed).standard_normal((2, *size, 2 * groups))
    layer = layers.Conv2D(
        3 * groups,
        kernel,
        strides=strides,
        padding=padding,
        dilation_rate=dilation,
        groups=groups,
        bias_initializer="random_normal",
    )

    y, (w, b) = outputs_of(layer, x)

    exact = keras_like.conv2d(x, w, b, strides, padding, (dilation, dilation), groups)
    np.testing.assert_allclose(y, exact, rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(windows(), st.integers(1, 3), st.integers(0, 2**31))
def test_depthwise_convolution(window, multiplier, seed):
    size, kernel, strides, padding = window
    x = np.random.default_rng(seed).standard_normal((2, *size, 3))
    layer = layers.DepthwiseConv2D(
        kernel,
        strides=strides,
        padding=padding,
        depth_multiplier=multiplier,
        bias_initializer="random_normal",
    )

    y, (w, b) = outputs_of(layer, x)

    assert w.shape == (*kernel, 3, multiplier)
    exact = keras_like.depthwise_conv2d(x, w, b, strides, padding)
    np.testing.assert_allclose(y, exact, rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(windows(), st.sampled_from(["max", "average"]), st.integers(0, 2**31))
def test_pooling(window, kind, seed):
    size, kernel, strides, padding = window
    x = np.random.default_rng(seed).standard_normal((2, *size, 3))
    layer, exact = {
        "max": (layers.MaxPooling2D, keras_like.max_pool),
        "average": (layers.AveragePooling2D, keras_like.average_pool),
    }[kind]

    y, _ = outputs_of(layer(kernel, strides=strides, padding=padding), x)

    np.testing.assert_allclose(y, exact(x, kernel, strides, padding), rtol=1e-12)


@pytest.mark.parametrize(
    ("extent", "kernel", "stride", "pads"),
    [(5, 3, 1, (1, 1)), (5, 3, 2, (1, 1)), (6, 3, 2, (0, 1)), (7, 2, 2, (0, 1)), (4, 1, 3, (0, 0)),
     (5, 4, 1, (1, 2)), (9, 5, 4, (2, 2))],
)  # fmt: skip
def test_same_padding_puts_the_larger_half_behind(extent, kernel, stride, pads):
    given = layers.Input((extent, extent, 1))
    output = layers.Conv2D(1, kernel, strides=stride, padding="SAME")(given)

    graph = layers.build_graph([given], [output])

    node = next(node for node in graph.nodes if node.op == "conv2d")
    assert node.attrs["pads"] == (pads[0], pads[0], pads[1], pads[1])
    assert output.shape == (None, -(-extent // stride), -(-extent // stride), 1)


def test_separable_convolution_is_depthwise_then_pointwise(rng):
    x = rng.standard_normal((2, 6, 5, 3))
    layer = layers.SeparableConv2D(
        4, (3, 2), padding="same", depth_multiplier=2, bias_initializer="random_normal"
    )

    y, (depthwise, pointwise, b) = outputs_of(layer, x)

    assert depthwise.shape == (3, 2, 3, 2)
    assert pointwise.shape == (1, 1, 6, 4)
    between = keras_like.depthwise_conv2d(x, depthwise, np.zeros(6), padding="same")
    np.testing.assert_allclose(y, between @ pointwise[0, 0] + b, rtol=1e-12, atol=1e-12)


def test_dense(rng):
    x = rng.standard_normal((3, 5))

    y, (w, b) = outputs_of(layers.Dense(4, bias_initializer="random_normal"), x)

    np.testing.assert_allclose(y, x @ w + b, rtol=1e-12)


def test_flatten_keeps_the_order_of_channels_last(rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, _ = outputs_of(layers.Flatten(), x)

    np.testing.assert_array_equal(y, x.reshape(2, -1))


@pytest.mark.parametrize("shape", [(2, 30), (60,), (4, 3, 5), (5, -1, 2)])
def test_reshape_keeps_the_order_of_channels_last(shape, rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, _ = outputs_of(layers.Reshape(shape), x)

    np.testing.assert_array_equal(y, x.reshape(2, *shape))


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)])
def test_batch_normalization_normalises_the_last_axis(shape, rng):
    x = rng.standard_normal((2, *shape))
    layer = layers.BatchNormalization(
        epsilon=0.01,
        beta_initializer="random_normal",
        gamma_initializer="random_normal",
        moving_mean_initializer="random_normal",
        moving_variance_initializer=layers.initializers.RandomUniform(0.5, 2.0),
    )

    y, (gamma, beta, mean, variance) = outputs_of(layer, x)

    exact = gamma * (x - mean) / np.sqrt(variance + 0.01) + beta
    np.testing.assert_allclose(y, exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)])
def test_softmax_is_over_the_last_axis(shape, rng):
    x = rng.standard_normal((2, *shape))

    y, _ = outputs_of(layers.Softmax(), x)

    np.testing.assert_allclose(y, keras_like.softmax(x), rtol=1e-12)


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2, -3])
def test_concatenation_counts_axes_as_users_do(axis, rng):
    shape = [2, 3, 4, 5]
    other = list(shape)
    other[axis] += 1
    x, y = rng.standard_normal(shape), rng.standard_normal(other)

    joined, _ = outputs_of(layers.Concatenate(axis=axis), x, y)

    np.testing.assert_array_equal(joined, np.concatenate([x, y], axis=axis))


ELEMENTWISE = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "linear": lambda x: x,
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "gelu": lambda x: x * ndtr(x),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "log_sigmoid": lambda x: np.log(1 / (1 + np.exp(-x))),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softmax": keras_like.softmax,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "log_softmax": lambda x: np.log(keras_like.softmax(x)),
}


@pytest.mark.parametrize("name", layers.activations.names())
def test_activations_by_name(name, rng):
    x = 8 * rng.standard_normal((2, 3, 4, 5))

    alone, _ = outputs_of(layers.Activation(name), x)
    within, (w, b) = outputs_of(layers.Conv2D(3, 1, activation=name), x)

    np.testing.assert_allclose(alone, ELEMENTWISE[name](x), rtol=1e-9, atol=1e-12)
    exact = ELEMENTWISE[name](x @ w[0, 0] + b)
    np.testing.assert_allclose(within, exact, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("layer", "exact"),
    [
        (lambda: layers.ReLU(0.5), lambda x: np.clip(x, 0, 0.5)),
        (lambda: layers.ReLU(negative_slope=0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
        (lambda: layers.ReLU(0.5, 0.1), lambda x: np.minimum(np.where(x > 0, x, 0.1 * x), 0.5)),
        (lambda: layers.LeakyReLU(), lambda x: np.where(x > 0, x, 0.3 * x)),
        (lambda: layers.Activation(layers.LeakyReLU(0.4)), lambda x: np.where(x > 0, x, 0.4 * x)),
        (lambda: layers.GlobalAveragePooling2D(), lambda x: x.mean(axis=(1, 2))),
        (lambda: layers.GlobalMaxPooling2D(keepdims=True), lambda x: x.max((1, 2), keepdims=True)),
        (lambda: layers.ZeroPadding2D(2), lambda x: np.pad(x, [(0, 0), (2, 2), (2, 2), (0, 0)])),
        (
            lambda: layers.ZeroPadding2D(((0, 1), (2, 3))),
            lambda x: np.pad(x, [(0, 0), (0, 1), (2, 3), (0, 0)]),
        ),
        (lambda: layers.Dropout(0.9), lambda x: x),
    ],
)
def test_layers_without_weights(layer, exact, rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, weights = outputs_of(layer(), x)

    assert weights == []
    np.testing.assert_allclose(y, exact(x), rtol=1e-12)


def test_addition(rng):
    arrays = [rng.standard_normal((2, 3, 4, 5)) for _ in range(3)]

    y, _ = outputs_of(layers.Add(), *arrays)

    np.testing.assert_allclose(y, sum(arrays), rtol=1e-12)
