"""Losses: their values, and what they say to labels that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import DataError, InvalidValueError, ShapeError
from fastcnn.graph import Graph, Type
from fastcnn.ops import Builder, evaluate
from fastcnn.train import losses
from fastcnn.train.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    HalfSumSquaredError,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from fastcnn.typing import Array

TEN = Type((None, 10))
ONE = Type((None, 1))
LABELS = np.array([2, 0, 1, 2])
ONE_HOT = np.eye(3)[LABELS]


def loss_graph(loss: Loss, classes: int, *, softmax: bool) -> Graph:
    g = Builder()
    x = g.input("x", (None, classes))
    prediction = g.apply("softmax", x) if softmax else x
    type_ = loss.target_type(prediction.type)
    target = g.input("target", type_.shape, type_.dtype)
    return g.build([loss.emit(g, prediction, target, x if softmax else None)])


def value(loss: Loss, x: Array, y: Array, *, softmax: bool = False) -> Array:
    graph = loss_graph(loss, x.shape[1], softmax=softmax)
    target = loss.check(y, Type((None, x.shape[1])))
    return evaluate(graph, {"x": x, "target": target})[graph.outputs[0].name]


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.fixture
def x(rng: np.random.Generator) -> Array:
    return rng.standard_normal((4, 3))


@pytest.mark.parametrize(
    ("loss", "y"),
    [(SparseCategoricalCrossentropy, LABELS), (CategoricalCrossentropy, ONE_HOT)],
    ids=["sparse", "one_hot"],
)
class TestCategorical:
    def test_three_ways_to_one_value(self, loss, y, x):
        expected = -np.log(softmax(x)[np.arange(4), LABELS])

        np.testing.assert_allclose(value(loss(), x, y, softmax=True), expected)
        np.testing.assert_allclose(value(loss(from_logits=True), x, y), expected)
        np.testing.assert_allclose(value(loss(), softmax(x), y), expected)

    def test_after_softmax_nothing_overflows(self, loss, y):
        x = np.array([[1e4, 0, -1e4]] * 4)

        np.testing.assert_allclose(value(loss(), x, y, softmax=True), [2e4, 0, 1e4, 2e4])

    def test_probabilities_of_zero_cost_a_bounded_amount(self, loss, y):
        p = np.array([[1.0, 0, 0]] * 4)

        expected = -np.log([1e-7, 1 - 1e-7, 1e-7, 1e-7])
        np.testing.assert_allclose(value(loss(), p, y), expected)

    def test_from_logits_after_softmax_is_refused(self, loss, y):
        with pytest.raises(InvalidValueError, match="from_logits=True, but the model ends in soft"):
            loss_graph(loss(from_logits=True), 3, softmax=True)

    def test_predictions_without_a_class_axis_are_refused(self, loss, y):
        with pytest.raises(ShapeError, match="end the model in Flatten and Dense"):
            loss().check(y, Type((None, 8, 8, 3)))


def test_label_smoothing_moves_the_targets():
    smooth = CategoricalCrossentropy(label_smoothing=0.3).check(ONE_HOT, Type((None, 3)))

    np.testing.assert_allclose(smooth[0], [0.1, 0.1, 0.8], rtol=1e-6)


def test_binary_crossentropy_is_a_mean_over_answers(x):
    p = 1 / (1 + np.exp(-x))
    expected = -(ONE_HOT * np.log(p) + (1 - ONE_HOT) * np.log(1 - p)).mean(axis=1)

    np.testing.assert_allclose(value(BinaryCrossentropy(), p, ONE_HOT), expected)
    np.testing.assert_allclose(value(BinaryCrossentropy(from_logits=True), x, ONE_HOT), expected)


def test_squared_errors_have_their_factors(x):
    squares = ((x - ONE_HOT) ** 2).sum(axis=1)

    np.testing.assert_allclose(value(MeanSquaredError(), x, ONE_HOT), squares / 3)
    np.testing.assert_allclose(value(HalfSumSquaredError(), x, ONE_HOT), squares / 2)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS,
        LABELS[:, None],
        LABELS.astype(np.uint8),
        LABELS.astype(np.float64),
        LABELS.astype(">i8"),
    ],
    ids=["int64", "column", "uint8", "float64", "big_endian"],
)
def test_class_indices_of_any_number_type_are_accepted(labels):
    target = SparseCategoricalCrossentropy().check(labels, TEN)

    assert target.dtype == np.int32
    assert target.flags.c_contiguous
    np.testing.assert_array_equal(target, LABELS)


@pytest.mark.parametrize("loss", [BinaryCrossentropy(), MeanSquaredError(), HalfSumSquaredError()])
def test_a_missing_last_axis_of_one_is_added(loss):
    target = loss.check(np.array([0, 1, 1]), ONE)

    assert target.shape == (3, 1)
    assert target.dtype == np.float32


BAD = {
    "one_hot_for_sparse": (
        SparseCategoricalCrossentropy(),
        np.eye(10)[[1, 2]],
        TEN,
        r"shape \(2, 10\): they are one-hot; use loss='categorical_crossentropy'",
    ),
    "rows_for_sparse": (
        SparseCategoricalCrossentropy(),
        np.full((2, 10), 0.1),
        TEN,
        "takes one class index a sample",
    ),
    "indices_for_one_hot": (
        CategoricalCrossentropy(),
        LABELS,
        TEN,
        r"have shape \(4,\): they are class indices; use loss='sparse_categorical_crossentropy'",
    ),
    "column_for_one_hot": (
        CategoricalCrossentropy(),
        LABELS[:, None],
        TEN,
        "loss='sparse_categorical_crossentropy'",
    ),
    "too_large": (
        SparseCategoricalCrossentropy(),
        np.array([0, 9, 10]),
        TEN,
        r"label 10 of sample 2 is outside \[0, 10\)",
    ),
    "negative": (SparseCategoricalCrossentropy(), np.array([0, -1]), TEN, "label -1 of sample 1"),
    "huge_float": (SparseCategoricalCrossentropy(), np.array([1e30]), TEN, "outside"),
    "broken_label": (SparseCategoricalCrossentropy(), np.array([0, 0.5]), TEN, "label 0.5 of sa"),
    "nan_label": (SparseCategoricalCrossentropy(), np.array([0, np.nan]), TEN, "label nan of sam"),
    "text": (SparseCategoricalCrossentropy(), np.array(["a"]), TEN, "class indices, these are of"),
    "one_output": (
        SparseCategoricalCrossentropy(),
        np.array([0, 1]),
        ONE,
        "for one probability there is loss='binary_crossentropy'",
    ),
    "wrong_width": (
        CategoricalCrossentropy(),
        np.eye(3),
        TEN,
        r"targets shaped like the model's output, \(3, 10\); the labels have shape \(3, 3\)",
    ),
    "not_probability": (
        CategoricalCrossentropy(),
        np.eye(10) * 2,
        TEN,
        r"sample 0 has the target 2, it must be within \[0, 1\]",
    ),
    "nan_target": (MeanSquaredError(), np.array([[0], [np.nan]]), ONE, "sample 1 has the target n"),
    "infinite_target": (MeanSquaredError(), np.array([[0], [1e300]]), ONE, "it must be finite"),
    "binary_outside": (BinaryCrossentropy(), np.array([0, 5]), ONE, "sample 1 has the target 5"),
}


@pytest.mark.parametrize(("loss", "y", "prediction", "message"), BAD.values(), ids=BAD)
def test_labels_that_do_not_fit_are_named(loss, y, prediction, message):
    with pytest.raises(DataError, match=message):
        loss.check(y, prediction)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("sparse_categorical_crossentropy", SparseCategoricalCrossentropy),
        ("categorical_crossentropy", CategoricalCrossentropy),
        ("binary_crossentropy", BinaryCrossentropy),
        ("mean_squared_error", MeanSquaredError),
        ("mse", MeanSquaredError),
        ("half_sum_squared_error", HalfSumSquaredError),
    ],
)
def test_losses_have_names(name, cls):
    assert losses.get(name) == cls()
