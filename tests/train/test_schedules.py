"""Schedules against their formulas."""

from __future__ import annotations

import math

import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.train import schedules
from fastcnn.train.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    StepDecay,
    TimeDecay,
    WarmUp,
)

CASES = [
    (TimeDecay(0.1, decay=0.5), (999, 4), 0.1 / 3),
    (TimeDecay(0.1, decay=0.5, per="step"), (4, 999), 0.1 / 3),
    (InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5), (15, 0), 0.1 / 1.75),
    (InverseTimeDecay(0.1, 10, 0.5, staircase=True), (15, 0), 0.1 / 1.5),
    (ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5), (15, 0), 0.1 * 0.5**1.5),
    (ExponentialDecay(0.1, 10, 0.5, staircase=True), (15, 0), 0.05),
    (ExponentialDecay(0.1, 1, math.exp(-0.01)), (50, 0), 0.1 * math.exp(-0.5)),
    (StepDecay(0.1, factor=0.1, every=3), (999, 2), 0.1),
    (StepDecay(0.1, factor=0.1, every=3), (999, 6), 0.001),
    (StepDecay(0.1, factor=0.5, every=100, per="step"), (250, 0), 0.025),
    (CosineDecay(0.1, 100), (0, 0), 0.1),
    (CosineDecay(0.1, 100), (50, 0), 0.05),
    (CosineDecay(0.1, 100, alpha=0.2), (1000, 0), 0.02),
    (CosineDecay(0.1, 100, first_step=40), (90, 0), 0.05),
    (WarmUp(0.1, 4), (0, 0), 0.025),
    (WarmUp(0.1, 4), (3, 0), 0.1),
    (WarmUp(0.1, 4), (9, 0), 0.1),
    (WarmUp(CosineDecay(0.1, 100), 4), (3, 0), 0.1),
    (WarmUp(CosineDecay(0.1, 100), 4), (54, 0), 0.05),
]


@pytest.mark.parametrize(("schedule", "when", "rate"), CASES, ids=str)
def test_the_rate_follows_the_formula(schedule, when, rate):
    assert schedule(*when) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("time", TimeDecay),
        ("step", StepDecay),
        ("exponential", ExponentialDecay),
        ("cosine", CosineDecay),
        ("InverseTimeDecay", InverseTimeDecay),
    ],
)
def test_schedules_have_names(name, cls):
    assert schedules.get(name) == cls()


def test_an_open_cosine_spans_the_fit():
    schedule = CosineDecay(0.1).spread(first_step=100, steps=50)

    assert schedule(100, 0) == pytest.approx(0.1)
    assert schedule(125, 0) == pytest.approx(0.05)
    assert schedule(150, 0) == pytest.approx(0)


def test_a_cosine_of_given_length_is_left_alone():
    schedule = CosineDecay(0.1, 10)

    assert schedule.spread(0, 500) is schedule


def test_an_open_cosine_after_a_warm_up_ends_with_the_fit():
    schedule = WarmUp("cosine", 10).spread(first_step=0, steps=110)

    assert schedule(10, 0) == pytest.approx(0.01)
    assert schedule(60, 0) == pytest.approx(0.005)
    assert schedule(110, 0) == pytest.approx(0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TimeDecay(0), "TimeDecay: initial_learning_rate is 0, it must be positive"),
        (lambda: TimeDecay(per="day"), "per is 'day', it must be 'epoch' or 'step'"),
        (lambda: StepDecay(every=0), "every is 0"),
        (lambda: ExponentialDecay(decay_steps=0), "decay_steps is 0"),
        (lambda: CosineDecay(alpha=2), r"alpha is 2, it must be in \[0, 1\]"),
        (lambda: WarmUp(0.1, 0), "warmup_steps is 0"),
        (lambda: WarmUp(-0.1), "schedule is -0.1"),
    ],
)
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()
