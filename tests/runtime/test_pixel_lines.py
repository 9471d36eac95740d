"""Which convolutions of a network pass lines of pixels to each other."""

from __future__ import annotations

import os

import numpy as np
import pytest

from fastcnn import _core, runtime
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan

pytestmark = pytest.mark.skipif(
    runtime.cpu_info()["isa"] != "avx512" or os.environ.get("FASTCNN_JIT") == "0",
    reason="code is generated for AVX-512 alone",
)

SHAPE = (1, 16, 20, 20)


class Net:
    """Convolutions of 16 channels, dense or with 20% of their weights."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(5)
        self.g = Builder()
        self.y = self.conv(self.g.input("x", SHAPE), 1.0)

    def conv(self, x: Value, density: float, residual: Value | None = None) -> Value:
        w = self.rng.standard_normal((16, 16, 3, 3)) * (self.rng.random((16, 16, 3, 3)) < density)
        more = () if residual is None else (residual,)
        return self.g.apply(
            "conv2d", x, self.g.constant("w", w.astype(np.float32) / 8),
            self.g.constant("b", self.rng.standard_normal(16).astype(np.float32)), *more,
            name="conv", strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1), groups=1,
            activation="relu",
        )  # fmt: skip

    def graph(self) -> Graph:
        return self.g.build([self.conv(self.y, 1.0)])


def chain(length: int) -> Graph:
    """Sparse ones between two dense ones."""
    net = Net()
    for _ in range(length):
        net.y = net.conv(net.y, 0.2)
    return net.graph()


def blocks(count: int) -> Graph:
    """Sparse residual blocks between two dense convolutions."""
    net = Net()
    for _ in range(count):
        net.y = net.conv(net.conv(net.y, 0.2), 0.2, net.y)
    return net.graph()


def plan_with(graph: Graph, conversion: float) -> _core.Plan:
    """A plan where generated code takes half of a millisecond, all else 1, a conversion so much."""
    table = _core.ChoiceTable()
    make_plan(graph, threads=1, choices=table)
    for key, times in table.entries().items():
        for name in times:
            fast = name.startswith("conv2d_generated")
            ms = conversion if key.startswith("reorder") else 0.5 if fast else 1.0
            table.add(key, {name: ms})
    return make_plan(graph, threads=1, choices=table, guard=True)


def generated(plan: _core.Plan) -> list[bool]:
    """Of each convolution whether its code is generated."""
    return ["generated" in step["kernel"] for step in plan.steps() if step["op"] == "conv2d"]


@pytest.mark.parametrize(("length", "conversion"), [(3, 0.7), (1, 0.2), (6, 1.4)])
def test_a_chain_that_makes_up_for_its_two_conversions_is_generated(length, conversion):
    plan = plan_with(chain(length), conversion)

    assert generated(plan) == [False, *[True] * length, False]


@pytest.mark.parametrize(("length", "conversion"), [(3, 0.8), (1, 0.3), (6, 1.6)])
def test_a_chain_that_does_not_is_left_in_blocks(length, conversion):
    plan = plan_with(chain(length), conversion)

    assert not any(generated(plan))


def test_each_chain_counts_for_itself():
    net = Net()
    for length in (1, 4):
        for _ in range(length):
            net.y = net.conv(net.y, 0.2)
        net.y = net.conv(net.y, 1.0)
    graph = net.graph()

    assert generated(plan_with(graph, 0.6)) == [*[False] * 3, *[True] * 4, *[False] * 2]


def test_a_residual_is_converted_once_with_what_else_reads_it():
    """Of two blocks the first reads one value twice: two conversions in all, not three."""
    assert generated(plan_with(blocks(2), 0.9)) == [False, *[True] * 4, False]


@pytest.mark.parametrize("conversion", [0.1, 5.0])
def test_answers_are_those_of_the_reference_either_way(rng, conversion):
    graph = blocks(2)
    x = rng.standard_normal(SHAPE).astype(np.float32)
    (truth,) = runtime.reference(graph, {"x": x})

    (y,) = plan_with(graph, conversion).run([x])

    np.testing.assert_allclose(y, truth, rtol=1e-4, atol=1e-4 * np.abs(truth).max())


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("conversion", [0.1, 0.6])
def test_a_first_layer_reads_the_image_of_the_caller(channels, channels_last, conversion, rng):
    """Its weights are dense; the way in, and the way out where nothing else reads lines, count."""
    g = Builder()
    shape = (2, 15, 17, channels) if channels_last else (2, channels, 15, 17)
    x = rng.standard_normal(shape).astype(np.float32)
    image = g.input("x", shape)
    if channels_last:
        image = g.apply("transpose", image, perm=(0, 3, 1, 2))
    w = rng.standard_normal((16, channels, 3, 3)).astype(np.float32)
    y = g.apply(
        "conv2d", image, g.constant("w", w), g.constant("b", np.ones(16, np.float32)), name="conv",
        strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1), groups=1, activation="relu",
    )  # fmt: skip
    graph = g.build([y])
    (truth,) = runtime.reference(graph, {"x": x})

    plan = plan_with(graph, conversion)

    assert generated(plan) == [conversion < 0.25]
    np.testing.assert_allclose(plan.run([x])[0], truth, rtol=1e-5, atol=1e-5 * np.abs(truth).max())
