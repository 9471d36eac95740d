"""Losses where the general contract does not look: labels of any value, sure answers, clipping."""

from __future__ import annotations

import numpy as np
import pytest

from tests.native.one_op import PLAIN, graph_of, run_native
from tests.ops.cases.case import Array, Case

LABELS = np.array([-1, 10, 2**31 - 1, -(2**31), 9], np.int32)
SPARSE = (("sparse_softmax_cross_entropy", {}), ("sparse_cross_entropy", {"epsilon": 1e-7}))


def result(op: str, *arrays: Array, **attrs) -> Array:
    case = Case(op, "", lambda _: [], attrs)
    return run_native(graph_of(case, list(arrays), PLAIN), list(arrays))[0]


@pytest.mark.parametrize(("op", "attrs"), SPARSE)
def test_a_label_that_is_no_class_gives_nan_and_reads_nothing(op, attrs, isa, rng):
    p = rng.uniform(0.1, 0.9, (5, 10)).astype(np.float32)
    grad = np.ones(5, np.float32)

    loss = result(op, p, LABELS, **attrs)
    grad_p = result(f"{op}_backward", grad, p, LABELS, **attrs)

    assert np.isnan(loss).tolist() == [True] * 4 + [False]
    assert np.isnan(grad_p[:4]).all()
    assert np.isfinite(grad_p[4]).all()


def test_no_class_is_never_correct(isa):
    p = np.ones((5, 10), np.float32)

    assert result("top_k_correct", p, LABELS, k=10).tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("classes", [2, 8, 11, 16, 19])
def test_a_nan_score_spoils_its_sample_alone(classes, isa, rng):
    for place in range(classes):
        x = rng.normal(size=(3, classes)).astype(np.float32)
        x[1, place] = np.nan
        loss = result("sparse_softmax_cross_entropy", x, np.zeros(3, np.int32))
        y = result("softmax", x)

        assert np.isnan(loss).tolist() == [False, True, False]
        assert np.isnan(y).all(axis=1).tolist() == [False, True, False]
        assert not np.isnan(y[[0, 2]]).any()


def test_the_loss_of_a_sure_answer_keeps_its_digits(isa):
    x = np.array([[1000, 1000 - 12]], np.float32)

    loss = result("sparse_softmax_cross_entropy", x, np.zeros(1, np.int32))

    np.testing.assert_allclose(loss, np.log1p(np.exp(-12.0)), rtol=0.02)


@pytest.mark.parametrize(("p", "target"), [(0.0, 1.0), (1.0, 0.0)])
def test_binary_cross_entropy_clips_both_ends_alike(p, target, isa):
    loss = result(
        "binary_cross_entropy",
        np.full((1, 3), p, np.float32),
        np.full((1, 3), target, np.float32),
        epsilon=1e-7,
    )

    np.testing.assert_allclose(loss, -np.log(1e-7), rtol=1e-5)


@pytest.mark.parametrize("op", ["cross_entropy_backward", "binary_cross_entropy_backward"])
def test_only_what_is_inside_the_limits_has_a_gradient(op, isa):
    epsilon = 1e-7
    edge = np.float32(epsilon)  # a little over 1e-7
    below = np.nextafter(edge, np.float32(0))
    p = np.array([[0, below, edge, 0.5, 1 - 2**-23, 1 - 2**-24, 1, np.nan]], np.float32)

    grad_p = result(op, np.ones(1, np.float32), p, np.full_like(p, 0.5), epsilon=epsilon)

    nonzero = [False, False, True, op.startswith("c"), True, False, False, True]
    assert (grad_p[0] != 0).tolist() == nonzero
    assert np.isnan(grad_p[0]).tolist() == [False] * 7 + [True]


def test_argmax_takes_the_first_of_equals_and_a_nan_before_all(isa):
    x = np.array([[1, 3, 3], [np.nan, 9, np.nan], [1, np.nan, 9], [-np.inf] * 3], np.float32)

    assert result("argmax", x).tolist() == [1, 0, 1, 0]
