"""How near the functions of one number come, and what broadcasting leaves in unused lanes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from fastcnn.ops import Builder
from tests.native.one_op import BLOCKED, graph_of, run_native, run_reference
from tests.ops.cases.case import Case
from tests.tolerance import assert_close

EXPONENTS = np.linspace(-37, 38, 20_001)
ALL_SIZES = np.concatenate([10.0**EXPONENTS, -(10.0**EXPONENTS)]).astype(np.float32)
NEAR_ONE = np.linspace(-12, 12, 50_001, dtype=np.float32)
NUMBERS = np.concatenate([ALL_SIZES, NEAR_ONE])
SMALLEST = np.finfo(np.float32).tiny  # results below it are flushed to zero

exact_erf = np.vectorize(math.erf, otypes=[np.float64])


def worst_error(y: np.ndarray, exact: np.ndarray) -> float:
    """The largest error in units in the last place of the exact result."""
    largest = float(np.finfo(np.float32).max)
    counts = (np.abs(exact) >= SMALLEST) & (np.abs(exact) <= largest)
    unit = np.spacing(np.abs(exact[counts]).astype(np.float32)).astype(np.float64)
    return float((np.abs(y[counts] - exact[counts]) / unit).max())


@pytest.mark.parametrize(
    ("op", "exact", "limit", "positive"),
    [
        ("exp", np.exp, 1.5, False),
        ("log", np.log, 1.5, True),
        ("sqrt", np.sqrt, 0.51, True),
        ("reciprocal", np.reciprocal, 0.51, False),
        ("erf", exact_erf, 3, False),
        ("tanh", np.tanh, 4, False),
        ("sigmoid", lambda x: np.exp(-np.logaddexp(0, -x)), 4, False),
        ("softplus", lambda x: np.logaddexp(0, x), 3, False),
    ],
)
def test_functions_keep_to_a_few_units_in_the_last_place(
    op: str, exact: Callable[..., np.ndarray], limit: float, positive: bool, isa: str
) -> None:
    x = NUMBERS[NUMBERS > 0] if positive else NUMBERS[NUMBERS != 0]
    case = Case(op, "sizes", lambda rng: [x])
    (y,) = run_native(graph_of(case, [x], "plain"), [x])

    with np.errstate(over="ignore", under="ignore"):
        assert worst_error(y.astype(np.float64), exact(x.astype(np.float64))) <= limit


def test_power_keeps_to_a_few_units_in_the_last_place(isa, rng):
    x = np.concatenate([rng.uniform(0, 9, 50_000), 10.0 ** rng.uniform(-37, 38, 50_000)])
    y = np.concatenate([rng.normal(0, 30, 50_000), rng.normal(0, 2, 50_000)])
    arrays = [x.astype(np.float32), y.astype(np.float32)]
    (z,) = run_native(graph_of(Case("power", "sizes", lambda rng: arrays), arrays, "plain"), arrays)

    with np.errstate(over="ignore", under="ignore"):
        exact = np.power(*(array.astype(np.float64) for array in arrays))

    assert worst_error(z.astype(np.float64), exact) <= 4


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0, 3.0, -2.0, -0.5, np.inf, -np.inf, np.nan])
def test_power_of_special_numbers(exponent, isa):
    x = np.array([np.nan, np.inf, -np.inf, 0, 1, -1, 2, -2, 0.5, -0.5, 1e30, -1e30], np.float32)
    arrays = [x, np.full_like(x, exponent)]
    (y,) = run_native(graph_of(Case("power", "", lambda rng: arrays), arrays, "plain"), arrays)

    with np.errstate(all="ignore"):
        np.testing.assert_allclose(y, np.power(x, arrays[1]), rtol=1e-6)


@pytest.mark.parametrize(
    "small", [(9, 1, 1), (1, 9, 1, 1), (2, 9, 1, 1), (2, 1, 1, 1), (2, 1, 4, 5), (1, 9, 4, 5), ()]
)
@pytest.mark.parametrize("op", ["subtract", "divide", "power"])
@pytest.mark.parametrize("swapped", [False, True])
def test_blocked_images_meet_what_is_broadcast(op, small, swapped, isa, rng):
    image = rng.uniform(0.5, 2, (2, 9, 4, 5)).astype(np.float32)
    other = rng.uniform(0.5, 2, small).astype(np.float32)
    arrays = [other, image] if swapped else [image, other]
    graph = graph_of(Case(op, "", lambda rng: arrays), arrays, BLOCKED)

    (y,) = run_native(graph, arrays)

    assert_close(y, run_reference(graph, arrays)[0], reduction=4)


@pytest.mark.parametrize("op", ["reciprocal", "log", "divide"])
def test_unused_lanes_never_reach_a_later_convolution(op, isa, rng):
    x = rng.uniform(0.5, 2, (1, 9, 4, 5)).astype(np.float32)
    g = Builder()
    image = g.input("x", x.shape)
    value = g.apply("max_pool2d", image, kernel_size=(1, 1), strides=(1, 1), pads=(0, 0, 0, 0))
    value = g.apply(op, value, value) if op == "divide" else g.apply(op, value)
    weights = g.constant("w", rng.normal(size=(3, 9, 1, 1)).astype(np.float32))
    bias = g.constant("b", np.zeros(3, np.float32))
    window = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
    graph = g.build([g.apply("conv2d", value, weights, bias, **window)])

    (y,) = run_native(graph, [x])

    assert_close(y, run_reference(graph, [x])[0], reduction=9)
