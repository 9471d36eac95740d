"""Convolutions that write the maxima of the pooling behind them instead of their result."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from fastcnn import _core, runtime
from fastcnn.graph import Graph
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan


@dataclass(frozen=True)
class Case:
    """A 3x3 convolution and a pooling."""

    images: int = 1
    channels: int = 32
    outputs: int = 32
    height: int = 26
    width: int = 26
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    activation: str = "relu"
    kernel: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    pool_pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    ceil: int = 0
    pool: str = "max_pool2d"
    residual: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the images."""
        return (self.images, self.channels, self.height, self.width)


def graph_of(case: Case, *, apart: bool = False) -> Graph:
    """The two nodes; `apart`: what passes between them is a result, too."""
    rng = np.random.default_rng(0)
    g = Builder()
    x = g.input("x", case.shape)
    w = rng.standard_normal((case.outputs, case.channels, 3, 3)) / math.sqrt(9 * case.channels)
    operands = [
        x,
        g.parameter("w", w.astype(np.float32)),
        g.parameter("b", rng.standard_normal(case.outputs).astype(np.float32)),
    ]
    if case.residual:
        operands.append(x)
    whole = g.apply(
        "conv2d",
        *operands,
        strides=(1, 1),
        pads=case.pads,
        dilations=(1, 1),
        groups=1,
        activation=case.activation,
    )
    y = g.apply(
        case.pool,
        whole,
        kernel_size=case.kernel,
        strides=case.strides,
        pads=case.pool_pads,
        ceil_mode=case.ceil,
        **({"count_include_pad": 0} if case.pool == "average_pool2d" else {}),
    )
    return g.build([y, whole] if apart else [y])


JOINED = {
    "even": Case(),
    "odd rows and columns": Case(height=27, width=25),
    "tiles over both edges": Case(height=23, width=30, pads=(0, 0, 0, 0)),
    "two pixels of one tile": Case(height=6, width=6, pads=(0, 0, 0, 0)),
    "several images in a panel": Case(images=5, height=10, width=11, pads=(0, 0, 0, 0)),
    "many panels": Case(images=2, height=60, width=58),
    "odd channels": Case(channels=35, outputs=37, height=18, width=18),
    "no activation": Case(activation="linear"),
    "clamped on both sides": Case(activation="relu6"),
    "ceil mode where nothing is left over": Case(ceil=1),
}
APART = {
    "3x3 windows": Case(kernel=(3, 3)),
    "stride 1": Case(strides=(1, 1)),
    "padded": Case(pool_pads=(1, 1, 1, 1)),
    "a window over the edge": Case(height=27, width=27, ceil=1),
    "means": Case(pool="average_pool2d"),
    "with the image added": Case(residual=True),
}


def samples(case: Case) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(case.shape).astype(np.float32)


def joined(plan: _core.Plan) -> list[str]:
    return [step["op"] for step in plan.steps() if "in one pass" in step["why"]]


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("name", JOINED)
def test_equals_both_apart(name, threads, isa):
    case = JOINED[name]
    together = make_plan(graph_of(case), threads=threads, guard=True, winograd=True)
    apart = make_plan(graph_of(case, apart=True), threads=1, winograd=True)
    assert joined(together) == ["conv2d", "max_pool2d"]
    assert not joined(apart)

    (result,) = together.run([samples(case)])

    np.testing.assert_array_equal(result, apart.run([samples(case)])[0])


@pytest.mark.parametrize("name", JOINED)
def test_equals_the_reference(name, isa):
    case = JOINED[name]
    graph = graph_of(case)

    (result,) = make_plan(graph, threads=2, winograd=True).run([samples(case)])

    (truth,) = runtime.reference(graph, {"x": samples(case)})
    np.testing.assert_allclose(result, truth, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", APART)
def test_other_poolings_stay_apart(name):
    assert not joined(make_plan(graph_of(APART[name]), threads=1, winograd=True))


def test_a_nan_reaches_what_it_reaches_apart(isa):
    case = Case()
    x = samples(case)
    x[0, 3, [0, 7, 13, 25], [0, 9, 14, 25]] = np.nan
    together = make_plan(graph_of(case), threads=1, winograd=True)
    apart = make_plan(graph_of(case, apart=True), threads=1, winograd=True)

    (result,) = together.run([x])

    assert np.isnan(result).any()
    np.testing.assert_array_equal(result, apart.run([x])[0])


def test_what_passes_between_takes_no_memory():
    case = Case(height=128, width=128)
    together = make_plan(graph_of(case), threads=1, winograd=True)
    apart = make_plan(graph_of(case, apart=True), threads=1, winograd=True)

    assert together.arena_bytes < apart.arena_bytes - 32 * 128 * 128 * 2


def test_the_time_is_told_once():
    plan = make_plan(graph_of(Case()), threads=1, winograd=True)

    milliseconds = plan.profile([samples(Case())])

    times = dict(zip([step["op"] for step in plan.steps()], milliseconds, strict=True))
    assert times["conv2d"] > 0
    assert times["max_pool2d"] == 0
