"""What convolutions of other shapes and normalisations within a sample compute."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn import layers
from tests.layers import keras_like
from tests.layers.test_values import outputs_of, windows


@settings(max_examples=40, deadline=None)
@given(windows(), st.integers(1, 2), st.integers(0, 2**31))
def test_transposed_convolution_is_the_adjoint_of_the_convolution(window, dilation, seed):
    size, kernel, strides, padding = window
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, *size, 3))
    layer = layers.Conv2DTranspose(
        2, kernel, strides, padding, dilation_rate=dilation, use_bias=False
    )

    y, (w,) = outputs_of(layer, x)

    other = rng.standard_normal(y.shape)
    back = keras_like.conv2d(other, w, np.zeros(3), strides, padding, (dilation, dilation))
    assert back.shape == x.shape
    assert float((x * back).sum()) == pytest.approx(float((y * other).sum()), rel=1e-9, abs=1e-9)


def test_transposed_convolution_adds_its_bias_and_activates(rng):
    x = rng.standard_normal((2, 3, 4, 5))
    layer = layers.Conv2DTranspose(3, 1, activation="relu", bias_initializer="random_normal")

    y, (w, b) = outputs_of(layer, x)

    assert w.shape == (1, 1, 3, 5)
    np.testing.assert_allclose(y, np.maximum(x @ w[0, 0].T + b, 0), rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(windows(), st.sampled_from(["valid", "same", "causal"]), st.integers(0, 2**31))
def test_convolution_of_sequences(window, padding, seed):
    (length, _), (kernel, _), (stride, groups), _ = window
    x = np.random.default_rng(seed).standard_normal((2, length, 2 * groups))
    layer = layers.Conv1D(
        3 * groups, kernel, stride, padding, groups=groups, bias_initializer="random_normal"
    )

    y, (w, b) = outputs_of(layer, x)

    assert w.shape == (kernel, 2, 3 * groups)
    if padding == "causal":
        x, padding = np.pad(x, [(0, 0), (kernel - 1, 0), (0, 0)]), "valid"
    exact = keras_like.conv2d(x[:, None], w[None], b, (1, stride), padding, (1, 1), groups)
    np.testing.assert_allclose(y, exact[:, 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(6,), (3, 6), (2, 3, 6)])
def test_layer_normalization_is_over_the_last_axis(shape, rng):
    x = rng.standard_normal((2, *shape))
    layer = layers.LayerNormalization(
        epsilon=0.01, gamma_initializer="random_normal", beta_initializer="random_normal"
    )

    y, (gamma, beta) = outputs_of(layer, x)

    h = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.01)
    np.testing.assert_allclose(y, gamma * h + beta, rtol=1e-6, atol=1e-9)  # a float32 epsilon


@pytest.mark.parametrize("shape", [(5,), (3, 5), (3, 4, 5)])
def test_each_channel_has_its_factor(shape, rng):
    x = rng.standard_normal((2, *shape))

    y, (gamma,) = outputs_of(layers.LayerScale(0.25), x)

    assert gamma.shape == (5,)
    np.testing.assert_allclose(y, 0.25 * x, rtol=1e-12)


@pytest.mark.parametrize("groups", [1, 3, -1])
@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 3, 6)])
def test_group_normalization_is_over_the_channels_of_a_group_and_all_pixels(shape, groups, rng):
    x = rng.standard_normal((2, *shape))
    layer = layers.GroupNormalization(
        groups, epsilon=0.01, gamma_initializer="random_normal", beta_initializer="random_normal"
    )

    y, (gamma, beta) = outputs_of(layer, x)

    parts = x.reshape(2, -1, 6 if groups == -1 else groups, 1 if groups == -1 else 6 // groups)
    mean, variance = (f(axis=(1, 3), keepdims=True) for f in (parts.mean, parts.var))
    h = ((parts - mean) / np.sqrt(variance + 0.01)).reshape(x.shape)
    np.testing.assert_allclose(y, gamma * h + beta, rtol=1e-9, atol=1e-9)


def test_images_of_open_size_are_normalised_in_groups(rng):
    x = layers.Input((None, None, 4))

    y = layers.GroupNormalization(2)(x)

    assert y.shape == (None, None, None, 4)


@pytest.mark.parametrize(
    ("shared", "extents"), [(None, (3, 4, 5)), ((1, 2), (1, 1, 5)), (3, (3, 4, 1))]
)
def test_slopes_are_shared_along_axes(shared, extents, rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, (alpha,) = outputs_of(layers.PReLU("random_normal", shared_axes=shared), x)

    assert alpha.shape == extents
    np.testing.assert_allclose(y, np.where(x > 0, x, alpha * x), rtol=1e-12)


@pytest.mark.parametrize("dims", [(1, 2, 3), (3, 1, 2), (2, 1, 3), (3, 2, 1)])
def test_permutation_counts_axes_as_users_do(dims, rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, _ = outputs_of(layers.Permute(dims), x)

    np.testing.assert_array_equal(y, x.transpose(0, *dims))


def halves(x: np.ndarray) -> np.ndarray:
    """Twice as many rows: each a quarter of the way to its neighbour."""
    padded = np.concatenate([x[:, :1], x, x[:, -1:]], axis=1)
    near, before, after = padded[:, 1:-1], padded[:, :-2], padded[:, 2:]
    pairs = np.stack([0.75 * near + 0.25 * before, 0.75 * near + 0.25 * after], axis=2)
    return pairs.reshape(x.shape[0], -1, *x.shape[2:])


@pytest.mark.parametrize(
    ("layer", "exact"),
    [
        (lambda: layers.ELU(0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x))),
        (lambda: layers.Cropping2D(1), lambda x: x[:, 1:-1, 1:-1]),
        (lambda: layers.Cropping2D(((0, 1), (2, 0))), lambda x: x[:, :-1, 2:]),
        (lambda: layers.UpSampling2D((2, 3)), lambda x: x.repeat(2, axis=1).repeat(3, axis=2)),
        (
            lambda: layers.UpSampling2D(2, interpolation="bilinear"),
            lambda x: halves(halves(x).swapaxes(1, 2)).swapaxes(1, 2),
        ),
        (lambda: layers.SpatialDropout2D(0.5), lambda x: x),
        (
            lambda: layers.GELU(approximate=True),
            lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        ),
    ],
)
def test_layers_without_weights(layer, exact, rng):
    x = rng.standard_normal((2, 3, 4, 5))

    y, weights = outputs_of(layer(), x)

    assert weights == []
    np.testing.assert_allclose(y, exact(x), rtol=1e-12, atol=1e-12)


def test_the_mean_of_a_sequence(rng):
    x = rng.standard_normal((2, 3, 5))

    y, _ = outputs_of(layers.GlobalAveragePooling1D(), x)

    np.testing.assert_allclose(y, x.mean(axis=1), rtol=1e-12)


JOINS = {
    layers.Add: lambda a, b: a + b,
    layers.Average: lambda a, b: (a + b) / 2,
    layers.Maximum: np.maximum,
    layers.Minimum: np.minimum,
    layers.Multiply: lambda a, b: a * b,
    layers.Subtract: lambda a, b: a - b,
}


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 1, 5), (3, 1, 1)])
@pytest.mark.parametrize("make", JOINS, ids=lambda make: make.__name__)
def test_tensors_are_joined_element_by_element(make, shape, rng):
    a, b = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, *shape))

    y, _ = outputs_of(make(), a, b)

    np.testing.assert_allclose(y, JOINS[make](a, b), rtol=1e-12)
