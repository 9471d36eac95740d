"""Schedules against their formulas."""

from __future__ import annotations

import json
import math

import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.train import deserialize, schedules, serialize
from fastcnn.train.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    FunctionSchedule,
    InverseTimeDecay,
    OneCycle,
    PiecewiseConstantDecay,
    PolynomialDecay,
    StepDecay,
    TimeDecay,
    WarmUp,
)


def halve(t: int) -> float:
    return 0.5**t


CASES = [
    (CosineDecay(0.1, 100, warmup_target=0.3, warmup_steps=10), (5, 0), 0.2),
    (CosineDecay(0.1, 100, warmup_target=0.3, warmup_steps=10), (60, 0), 0.15),
    (CosineDecay(0.0, 100, warmup_target=0.3, warmup_steps=10), (0, 0), 0.0),
    (CosineDecayRestarts(0.1, 10, t_mul=1.0), (15, 0), 0.05),
    (CosineDecayRestarts(0.1, 10, t_mul=1.0, m_mul=0.5), (20, 0), 0.025),
    (CosineDecayRestarts(0.1, 10, t_mul=2.0), (20, 0), 0.05),
    (CosineDecayRestarts(0.1, 10, t_mul=2.0), (30, 0), 0.1),
    (CosineDecayRestarts(0.1, 10, m_mul=0.5, alpha=0.2), (10, 0), 0.1 * (0.2 + 0.8 * 0.5)),
    (PolynomialDecay(0.1, 100, 0.02), (25, 0), 0.08),
    (PolynomialDecay(0.1, 100, 0.0, power=2.0), (75, 0), 0.1 / 16),
    (PolynomialDecay(0.1, 100, 0.02), (999, 0), 0.02),
    (PolynomialDecay(0.1, 100, 0.0, cycle=True), (100, 0), 0.0),
    (PolynomialDecay(0.1, 100, 0.0, cycle=True), (150, 0), 0.025),
    (PiecewiseConstantDecay([10, 20], [0.3, 0.2, 0.1]), (10, 0), 0.3),
    (PiecewiseConstantDecay([10, 20], [0.3, 0.2, 0.1]), (11, 0), 0.2),
    (PiecewiseConstantDecay([10, 20], [0.3, 0.2, 0.1]), (99, 0), 0.1),
    (OneCycle(0.5, 101, pct_start=21 / 101, div_factor=10.0), (0, 0), 0.05),
    (OneCycle(0.5, 101, pct_start=21 / 101, div_factor=10.0), (10, 0), (0.05 + 0.5) / 2),
    (OneCycle(0.5, 101, pct_start=21 / 101, div_factor=10.0), (20, 0), 0.5),
    (OneCycle(0.5, 101, pct_start=21 / 101, final_div_factor=1.0), (60, 0), 0.26),
    (OneCycle(0.5, 101, final_div_factor=100.0), (500, 0), 0.5 / 25 / 100),
    (FunctionSchedule(halve), (3, 9), 0.125),
    (FunctionSchedule("halve", 0.1, per="epoch"), (9, 3), 0.0125),
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
        ("polynomial", PolynomialDecay),
        ("one_cycle", OneCycle),
        ("cosine_restarts", CosineDecayRestarts),
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
        (lambda: CosineDecay(0.0), "initial_learning_rate is 0.0"),
        (lambda: CosineDecay(warmup_steps=3), "it must be 0 without a warmup_target"),
        (lambda: CosineDecayRestarts(t_mul=0.5), "t_mul is 0.5, it must be at least 1"),
        (lambda: PolynomialDecay(decay_steps=0), "decay_steps is 0, it must be positive, or None"),
        (lambda: PiecewiseConstantDecay([3], [0.1]), "values is .*, it must be 2 rates"),
        (lambda: PiecewiseConstantDecay([3, 3], [1, 2, 3]), "it must be ascending"),
        (lambda: OneCycle(pct_start=1.0), "pct_start is 1.0"),
        (lambda: FunctionSchedule(lambda t: 1.0), "it must be a function by def"),
        (lambda: FunctionSchedule("unheard"), "name of one that is known: constant"),
        (lambda: WarmUp(-0.1), "schedule is -0.1"),
    ],
)
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("schedule", "first", "last"),
    [
        (PolynomialDecay(0.1, end_learning_rate=0.0), 0.1, 0.0),
        (OneCycle(0.1, div_factor=10.0, final_div_factor=10.0), 0.01, 0.001),
        (CosineDecay(0.02, warmup_target=0.1, warmup_steps=20, alpha=0.1), 0.02, 0.01),
    ],
    ids=str,
)
def test_open_schedules_span_the_fit(schedule, first, last):
    spread = schedule.spread(first_step=100, steps=50)

    assert spread(100, 0) == pytest.approx(first)
    assert spread(150, 0) == pytest.approx(last)


@pytest.mark.parametrize(
    "schedule",
    [PiecewiseConstantDecay([5], [0.2, 0.1]), OneCycle(), PolynomialDecay(), FunctionSchedule()],
    ids=str,
)
def test_a_schedule_can_start_elsewhere(schedule):
    a, b = schedule.starting_at(0.5), schedule.starting_at(0.25)

    assert a(0, 0) == pytest.approx(2 * b(0, 0))


def test_a_function_is_known_by_its_name_again():
    made = deserialize(json.loads(json.dumps(serialize(FunctionSchedule(halve)))))

    assert made == FunctionSchedule(halve)
    assert made(2, 0) == 0.25
