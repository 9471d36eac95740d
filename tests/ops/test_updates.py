"""Updates against the formulas worked by hand for one weight."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Type
from fastcnn.ops import get, infer

PLAIN = {"l1": 0.0, "l2": 0.0, "hold_zeros": 0}
W, G, LR = 2.0, 0.5, 0.1


def step(op: str, *state: float, w: float = W, g: float = G, **attrs) -> list[float]:
    inputs = [np.array([w]), np.array([g]), *(np.array([value]) for value in state), np.array(LR)]
    if get(op).takes_step:
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

    plain, *state = step("adam_update", 0.2, 0.04, **attrs)
    decayed, *state_of_decayed = step("adam_update", 0.2, 0.04, **attrs, weight_decay=0.01)

    assert decayed == pytest.approx(plain - 0.1 * 0.01 * 2)
    assert state_of_decayed == state


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
        ("lion_update", (0.2,), {"beta1": 0.9, "beta2": 0.99}),
        ("adam_direction", (0.2, 0.04), {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-7}),
    ],
)
def test_held_zeros_stay_and_other_weights_move(op, state, attrs):
    held, *_ = step(op, *state, w=0.0, **attrs, hold_zeros=1)
    free, *_ = step(op, *state, w=0.0, **attrs, hold_zeros=0)
    other, *_ = step(op, *state, w=1.0, **attrs, hold_zeros=1)

    assert held == 0.0
    assert free != 0.0
    assert other not in (0.0, 1.0)


def test_adadelta_moves_by_the_ratio_of_two_roots():
    w, square, moved = step("adadelta_update", 1.0, 0.25, rho=0.9, epsilon=0.01)

    move = 0.5 * math.sqrt(0.26) / math.sqrt(0.925 + 0.01)
    assert square == pytest.approx(0.9 + 0.1 * 0.25)
    assert moved == pytest.approx(0.9 * 0.25 + 0.1 * move**2)
    assert w == pytest.approx(2 - 0.1 * move)


@pytest.mark.parametrize(("u", "expected"), [(0.2, 0.5), (1.0, 0.9)])
def test_adamax_divides_by_the_largest_gradient(u, expected):
    w, m, largest = step("adamax_update", 0.2, u, beta1=0.8, beta2=0.9, epsilon=0.0)

    assert m == pytest.approx(0.8 * 0.2 + 0.2 * 0.5)
    assert largest == pytest.approx(expected)
    assert w == pytest.approx(2 - 0.1 / (1 - 0.8**3) * m / expected)


@pytest.mark.parametrize(("m", "sign"), [(0.2, 1), (-0.2, -1)])
def test_lion_moves_to_one_side_by_the_rate(m, sign):
    w, moved = step("lion_update", m, beta1=0.8, beta2=0.99)

    assert w == pytest.approx(2 - 0.1 * sign)
    assert moved == pytest.approx(0.99 * m + 0.01 * 0.5)


def test_the_direction_of_adam_is_its_move():
    attrs = {"beta1": 0.9, "beta2": 0.99, "epsilon": 0.0}

    direction, *state = step("adam_direction", 0.2, 0.04, **attrs)
    w, *state_of_adam = step("adam_update", 0.2, 0.04, **attrs)

    assert w == pytest.approx(2 - direction)
    assert state == state_of_adam


def test_nadam_adds_the_gradient_that_the_next_mean_will_hold():
    attrs = {"beta1": 0.9, "beta2": 0.99, "epsilon": 0.0, "momentum_decay": 1.0}

    w, m, v = step("nadam_update", 0.2, 0.04, **attrs)

    u = [0.9 * (1 - 0.5 * 0.96**t) for t in (1, 2, 3, 4)]
    ahead = u[3] * m / (1 - math.prod(u)) + (1 - u[2]) * 0.5 / (1 - math.prod(u[:3]))
    assert w == pytest.approx(2 - 0.1 * ahead / math.sqrt(v / (1 - 0.99**3)))


def test_radam_does_not_divide_at_first():
    w, m, _ = step("radam_update", 0.2, 0.04, beta1=0.9, beta2=0.99, epsilon=0.0)

    assert w == pytest.approx(2 - 0.1 * m / (1 - 0.9**3))


def test_an_attribute_of_another_rule_is_refused():
    attrs = {**PLAIN, "momentum": 0.0, "rho": 0.9, "nesterov": 0}

    with pytest.raises(InvalidValueError, match="sgd_update: attribute 'rho' is missing or unkno"):
        infer("sgd_update", [Type((2,))] * 3 + [Type(())], attrs)


def test_a_missing_state_is_named():
    attrs = {**PLAIN, "beta1": 0.9, "beta2": 0.9}

    with pytest.raises(InvalidValueError, match="lion_update: takes w, g, m, lr; 3 inputs"):
        infer("lion_update", [Type((2,))] * 2 + [Type(())], attrs)
