"""Metrics: their values, and which one "accuracy" stands for."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.ops import Builder, evaluate
from fastcnn.train import losses, metrics
from fastcnn.train.metrics import Metric, TopKCategoricalAccuracy
from fastcnn.typing import Array

SCORES = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]])
LABELS = np.array([0, 0, 2])
ONE_HOT = np.eye(3)[LABELS]
SPARSE, ROWS, BINARY, MSE = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
    "mse",
)


def figures(metric: str | Metric, loss: str, scores: Array, y: Array, **arguments: object) -> Array:
    measure = losses.losses.find(loss)(**arguments)
    g = Builder()
    p = g.input("p", (None, *scores.shape[1:]))
    type_ = measure.target_type(p.type)
    target = g.input("target", type_.shape, type_.dtype)
    graph = g.build([metrics.get(metric).emit(g, p, target, measure)])
    feeds = {"p": scores, "target": measure.check(y, p.type)}
    return evaluate(graph, feeds)[graph.outputs[0].name]


@pytest.mark.parametrize(
    ("metric", "loss", "y"),
    [
        ("accuracy", SPARSE, LABELS),
        ("acc", SPARSE, LABELS),
        ("accuracy", ROWS, ONE_HOT),
        ("accuracy", MSE, ONE_HOT),
        ("sparse_categorical_accuracy", SPARSE, LABELS),
        ("categorical_accuracy", ROWS, ONE_HOT),
        ("top_1_accuracy", SPARSE, LABELS),
    ],
)
def test_the_best_score_must_be_of_the_true_class(metric, loss, y):
    np.testing.assert_array_equal(figures(metric, loss, SCORES, y), [1, 0, 0])


@pytest.mark.parametrize(("loss", "y"), [(SPARSE, LABELS), (ROWS, ONE_HOT)])
def test_top_k_counts_the_k_best(loss, y):
    np.testing.assert_array_equal(figures("top_2_accuracy", loss, SCORES, y), [1, 0, 0])
    np.testing.assert_array_equal(figures(TopKCategoricalAccuracy(3), loss, SCORES, y), [1, 1, 1])


def test_accuracy_of_a_binary_loss_is_the_share_of_right_answers():
    shares = figures("accuracy", BINARY, SCORES, ONE_HOT)

    np.testing.assert_allclose(shares, [2 / 3, 1 / 3, 2 / 3])


@pytest.mark.parametrize("loss", [BINARY, MSE])
def test_accuracy_of_one_output_is_binary(loss):
    right = figures("accuracy", loss, np.array([[0.4], [0.6], [0.5]]), np.array([0, 0, 1]))

    np.testing.assert_array_equal(right, [1, 0, 0])


def test_accuracy_of_logits_asks_for_their_sign():
    scores = np.array([[0.4], [-0.4]])

    right = figures("accuracy", BINARY, scores, np.array([1, 0]), from_logits=True)

    np.testing.assert_array_equal(right, [1, 1])


def test_the_threshold_of_binary_accuracy_can_be_moved():
    scores, y = np.array([[0.4], [0.6]]), np.array([1, 0])

    right = figures(metrics.BinaryAccuracy(threshold=0.3), BINARY, scores, y)

    np.testing.assert_array_equal(right, [1, 0])


@pytest.mark.parametrize(
    ("metric", "loss", "message"),
    [
        ("categorical_accuracy", SPARSE, "use 'sparse_categorical_accuracy'"),
        ("sparse_categorical_accuracy", ROWS, "use 'categorical_accuracy'"),
        ("binary_accuracy", SPARSE, "use 'accuracy'"),
        ("top_5_accuracy", SPARSE, "top_5_accuracy: k is 5, the model has 3 classes"),
    ],
)
def test_a_metric_that_does_not_fit_says_which_does(metric, loss, message):
    y = LABELS if loss == SPARSE else ONE_HOT

    with pytest.raises(InvalidValueError, match=message):
        figures(metric, loss, SCORES, y)


def test_k_must_be_positive():
    with pytest.raises(InvalidValueError, match="k is 0, it must be at least 1"):
        metrics.get("top_0_accuracy")
