"""What the trainer says to data it cannot use, and how it converts what it can."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.train import data, losses
from fastcnn.train.data import as_float32, class_weights, read_inputs, read_samples
from tests.train.nets import blobs, net

SPARSE = losses.get("sparse_categorical_crossentropy")


def nan_in(sample: int) -> np.ndarray:
    x, _ = blobs()
    x[sample, 1, 2, 0] = np.nan
    return x


X, Y = blobs()
BAD = {
    "nan": (nan_in(17), Y, "fit: x: sample 17 holds NaN; every value must be finite"),
    "infinite": (np.where(np.isnan(nan_in(5)), np.inf, X), Y, "sample 5 holds inf"),
    "too_large": (X.astype(np.float64) * 1e300, Y, r"sample 0 holds -?inf \(in float32\)"),
    "no_channels": (
        X[..., 0],
        Y,
        r"x has shape \(60, 4, 4\), the model takes \(samples, 4, 4, 1\); the channel axis is "
        r"missing: give x\[\.\.\., None\]",
    ),
    "one_sample": (X[0], Y, r"this is one sample: give x\[None\]"),
    "wrong_size": (X[:, :3], Y, r"x has shape \(60, 3, 4, 1\), the model takes"),
    "flat": (X.reshape(60, 16), Y, r"x has shape \(60, 16\)"),
    "scalar": (np.float32(1), Y, r"x has shape \(\)"),
    "empty": (X[:0], Y[:0], "x holds no samples; at least 1 is needed"),
    "fewer_labels": (X, Y[:-1], "x holds 60 samples, y 59 labels"),
    "one_label": (X, np.int64(1), "y a single number"),
    "no_labels": (X, None, "y is missing"),
    "objects": (np.array([object()] * 60), Y, "x holds elements of type object"),
    "text": (np.array(["a"] * 60), Y, "x holds elements of type <U1"),
    "complex": (X.astype(np.complex64), Y, "x holds elements of type complex64"),
    "ragged": ([[1.0], [1.0, 2.0]], Y, "x is no regular array"),
    "text_labels": (X, np.array(["a"] * 60), "y holds elements of type <U1"),
    "list_of_two": (
        {"picture": X},
        Y,
        r"the model's inputs are \['image'\], x gives \['picture'\]",
    ),
}


@pytest.mark.parametrize(("x", "y", "message"), BAD.values(), ids=BAD)
def test_data_that_cannot_be_used_is_named(x, y, message):
    with pytest.raises(DataError, match=message):
        read_samples(net(), SPARSE, x, y)


def test_channels_first_images_are_recognised():
    x = layers.Input((8, 8, 3))
    graph = layers.build_graph([x], [layers.Flatten()(x)])

    with pytest.raises(DataError, match=r"channels stand first: give x.transpose\(0, 2, 3, 1\)"):
        read_inputs(graph, np.zeros((5, 3, 8, 8)), caller="predict")


def test_two_inputs_are_given_by_name_or_in_order():
    a, b = layers.Input((2,), name="a"), layers.Input((3,), name="b")
    graph = layers.build_graph([a, b], [a, b])
    first, second = np.zeros((4, 2)), np.ones((4, 3))

    by_name = read_inputs(graph, {"b": second, "a": first}, caller="predict")
    in_order = read_inputs(graph, [first, second], caller="predict")

    for name, array in by_name.items():
        np.testing.assert_array_equal(in_order[name], array)


def test_two_inputs_must_be_of_one_length():
    a, b = layers.Input((2,), name="a"), layers.Input((3,), name="b")
    graph = layers.build_graph([a, b], [a, b])

    with pytest.raises(DataError, match=r"different numbers of samples: {'a': 4, 'b': 5}"):
        read_inputs(graph, [np.zeros((4, 2)), np.ones((5, 3))], caller="predict")
    with pytest.raises(DataError, match=r"has 2 inputs \['a', 'b'\]; give a dict by name"):
        read_inputs(graph, np.zeros((4, 2)), caller="predict")


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.uint8, np.int64, bool, ">f4"])
def test_numbers_of_any_type_become_float32(dtype, monkeypatch):
    monkeypatch.setattr(data, "CHUNK_BYTES", 64)
    x = (np.arange(60).reshape(20, 3) % 7).astype(dtype)

    converted = as_float32("x", x)

    assert converted.dtype == np.float32
    np.testing.assert_array_equal(converted, x)


def test_float32_is_not_copied():
    x = np.ones((20, 3), np.float32)

    assert as_float32("x", x) is x


def test_a_view_that_is_not_contiguous_is_made_so():
    x = np.arange(60, dtype=np.float32).reshape(3, 20).T

    converted = as_float32("x", x)

    assert converted.flags.c_contiguous
    np.testing.assert_array_equal(converted, x)


def test_a_sum_that_overflows_is_no_reason_to_refuse():
    x = np.full((4, 4), 3e38, np.float32)

    assert as_float32("x", x) is x


def test_the_sample_is_named_wherever_it_lies(monkeypatch):
    monkeypatch.setattr(data, "CHUNK_BYTES", 64)
    x = np.zeros((1000, 3))
    x[777, 2] = np.nan

    with pytest.raises(DataError, match="sample 777 holds NaN"):
        as_float32("x", x)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(59), r"sample_weight has shape \(59,\), it must be \(60,\)"),
        (np.where(np.arange(60) == 3, -1, 1), "sample 3 has the weight -1, below 0"),
        (np.where(np.arange(60) == 3, np.nan, 1), "sample_weight: sample 3 holds NaN"),
    ],
)
def test_weights_that_cannot_be_used_are_named(weight, message):
    with pytest.raises(DataError, match=message):
        read_samples(net(), SPARSE, X, Y, sample_weight=weight)


@pytest.mark.parametrize(
    "target",
    [np.array([0, 1, 1]), np.eye(2)[[0, 1, 1]], np.array([[0.05], [0.95], [0.95]])],
    ids=["indices", "rows", "probabilities"],
)
def test_class_weights_become_sample_weights(target):
    np.testing.assert_array_equal(class_weights(target, {1: 5.0}), [1, 5, 5])


def test_class_weights_below_zero_are_refused():
    with pytest.raises(DataError, match="class_weight of class 1 is -2"):
        class_weights(np.array([0, 1]), {1: -2})


def test_a_split_takes_the_last_samples():
    samples = read_samples(net(), SPARSE, X, Y, sample_weight=np.arange(60))

    first, last = samples.split(0.25)

    assert (len(first), len(last)) == (45, 15)
    np.testing.assert_array_equal(last.inputs["image"], X[45:])
    np.testing.assert_array_equal(last.target, Y[45:])
    np.testing.assert_array_equal(first.weight, np.arange(45))


def test_a_split_leaves_samples_on_both_sides():
    samples = read_samples(net(), SPARSE, X[:20], Y[:20])

    with pytest.raises(DataError, match="leaves 0 of 20 samples for training and 20 for valid"):
        samples.split(0.999)


@pytest.mark.parametrize("share", [1.0, -0.5, float("nan")])
def test_a_split_is_a_share(share):
    samples = read_samples(net(), SPARSE, X, Y)

    with pytest.raises(InvalidValueError, match=f"validation_split is {share}, it must be from 0"):
        samples.split(share)
