"""Updates against the formulas worked by hand for one weight."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fastcnn.ops import get

PLAIN = {"l1": 0.0, "l2": 0.0, "hold_zeros": 0}
W, G, LR = 2.0, 0.5, 0.1


def step(op: str, *state: float, w: float = W, g: float = G, **attrs) -> list[float]:
    inputs = [np.array([w]), np.array([g]), *(np.array([value]) for value in state), np.array(LR)]
    if op == "adam_update":
        inputs.append(np.array(3, np.int32))
    return [output.item() for output in get(op).reference(*inputs, **{**PLAIN, **attrs})]


def test_sgd_moves_against_the_gradient():
    w, velocity = step("sgd_update", 0.0, momentum=0.0, nesterov=0)

    assert velocity == pytest.approx(-0.05)
    assert w == pytest.approx(1.95)


def test_momentum_remembers_the_last_move():
    w, velocity = step("sgd_update", 0.3, momentum=0.9, nesterov=0)

    assert velocity == pytest.approx(0.9 * 0.3 - 0.05)
    assert w == pytest.approx(2 + 0.22)


def test_nesterov_looks_one_move_ahead():
    w, velocity = step("sgd_update", 0.3, momentum=0.9, nesterov=1)

    assert velocity == pytest.approx(0.22)
    assert w == pytest.approx(2 + 0.9 * 0.22 - 0.05)


def test_adagrad_divides_by_the_root_of_all_squares():
    w, accumulator = step("adagrad_update", 0.75, epsilon=0.0)

    assert accumulator == pytest.approx(1.0)
    assert w == pytest.approx(2 - 0.1 * 0.5)


def test_rmsprop_divides_by_the_root_of_recent_squares():
    w, square, velocity = step("rmsprop_update", 1.0, 0.3, rho=0.9, momentum=0.5, epsilon=0.01)

    assert square == pytest.approx(0.9 + 0.1 * 0.25)
    assert velocity == pytest.approx(0.15 + 0.05 / math.sqrt(0.935))
    assert w == pytest.approx(2 - velocity)


def test_adam_corrects_the_bias_of_its_means():
    attrs = {"beta1": 0.9, "beta2": 0.99, "epsilon": 0.0, "weight_decay": 0.0}

    w, m, v = step("adam_update", 0.2, 0.04, **attrs)

    assert m == pytest.approx(0.9 * 0.2 + 0.1 * 0.5)
    assert v == pytest.approx(0.99 * 0.04 + 0.01 * 0.25)
    unbiased_m, unbiased_v = m / (1 - 0.9**3), v / (1 - 0.99**3)
    assert w == pytest.approx(2 - 0.1 * unbiased_m / math.sqrt(unbiased_v))


def test_weight_decay_shrinks_the_weight_apart_from_the_gradient():
    attrs = {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-7}

    plain, *state = step("adam_update", 0.2, 0.04, **attrs, weight_decay=0.0)
    decayed, *state_of_decayed = step("adam_update", 0.2, 0.04, **attrs, weight_decay=0.01)

    assert state == state_of_decayed
    assert plain - decayed == pytest.approx(0.1 * 0.01 * 2)


@pytest.mark.parametrize("w", [2.0, -2.0, 0.0])
def test_regularisation_is_part_of_the_gradient(w):
    rule = {"momentum": 0.0, "nesterov": 0}

    regularised = step("sgd_update", 0.0, w=w, **rule, l1=0.01, l2=0.02)
    by_hand = step("sgd_update", 0.0, w=w, g=G + 0.01 * np.sign(w) + 2 * 0.02 * w, **rule)

    assert regularised == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("op", "state", "attrs"),
    [
        ("sgd_update", (0.3,), {"momentum": 0.9, "nesterov": 1}),
        ("adagrad_update", (0.75,), {"epsilon": 1e-7}),
        ("rmsprop_update", (1.0, 0.3), {"rho": 0.9, "momentum": 0.5, "epsilon": 1e-7}),
        (
            "adam_update",
            (0.2, 0.04),
            {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-7, "weight_decay": 0.01},
        ),
    ],
)
def test_held_zeros_stay_and_other_weights_move(op, state, attrs):
    held, *_ = step(op, *state, w=0.0, **attrs, hold_zeros=1)
    free, *_ = step(op, *state, w=0.0, **attrs, hold_zeros=0)
    other, *_ = step(op, *state, w=1.0, **attrs, hold_zeros=1)

    assert held == 0.0
    assert free != 0.0
    assert other not in (0.0, 1.0)
