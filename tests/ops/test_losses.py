"""Losses and metrics on numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fastcnn.ops import get


def run(op: str, *inputs: object, **attrs: float) -> list:
    arrays = [np.asarray(value) for value in inputs]
    arrays = [a.astype(np.int32) if a.dtype.kind == "i" else a for a in arrays]
    return get(op).reference(*arrays, **attrs).tolist()


def test_sparse_softmax_cross_entropy_is_minus_the_log_of_the_labels_share():
    loss = run("sparse_softmax_cross_entropy", [[math.log(1.0), math.log(3.0)]], [1])

    assert loss == pytest.approx([math.log(4 / 3)])


def test_a_large_score_does_not_overflow():
    loss = run("sparse_softmax_cross_entropy", [[1000.0, 0.0]] * 2, [0, 1])

    assert loss == pytest.approx([0.0, 1000.0])


def test_one_hot_targets_give_the_loss_of_the_label(rng):
    logits, labels = rng.normal(size=(6, 5)), np.arange(6) % 5

    by_targets = run("softmax_cross_entropy", logits, np.eye(5)[labels])

    assert by_targets == pytest.approx(run("sparse_softmax_cross_entropy", logits, labels))


def test_probabilities_give_the_loss_of_their_scores(rng):
    logits, labels = rng.normal(size=(6, 5)), np.arange(6) % 5
    p = get("softmax").reference(logits)

    by_labels = run("sparse_cross_entropy", p, labels, epsilon=1e-7)
    by_targets = run("cross_entropy", p, np.eye(5)[labels], epsilon=1e-7)

    assert by_labels == pytest.approx(run("sparse_softmax_cross_entropy", logits, labels))
    assert by_targets == pytest.approx(by_labels)


def test_a_probability_of_zero_is_clipped():
    loss = run("sparse_cross_entropy", [[0.0, 1.0]] * 2, [0, 1], epsilon=0.01)

    assert loss == pytest.approx([-math.log(0.01), -math.log(0.99)])


@pytest.mark.parametrize("op", ["sparse_softmax_cross_entropy", "sparse_cross_entropy"])
@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_that_is_no_class_makes_loss_and_gradient_nan(op, label):
    attrs = {"epsilon": 1e-7} if op == "sparse_cross_entropy" else {}

    loss = run(op, [[0.5, 0.5]] * 2, [label, 0], **attrs)
    grad = run(f"{op}_backward", [1.0, 1.0], [[0.5, 0.5]] * 2, [label, 0], **attrs)

    assert math.isnan(loss[0])
    assert np.isnan(grad[0]).all()
    assert np.isfinite([loss[1], *grad[1]]).all()


def test_binary_cross_entropy_is_the_mean_over_a_sample():
    loss = run("binary_cross_entropy", [[0.25, 0.5]], [[0.0, 1.0]], epsilon=0.0)

    assert loss == pytest.approx([(-math.log(0.75) - math.log(0.5)) / 2])


def test_squared_error_is_the_scaled_sum_over_a_sample():
    loss = run("squared_error", [[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, 2.0], [1.0, 1.0]]], factor=0.5)

    assert loss == [0.5 * (1 + 0 + 4 + 9)]


def test_penalty_adds_absolute_values_and_squares():
    assert run("penalty", [1.0, -2.0, 0.0], l1=0.1, l2=0.01) == pytest.approx(0.3 + 0.05)


def test_the_mean_of_nothing_is_nan():
    assert math.isnan(run("reduce_mean", np.zeros(0)))


def test_argmax_takes_the_first_of_equals():
    assert run("argmax", [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]) == [1, 0]


@pytest.mark.parametrize(
    ("scores", "label", "k", "correct"),
    [
        ([0.1, 0.7, 0.2], 1, 1, 1.0),
        ([0.1, 0.7, 0.2], 2, 1, 0.0),
        ([0.1, 0.7, 0.2], 2, 2, 1.0),
        ([0.5, 0.5, 0.0], 0, 1, 1.0),
        ([0.5, 0.5, 0.0], 1, 1, 0.0),
        ([0.5, 0.5, 0.0], 1, 2, 1.0),
        ([math.nan, 0.5, 0.0], 0, 3, 0.0),
        ([math.nan, 0.5, 0.0], 1, 1, 1.0),
        ([0.5, 0.5, 0.0], 3, 5, 0.0),
        ([0.5, 0.5, 0.0], -1, 5, 0.0),
    ],
)
def test_top_k_counts_the_classes_ahead(scores, label, k, correct):
    assert run("top_k_correct", [scores], [label], k=k) == [correct]


def test_binary_correct_is_a_share_of_the_sample():
    share = run("binary_correct", [[0.4, 0.6, 0.5, 0.9]], [[0.0, 1.0, 1.0, 0.0]], threshold=0.5)

    assert share == [0.5]
