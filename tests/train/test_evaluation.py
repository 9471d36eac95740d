"""Evaluation and prediction."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, runtime
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.train import evaluate, predict
from fastcnn.train.regularizers import L2
from tests.train.nets import blobs, net

X, Y = blobs(50)
LOSS = "sparse_categorical_crossentropy"


def test_evaluation_is_the_mean_over_all_samples():
    p = runtime.compile(net())(X)

    figures = evaluate(net(), X, Y, loss=LOSS, metrics=["accuracy", "top_2_accuracy"])

    assert list(figures) == ["loss", "accuracy", "top_2_accuracy"]
    assert figures["loss"] == pytest.approx(-np.log(p[np.arange(50), Y]).mean(), rel=1e-5)
    assert figures["accuracy"] == pytest.approx((p.argmax(axis=1) == Y).mean())


def test_the_batch_size_makes_no_difference():
    figures = [
        evaluate(net(), X, Y, loss=LOSS, metrics="accuracy", batch_size=size) for size in (7, 50)
    ]

    assert figures[0]["loss"] == pytest.approx(figures[1]["loss"], rel=1e-6)
    assert figures[0]["accuracy"] == figures[1]["accuracy"]


def test_weights_scale_the_loss_but_not_the_metrics():
    plain = evaluate(net(), X, Y, loss=LOSS, metrics=["accuracy"])
    weighted = evaluate(
        net(), X, Y, loss=LOSS, metrics=["accuracy"], sample_weight=np.full(50, 0.5)
    )

    assert weighted["loss"] == pytest.approx(plain["loss"] / 2, rel=1e-6)
    assert weighted["accuracy"] == plain["accuracy"]


def test_penalties_are_part_of_the_loss():
    kernels = [value.data for value in net().parameters.values() if value.data.ndim > 1]
    plain = evaluate(net(), X, Y, loss=LOSS)

    regularised = evaluate(net(), X, Y, loss=LOSS, regularizer=L2(0.1))

    extra = 0.1 * sum(float(np.square(kernel).sum()) for kernel in kernels)
    assert regularised["loss"] == pytest.approx(plain["loss"] + extra, rel=1e-6)


@pytest.mark.parametrize("size", [None, 1, 7, 50])
def test_prediction_keeps_the_order_of_samples(size):
    expected = runtime.compile(net())(X)

    np.testing.assert_allclose(predict(net(), X, batch_size=size), expected, rtol=1e-5)


def test_prediction_takes_a_session():
    session = runtime.compile(net())

    np.testing.assert_array_equal(predict(net(), X, session=session), predict(net(), X))


def test_several_outputs_come_by_name():
    x = layers.Input((3,), name="x")
    graph = layers.build_graph([x], [layers.Dense(1, name="a")(x), layers.Dense(2, name="b")(x)])

    outputs = predict(graph, np.ones((5, 3)))

    assert {name: array.shape for name, array in outputs.items()} == {"a": (5, 1), "b": (5, 2)}


def test_bad_data_names_the_method():
    with pytest.raises(DataError, match=r"evaluate: x has shape \(50, 4, 4\)"):
        evaluate(net(), X[..., 0], Y, loss=LOSS)
    with pytest.raises(DataError, match=r"predict: x has shape \(50, 4, 4\)"):
        predict(net(), X[..., 0])
    with pytest.raises(InvalidValueError, match="predict: batch_size is 0"):
        predict(net(), X, batch_size=0)
