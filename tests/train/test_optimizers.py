"""Each optimizer against its rule, written out in float64."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Traits
from fastcnn.ops import Builder
from fastcnn.train import optimizers
from fastcnn.train.optimizers import (
    LARS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lamb,
    Lion,
    Muon,
    Nadam,
    Optimizer,
    RAdam,
    RMSprop,
)
from fastcnn.train.schedules import CosineDecay, WarmUp
from fastcnn.typing import Array
from tests.train import optimizer_rules as rules

STEPS = 8
LR = 0.01
TOLERANCE = 128 * np.finfo(np.float32).eps
"""Eight updates of some ten roundings each, of which the last sees all: none cancels."""

CASES = {
    "sgd": (SGD(), rules.sgd()),
    "sgd_momentum": (SGD(momentum=0.9), rules.sgd(0.9)),
    "sgd_nesterov": (SGD(momentum=0.9, nesterov=True), rules.sgd(0.9, nesterov=True)),
    "adagrad": (Adagrad(), rules.adagrad),
    "adadelta": (Adadelta(epsilon=1e-3), rules.adadelta),
    "rmsprop": (RMSprop(), rules.rmsprop()),
    "rmsprop_momentum": (RMSprop(momentum=0.5), rules.rmsprop(0.5)),
    "adam": (Adam(), rules.adam_like(rules.adam)),
    "adamw": (AdamW(weight_decay=0.1), rules.adam_like(rules.adam, 0.1)),
    "adamax": (Adamax(), rules.adamax),
    "nadam": (Nadam(), rules.adam_like(rules.nadam(1.0))),
    "nadam_slow": (Nadam(momentum_decay=0.004), rules.adam_like(rules.nadam(0.004))),
    "radam": (RAdam(), rules.adam_like(rules.radam(0.999))),
    "radam_short": (RAdam(beta_2=0.9), rules.adam_like(rules.radam(0.9), beta_2=0.9)),
    "lion": (Lion(), rules.lion),
    "lamb": (Lamb(), rules.lamb()),
    "lamb_decay": (Lamb(weight_decay=0.1), rules.lamb(0.1)),
    "lars": (LARS(trust_coefficient=0.02), rules.lars()),
    "lars_decay": (LARS(trust_coefficient=0.02, weight_decay=0.1), rules.lars(0.1)),
    "muon": (Muon(weight_decay=None), rules.muon()),
    "muon_decay": (Muon(weight_decay=0.1), rules.muon(weight_decay=0.1)),
    "muon_plain": (Muon(nesterov=False, weight_decay=None), rules.muon(nesterov=False)),
}

every_case = pytest.mark.parametrize(("optimizer", "rule"), CASES.values(), ids=CASES)


def update_graph(optimizer: Optimizer, weights: dict[str, Array], traits: Traits) -> Graph:
    g = Builder()
    parameters = [g.parameter(name, w, traits) for name, w in weights.items()]
    gradients = [g.input(f"gradient/{name}", w.shape) for name, w in weights.items()]
    lr, step = g.input("lr", ()), g.input("step", (), "int32")
    new = optimizer.emit(g, list(zip(parameters, gradients, strict=True)), lr, step)
    for old, value in zip(parameters, new, strict=True):
        g.update(old, value)
    return g.build([new[0]])


def run_all(
    optimizer: Optimizer,
    weights: dict[str, Array],
    gradients: list[dict[str, Array]],
    traits: Traits | None = None,
    threads: int | None = None,
) -> dict[str, Array]:
    """What training leaves, after one update for each of `gradients`."""
    step = runtime.Step(update_graph(optimizer, weights, traits or Traits()), threads=threads)
    for count, by_name in enumerate(gradients, 1):
        feeds = {f"gradient/{name}": gradient for name, gradient in by_name.items()}
        feeds |= {"lr": np.array(LR, np.float32), "step": np.array(count, np.int32)}
        step.run(feeds)
    return step.state


def run(
    optimizer: Optimizer, w: Array, gradients: list[Array], traits: Traits | None = None
) -> Array:
    return run_all(optimizer, {"w": w}, [{"w": gradient} for gradient in gradients], traits)["w"]


@pytest.fixture
def w(rng: np.random.Generator) -> Array:
    return rng.uniform(0.5, 1.5, (3, 5)).astype(np.float32)


@pytest.fixture
def gradients(rng: np.random.Generator) -> list[Array]:
    return [rng.uniform(0.5, 1.5, (3, 5)).astype(np.float32) for _ in range(STEPS)]


@every_case
def test_steps_follow_the_rule(optimizer, rule, w, gradients):
    expected = rule(w.astype(np.float64), [lambda _, g=g: np.float64(g) for g in gradients], LR)

    actual = run(optimizer, w, gradients)

    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE)


@every_case
def test_penalties_are_part_of_the_gradient(optimizer, rule, w, gradients):
    l1, l2 = 0.02, 0.03
    with_penalties = [
        lambda w, g=g: np.float64(g) + l1 * np.sign(w) + 2 * l2 * w for g in gradients
    ]
    expected = rule(w.astype(np.float64), with_penalties, LR)

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

    actual = run(SGD(), w, gradients)

    assert (actual[1] != 0).all()


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("sgd", SGD),
        ("AdaGrad", Adagrad),
        ("AdaDelta", Adadelta),
        ("RMSProp", RMSprop),
        ("adam", Adam),
        ("AdamW", AdamW),
        ("AdaMax", Adamax),
        ("NAdam", Nadam),
        ("RAdam", RAdam),
        ("lion", Lion),
        ("LAMB", Lamb),
        ("LARS", LARS),
        ("Muon", Muon),
    ],
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
