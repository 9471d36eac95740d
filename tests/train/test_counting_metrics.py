"""Metrics that count over batches, against NumPy over all samples at once."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.ops import Builder
from fastcnn.train import losses, metrics
from fastcnn.train.means import Means
from fastcnn.train.metrics import (
    AUC,
    F1Score,
    FBetaScore,
    MeanLoss,
    Metric,
    Precision,
    Recall,
    confusion_matrix,
)
from fastcnn.typing import Array
from tests.train.nets import blobs, trainer

SAMPLES, CLASSES = 50, 4
SPARSE = losses.SparseCategoricalCrossentropy()
ROWS = losses.CategoricalCrossentropy()
BINARY = losses.BinaryCrossentropy()


def measure(metric: Metric, loss: losses.Loss, scores: Array, y: Array, batch: int = 16) -> float:
    """The metric in native code, over batches of which the last is smaller."""
    g = Builder()
    p = g.input("p", (None, *scores.shape[1:]))
    type_ = loss.target_type(p.type)
    target = g.input("target", type_.shape, type_.dtype)
    mean = loss.emit(g, p, target, None)
    graph = g.build([mean, metric.emit(g, p, target, loss)])
    session = runtime.compile(graph, strict=True)
    means = Means([value.name for value in session.graph.outputs], [metric])
    targets = loss.check(y, p.type)
    for begin in range(0, len(scores), batch):
        part = slice(begin, begin + batch)
        results = session(p=scores[part].astype(np.float32), target=targets[part])
        means.add(results, len(scores[part]))
    return means.logs()[metric.name]


@pytest.fixture
def scores(rng: np.random.Generator) -> Array:
    return rng.dirichlet([0.6] * CLASSES, SAMPLES).astype(np.float32)


@pytest.fixture
def labels(scores: Array, rng: np.random.Generator) -> Array:
    guesses = rng.integers(0, CLASSES, SAMPLES)
    return np.where(rng.random(SAMPLES) < 0.5, scores.argmax(axis=1), guesses)


def counts(said: Array, true: Array) -> tuple[int, int, int]:
    return int((said & true).sum()), int(said.sum()), int(true.sum())


@pytest.mark.parametrize("loss", [SPARSE, ROWS, BINARY], ids=["sparse", "rows", "binary"])
@pytest.mark.parametrize("threshold", [None, 0.2])
def test_precision_and_recall_are_shares_of_all_answers(loss, threshold, scores, labels):
    rows = np.eye(CLASSES)[labels]
    both, said, true = counts(scores > (threshold or 0.5), rows == 1)
    y = labels if loss is SPARSE else rows

    assert measure(Precision(threshold), loss, scores, y) == both / said
    assert measure(Recall(threshold), loss, scores, y) == both / true


def test_one_class_can_be_looked_at_alone(scores, labels):
    both, said, true = counts(scores[:, 2] > 0.5, labels == 2)

    assert measure(Precision(class_id=2), SPARSE, scores, labels) == both / said
    assert measure(Recall(class_id=2), SPARSE, scores, labels) == both / true


@pytest.mark.parametrize("loss", [SPARSE, ROWS], ids=["sparse", "rows"])
def test_the_best_classes_can_be_the_positive_answers(loss, scores, labels):
    best = np.argsort(-scores, axis=1)[:, :2]
    found = (best == labels[:, None]).sum()
    y = labels if loss is SPARSE else np.eye(CLASSES)[labels]

    assert measure(Precision(top_k=2), loss, scores, y) == found / (2 * SAMPLES)
    assert measure(Recall(top_k=2), loss, scores, y) == found / SAMPLES


def test_logits_are_turned_into_probabilities(scores, labels):
    rows = np.eye(CLASSES)[labels]
    logits = np.log(scores / (1 - scores))
    loss = losses.BinaryCrossentropy(from_logits=True)

    assert measure(Recall(), loss, logits, rows) == measure(Recall(), BINARY, scores, rows)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = measure(Recall(), SPARSE, scores, labels)
    assert measure(Recall(), loss, np.log(scores), labels) == expected


def test_without_answers_the_share_is_zero(scores, labels):
    assert measure(Precision(1.0), SPARSE, scores, labels) == 0
    assert measure(Recall(), BINARY, scores, np.zeros((SAMPLES, CLASSES))) == 0


@pytest.mark.parametrize("threshold", [None, 0.3])
@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_f_scores_are_harmonic_means(beta, threshold, scores, labels):
    rows = np.eye(CLASSES)[labels] == 1
    best = scores == scores.max(axis=1, keepdims=True)
    said = best if threshold is None else scores > threshold

    def f(said: Array, true: Array) -> float:
        both, answers, wanted = counts(said, true)
        return (1 + beta**2) * both / (beta**2 * wanted + answers)

    by_class = [f(said[:, c], rows[:, c]) for c in range(CLASSES)]
    expected = {
        "macro": np.mean(by_class),
        "micro": f(said, rows),
        "weighted": np.average(by_class, weights=rows.sum(axis=0)),
    }
    for average, value in expected.items():
        metric = FBetaScore(average, beta, threshold)
        assert measure(metric, SPARSE, scores, labels) == pytest.approx(value)
        if beta == 1:
            metric = F1Score(average, threshold=threshold)
            assert measure(metric, SPARSE, scores, labels) == pytest.approx(value)


def test_the_area_is_the_share_of_pairs_in_the_right_order(rng):
    """With a threshold between any two predictions, but for ties."""
    p = (rng.permutation(100)[:SAMPLES, None] / 100 + 0.005).astype(np.float32)
    y = (rng.random((SAMPLES, 1)) < p).astype(np.float32)
    yes, no = p[y == 1], p[y == 0]

    area = measure(AUC(101), BINARY, p, y)

    assert area == pytest.approx((yes[:, None] > no[None]).mean())


def test_bounds_lie_around_the_interpolated_area(rng):
    p = rng.random((SAMPLES, 1)).astype(np.float32)
    y = (rng.random((SAMPLES, 1)) < p).astype(np.float32)

    for curve in ("ROC", "PR"):
        low, area, high = (
            measure(AUC(20, curve, method), BINARY, p, y)
            for method in ("minoring", "interpolation", "majoring")
        )
        assert 0.5 < low < area < high <= 1


def test_the_interpolated_curve_of_precision_follows_the_counts():
    """Two points, from 0 of 0 answers to 2 of 4: precision is 1/2 between them."""
    p, y = np.full((4, 1), 0.5), np.array([1, 1, 0, 0])

    assert measure(AUC(2, "PR"), BINARY, p, y) == pytest.approx(0.5)


def test_areas_of_sure_models():
    p, y = np.array([[0.1], [0.2], [0.8], [0.9]]), np.array([0, 0, 1, 1])

    for curve in ("ROC", "PR"):
        assert measure(AUC(curve=curve), BINARY, p, y) == pytest.approx(1)
    assert measure(AUC(), BINARY, 1 - p, y) == pytest.approx(0)
    assert measure(AUC(curve="PR"), BINARY, p, np.zeros(4)) == 0


@pytest.mark.parametrize(
    "metric",
    [Precision(), Recall(0.3), F1Score(), AUC(30), AUC(30, "PR"), metrics.get("rmse")],
    ids=str,
)
def test_batches_do_not_matter(metric, scores, labels):
    rows = np.eye(CLASSES)[labels]

    whole = measure(metric, ROWS, scores, rows, batch=SAMPLES)

    for batch in (1, 7):
        assert measure(metric, ROWS, scores, rows, batch) == pytest.approx(whole, rel=1e-6)


def test_the_root_is_taken_of_the_mean_over_all(scores, labels):
    rows = np.eye(CLASSES)[labels]

    value = measure(metrics.get("rmse"), ROWS, scores, rows)

    assert value == pytest.approx(np.sqrt(((scores - rows) ** 2).mean()), rel=1e-6)


def test_a_loss_can_be_watched_by_its_name(scores, labels):
    rows = np.eye(CLASSES)[labels]

    assert metrics.get("mae") == MeanLoss("mae")
    value = measure(metrics.get("mae"), ROWS, scores, rows)
    assert value == pytest.approx(np.abs(scores - rows).mean(), rel=1e-6)


def test_training_and_evaluation_count_alike():
    x, y = blobs()
    running = trainer(metrics=[Precision(), AUC(50), "f1_score", "accuracy"], optimizer="sgd")
    running.learning_rate = 0.0

    history = running.fit(x, y, epochs=1, batch_size=32, verbose=0).history

    evaluated = running.evaluate(x, y, batch_size=11)
    assert evaluated.keys() == {"loss", "precision", "auc", "f1_score", "accuracy"}
    for name, value in evaluated.items():
        assert history[name][0] == pytest.approx(value, rel=1e-5)


def test_what_was_counted_goes_through_plain_data(scores, labels):
    metric = F1Score()
    counted = Means(["loss", "f1"], [metric])
    figures = np.arange(12, dtype=np.float32).reshape(3, 4)
    counted.add({"loss": np.float32(2), "f1": figures}, 4)
    again = Means(["loss", "f1"], [metric])

    again.load_state_dict(counted.state_dict())

    for means in (counted, again):
        means.add({"loss": np.float32(1), "f1": figures}, 4)
    assert again.logs() == counted.logs()


class TestConfusionMatrix:
    def test_counts_pairs(self):
        matrix = confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])

        np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 1], [0, 0, 1]])

    def test_takes_rows_and_indices_alike(self, scores, labels):
        rows = np.eye(CLASSES)[labels]

        matrix = confusion_matrix(labels, scores)

        np.testing.assert_array_equal(matrix, confusion_matrix(rows, scores.argmax(axis=1)))
        assert matrix.sum() == SAMPLES
        assert matrix.trace() == (labels == scores.argmax(axis=1)).sum()

    def test_gives_shares_if_asked(self, scores, labels):
        for normalize, axis in (("true", 1), ("pred", 0), ("all", None)):
            shares = confusion_matrix(labels, scores, normalize=normalize)
            np.testing.assert_allclose(shares.sum(axis=axis), 1)
        assert confusion_matrix([0], [0], 2, normalize="true")[1].tolist() == [0, 0]

    @pytest.mark.parametrize(
        ("labels", "predictions", "message"),
        [
            ([0, 3], [0, 1], r"label 3 of sample 1 is outside \[0, 3\)"),
            ([0, 1], [-1, 1], "prediction -1 of sample 0"),
            ([0], [0, 1], "1 labels and 2 predictions"),
            ([0.5], [0], r"labels must be class indices \[N\] or rows"),
        ],
    )
    def test_names_what_does_not_fit(self, labels, predictions, message):
        with pytest.raises(DataError, match=message):
            confusion_matrix(labels, predictions, 3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Precision(0.5, top_k=2), "thresholds is 0.5, it must be None where top_k"),
        (lambda: Recall(top_k=0), "top_k is 0"),
        (lambda: F1Score("median"), "average is 'median', it must be one of macro"),
        (lambda: FBetaScore(beta=0.0), "beta is 0.0"),
        (lambda: AUC(1), "num_thresholds is 1"),
        (lambda: AUC(curve="DET"), "curve is 'DET'"),
    ],
)
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (Precision(class_id=4), r"class_id is 4, the model gives float32\[\?, 4\]"),
        (Recall(top_k=5), "k is 5, the model has 4 classes"),
        (MeanLoss("mae"), "takes targets .*has int32"),
        (metrics.get("rmse"), "takes targets .*has int32"),
    ],
    ids=str,
)
def test_a_metric_that_does_not_fit_says_so(metric, message, scores, labels):
    with pytest.raises(InvalidValueError, match=message):
        measure(metric, SPARSE, scores, labels)
