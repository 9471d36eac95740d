"""Losses: their values, and what they say to labels that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import DataError, InvalidValueError, ShapeError
from fastcnn.graph import Graph, Type
from fastcnn.ops import Builder, evaluate
from fastcnn.passes import differentiate
from fastcnn.train import losses
from fastcnn.train.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalHinge,
    HalfSumSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Triplet,
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


def test_label_smoothing_of_indices_is_that_of_rows(x):
    rows = CategoricalCrossentropy(label_smoothing=0.3)
    indices = SparseCategoricalCrossentropy(label_smoothing=0.3)

    for softmax_of in (False, True):
        a = value(rows, x if softmax_of else softmax(x), ONE_HOT, softmax=softmax_of)
        b = value(indices, x if softmax_of else softmax(x), LABELS, softmax=softmax_of)
        np.testing.assert_allclose(b, a, rtol=1e-6)  # the labels are smoothed in float32


def test_absolute_errors_are_averaged(x):
    expected = np.abs(x - ONE_HOT).mean(axis=1)

    np.testing.assert_allclose(value(MeanAbsoluteError(), x, ONE_HOT), expected)


def test_huber_is_a_parabola_between_two_lines():
    x = np.array([[0.0], [0.3], [-0.3], [2.0], [-2.0]])

    expected = [0, 0.045, 0.045, 0.5 * 2 - 0.125, 0.5 * 2 - 0.125]
    np.testing.assert_allclose(value(Huber(0.5), x, np.zeros((5, 1))), expected)


def test_divergence_is_zero_at_the_target_and_nowhere_else(x):
    p, q = softmax(x), softmax(2 * x)

    np.testing.assert_allclose(value(KLDivergence(), p, p), 0, atol=1e-6)
    expected = (q * np.log(q / p)).sum(axis=1)
    np.testing.assert_allclose(value(KLDivergence(), p, q), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("y", [2 * ONE_HOT - 1, ONE_HOT], ids=["signs", "zeros_and_ones"])
def test_hinges_ask_for_a_margin(y, x):
    gap = np.maximum(1 - (2 * ONE_HOT - 1) * x, 0)

    np.testing.assert_allclose(value(Hinge(), x, y), gap.mean(axis=1))
    np.testing.assert_allclose(value(SquaredHinge(), x, y), (gap**2).mean(axis=1))


def test_the_true_class_must_win_by_a_margin():
    x = np.array([[0.1, 0.2, 0.9], [3.0, 1.0, 0.0], [-1.0, -2.0, -3.0]])
    y = np.eye(3)[[2, 0, 0]]

    np.testing.assert_allclose(value(CategoricalHinge(), x, y), [0.3, 0.0, 2.0])


@pytest.mark.parametrize("balanced", [False, True])
def test_focal_loss_weighs_by_what_is_unsure(balanced, x):
    p = 1 / (1 + np.exp(-x))
    sure = np.where(ONE_HOT == 1, p, 1 - p)
    weight = np.where(ONE_HOT == 1, 0.3, 0.7) if balanced else 1
    expected = (weight * -np.log(sure) * (1 - sure) ** 1.5).mean(axis=1)
    loss = {"apply_class_balancing": balanced, "alpha": 0.3, "gamma": 1.5}

    figures = value(BinaryFocalCrossentropy(**loss), p, ONE_HOT)
    from_logits = value(BinaryFocalCrossentropy(**loss, from_logits=True), x, ONE_HOT)

    np.testing.assert_allclose(figures, expected, rtol=1e-6)
    np.testing.assert_allclose(from_logits, expected, rtol=1e-6)


def test_focal_loss_over_classes(x):
    p = softmax(x)[np.arange(4), LABELS]
    expected = 0.3 * -np.log(p) * (1 - p) ** 1.5
    loss = {"alpha": 0.3, "gamma": 1.5}

    figures = value(CategoricalFocalCrossentropy(**loss), x, ONE_HOT, softmax=True)
    from_logits = value(CategoricalFocalCrossentropy(**loss, from_logits=True), x, ONE_HOT)

    np.testing.assert_allclose(figures, expected, rtol=1e-6)
    np.testing.assert_allclose(from_logits, expected, rtol=1e-6)


def test_without_focus_it_is_a_cross_entropy(x):
    focal = value(BinaryFocalCrossentropy(gamma=0.0, from_logits=True), x, ONE_HOT)

    plain = value(BinaryCrossentropy(from_logits=True), x, ONE_HOT)
    np.testing.assert_allclose(focal, plain, rtol=1e-6)


def test_triplets_are_the_hardest_of_the_batch(rng):
    x, y = rng.standard_normal((6, 3)), np.array([0, 1, 0, 2, 1, 0])
    d = np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2))
    hardest = [d[n][y == y[n]].max() - d[n][y != y[n]].min() for n in range(6)]

    figures = value(Triplet(0.5), x, y)

    np.testing.assert_allclose(figures, np.maximum(0, 0.5 + np.array(hardest)), atol=1e-5)
    soft = value(Triplet(0.0, soft=True), x, y)
    np.testing.assert_allclose(soft, np.log1p(np.exp(hardest)), atol=1e-5)


def test_a_batch_of_one_class_has_no_triplets(rng):
    np.testing.assert_array_equal(value(Triplet(), rng.standard_normal((3, 2)), np.ones(3)), 0)


SMOOTH = {
    "sparse_smooth": (SparseCategoricalCrossentropy(True, 0.2), LABELS),
    "mae": (MeanAbsoluteError(), ONE_HOT),
    "huber": (Huber(0.5), ONE_HOT),
    "kl": (KLDivergence(), softmax(ONE_HOT)),
    "hinge": (Hinge(), ONE_HOT),
    "squared_hinge": (SquaredHinge(), ONE_HOT),
    "categorical_hinge": (CategoricalHinge(), ONE_HOT),
    "binary_focal": (BinaryFocalCrossentropy(True, 0.3, 1.5), ONE_HOT),
    "binary_focal_logits": (BinaryFocalCrossentropy(from_logits=True), ONE_HOT),
    "focal": (CategoricalFocalCrossentropy(gamma=1.5), ONE_HOT),
    "focal_logits": (CategoricalFocalCrossentropy(from_logits=True), ONE_HOT),
    "triplet": (Triplet(2.0), LABELS),
    "triplet_soft": (Triplet(soft=True), LABELS),
}


@pytest.mark.parametrize(("loss", "y"), SMOOTH.values(), ids=SMOOTH)
def test_gradients_equal_central_differences(loss, y, rng):
    x = rng.uniform(0.05, 0.95, (4, 3))
    weight = rng.standard_normal(4)
    plain = loss_graph(loss, 3, softmax=False)
    g = Builder(plain)
    factor = g.constant("weight", weight.astype(np.float32))
    total = g.apply("reduce_sum", g.apply("multiply", plain.outputs[0], factor))
    g, gradients = differentiate(g.build([total]), total, [plain.inputs[0]])
    graph = g.build([total, gradients["x"]])
    target = loss.check(y, Type((None, 3)))

    def run(x: Array) -> tuple[float, Array]:
        values = evaluate(graph, {"x": x, "target": target})
        return float(values[total.name]), values[gradients["x"].name]

    for _ in range(3):
        direction = rng.standard_normal(x.shape)
        step = 1e-6 * direction
        slope = (run(x + step)[0] - run(x - step)[0]) / 2e-6
        assert slope == pytest.approx((run(x)[1] * direction).sum(), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(("loss", "y"), SMOOTH.values(), ids=SMOOTH)
def test_every_loss_runs_in_native_code(loss, y, rng):
    x = rng.uniform(0.05, 0.95, (4, 3)).astype(np.float32)
    graph = loss_graph(loss, 3, softmax=False)
    target = loss.check(y, Type((None, 3)))

    actual = runtime.compile(graph, strict=True)(x=x, target=target)

    expected = evaluate(graph, {"x": x, "target": target})[graph.outputs[0].name]
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


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
    "hinge_outside": (Hinge(), np.array([0, 5]), ONE, "sample 1 has the target 5"),
    "indices_for_hinge": (CategoricalHinge(), LABELS, TEN, "they are class indices"),
    "rows_for_triplet": (Triplet(), np.eye(10), TEN, "takes one class index a sample"),
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
        ("mae", MeanAbsoluteError),
        ("huber", Huber),
        ("kl_divergence", KLDivergence),
        ("kld", KLDivergence),
        ("hinge", Hinge),
        ("squared_hinge", SquaredHinge),
        ("categorical_hinge", CategoricalHinge),
        ("binary_focal_crossentropy", BinaryFocalCrossentropy),
        ("categorical_focal_crossentropy", CategoricalFocalCrossentropy),
        ("triplet", Triplet),
    ],
)
def test_losses_have_names(name, cls):
    assert losses.get(name) == cls()
