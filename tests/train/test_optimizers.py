"""Each optimizer against its rule, written out in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Traits
from fastcnn.ops import Builder
from fastcnn.train import optimizers
from fastcnn.train.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from fastcnn.train.schedules import CosineDecay, WarmUp
from fastcnn.typing import Array

STEPS = 3
TOLERANCE = 64 * np.finfo(np.float32).eps
"""Three updates of about ten roundings each, none of which cancels."""

Rule = Callable[[Array, list[Array], float], Array]


def sgd(momentum: float = 0.0, nesterov: bool = False) -> Rule:
    def rule(w: Array, gradients: list[Array], lr: float) -> Array:
        v = 0.0
        for g in gradients:
            v = momentum * v - lr * g(w)
            w = w + (momentum * v - lr * g(w) if nesterov else v)
        return w

    return rule


def adagrad(w: Array, gradients: list[Array], lr: float) -> Array:
    a = 0.1
    for g in gradients:
        gradient = g(w)
        a = a + gradient**2
        w = w - lr * gradient / np.sqrt(a + 1e-7)
    return w


def rmsprop(momentum: float = 0.0) -> Rule:
    def rule(w: Array, gradients: list[Array], lr: float) -> Array:
        s = v = 0.0
        for g in gradients:
            gradient = g(w)
            s = 0.9 * s + 0.1 * gradient**2
            v = momentum * v + lr * gradient / np.sqrt(s + 1e-7)
            w = w - v
        return w

    return rule


def adam(weight_decay: float = 0.0) -> Rule:
    def rule(w: Array, gradients: list[Array], lr: float) -> Array:
        m = v = 0.0
        for t, g in enumerate(gradients, 1):
            gradient = g(w)
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            w = w - lr * weight_decay * w
            w = w - lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)
        return w

    return rule


CASES = {
    "sgd": (SGD(), sgd()),
    "sgd_momentum": (SGD(momentum=0.9), sgd(0.9)),
    "sgd_nesterov": (SGD(momentum=0.9, nesterov=True), sgd(0.9, nesterov=True)),
    "adagrad": (Adagrad(), adagrad),
    "rmsprop": (RMSprop(), rmsprop()),
    "rmsprop_momentum": (RMSprop(momentum=0.5), rmsprop(0.5)),
    "adam": (Adam(), adam()),
    "adamw": (AdamW(weight_decay=0.1), adam(0.1)),
}

every_case = pytest.mark.parametrize(("optimizer", "rule"), CASES.values(), ids=CASES)


def update_graph(optimizer: Optimizer, w: Array, traits: Traits) -> Graph:
    g = Builder()
    parameter = g.parameter("w", w, traits)
    gradient = g.input("gradient", w.shape)
    lr, step = g.input("lr", ()), g.input("step", (), "int32")
    states = [
        g.parameter(name, np.full(w.shape, fill, np.float32))
        for name, fill in optimizer.states().items()
    ]
    new = optimizer.emit(g, parameter, gradient, states, lr, step)
    for old, value in zip((parameter, *states), new, strict=True):
        g.update(old, value)
    return g.build([new[0]])


def run(optimizer: Optimizer, w: Array, gradients: list[Array], traits: Traits) -> Array:
    step = runtime.Step(update_graph(optimizer, w, traits))
    for count, gradient in enumerate(gradients, 1):
        step.run(
            {
                "gradient": gradient,
                "lr": np.array(0.05, np.float32),
                "step": np.array(count, np.int32),
            }
        )
    return step.state["w"]


@pytest.fixture
def w(rng: np.random.Generator) -> Array:
    return rng.uniform(0.5, 1.5, (3, 5)).astype(np.float32)


@pytest.fixture
def gradients(rng: np.random.Generator) -> list[Array]:
    return [rng.uniform(0.5, 1.5, (3, 5)).astype(np.float32) for _ in range(STEPS)]


@every_case
def test_three_steps_follow_the_rule(optimizer, rule, w, gradients):
    expected = rule(w.astype(np.float64), [lambda _, g=g: np.float64(g) for g in gradients], 0.05)

    actual = run(optimizer, w, gradients, Traits())

    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE)


@every_case
def test_penalties_are_part_of_the_gradient(optimizer, rule, w, gradients):
    l1, l2 = 0.02, 0.03
    with_penalties = [
        lambda w, g=g: np.float64(g) + l1 * np.sign(w) + 2 * l2 * w for g in gradients
    ]
    expected = rule(w.astype(np.float64), with_penalties, 0.05)

    actual = run(optimizer, w, gradients, Traits(l1=l1, l2=l2))

    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE)


@every_case
def test_zeros_of_a_pruned_parameter_stay(optimizer, rule, w, gradients):
    w[1] = 0

    actual = run(optimizer, w, gradients, Traits(pruned=True))

    assert (actual[1] == 0).all()
    assert (actual[[0, 2]] != w[[0, 2]]).all()


def test_zeros_of_other_parameters_move(w, gradients):
    w[1] = 0

    actual = run(SGD(), w, gradients, Traits())

    assert (actual[1] != 0).all()


@pytest.mark.parametrize(
    ("name", "cls"),
    [("sgd", SGD), ("AdaGrad", Adagrad), ("RMSProp", RMSprop), ("adam", Adam), ("AdamW", AdamW)],
)
def test_names_are_understood_in_any_case(name, cls):
    assert optimizers.get(name) == cls()


def test_a_misspelt_name_is_answered_with_the_right_one():
    with pytest.raises(
        InvalidValueError, match="'adma' is no known optimizer; did you mean 'adam'"
    ):
        optimizers.get("adma")


def test_a_named_schedule_starts_at_the_default_rate_of_the_optimizer():
    assert SGD("cosine").rate == CosineDecay(0.01)
    assert Adam(learning_rate="cosine").rate == CosineDecay(0.001)
    assert Adam("warmup").rate == WarmUp(0.001)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: SGD(-1.0),
            "SGD: learning_rate is -1.0, it must be a schedule or a number of at least 0",
        ),
        (lambda: SGD(float("nan")), "SGD: learning_rate is nan"),
        (lambda: SGD(momentum=1.0), r"SGD: momentum is 1.0, it must be in \[0, 1\)"),
        (lambda: Adam(beta_2=1.5), "Adam: beta_2 is 1.5"),
        (lambda: Adam(epsilon=0.0), "Adam: epsilon is 0.0, it must be positive"),
        (lambda: AdamW(weight_decay=-0.1), "AdamW: weight_decay is -0.1"),
        (lambda: RMSprop(rho=-0.1), "RMSprop: rho is -0.1"),
        (lambda: Adagrad(initial_accumulator_value=-1), "initial_accumulator_value is -1"),
    ],
)
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_positional_arguments_stand_in_the_order_of_keras():
    assert AdamW(0.1, 0.2, 0.3, 0.4) == AdamW(
        learning_rate=0.1, weight_decay=0.2, beta_1=0.3, beta_2=0.4
    )
    assert SGD(0.1, 0.2, True) == SGD(learning_rate=0.1, momentum=0.2, nesterov=True)
