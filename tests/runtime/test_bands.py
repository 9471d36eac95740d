"""Convolutions whose results are too large for the caches, run together band by band."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from fastcnn import _core, runtime
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan

WIDE = 48


@dataclass(frozen=True)
class Block:
    """An expansion, a depthwise convolution and a projection, as in MobileNetV2."""

    images: int = 1
    channels: int = 16  # of the image
    stride: int = 1
    kernel: int = 3
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    dilation: int = 1
    first_kernel: int = 1
    residual: bool = False
    extra_rows: int = 0


def side() -> int:
    """Of images whose WIDE channels are over half of the second cache."""
    l2 = runtime.cpu_info()["l2_bytes"] or 1 << 20
    return math.isqrt(l2 // 8 // WIDE) + 2


def graph_of(block: Block, rng: np.random.Generator, *, apart: bool = False) -> Graph:
    """The block; `apart`: what passes between its layers is a result, too."""
    g = Builder()
    columns = side()
    rows = columns + block.extra_rows
    x = g.input("x", (block.images, block.channels, rows, columns))

    def conv(x: Value, name: str, weights: tuple[int, ...], *residual: Value, **attrs) -> Value:
        attrs = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1} | attrs
        w = rng.standard_normal(weights) / math.sqrt(math.prod(weights[1:]))
        return g.apply(
            "conv2d",
            x,
            g.parameter(f"{name}/w", w.astype(np.float32)),
            g.parameter(f"{name}/b", rng.standard_normal(weights[0]).astype(np.float32)),
            *residual,
            **attrs,
        )

    k, half = block.first_kernel, block.first_kernel // 2
    wide = conv(x, "expand", (WIDE, block.channels, k, k), pads=(half,) * 4, activation="relu6")
    deep = conv(
        wide,
        "depthwise",
        (WIDE, 1, block.kernel, block.kernel),
        strides=(block.stride,) * 2,
        pads=block.pads,
        dilations=(block.dilation, 1),
        groups=WIDE,
        activation="relu",
    )
    residual = (x,) if block.residual else ()
    y = conv(deep, "project", (block.channels, WIDE, 1, 1), *residual, activation="linear")
    return g.build([y, wide, deep] if apart else [y])


BLOCKS = {
    "one image": Block(),
    "three images": Block(images=3),
    "with the image added": Block(residual=True),
    "stride 2": Block(stride=2, pads=(0, 0, 1, 1)),
    "5 x 5": Block(kernel=5, pads=(2, 2, 2, 2)),
    "5 x 5, stride 2, odd rows": Block(kernel=5, stride=2, pads=(1, 2, 2, 1), extra_rows=1),
    "rows dilated": Block(dilation=2, pads=(2, 1, 2, 1)),
    "no borders": Block(pads=(0, 0, 0, 0)),
    "wide borders": Block(pads=(9, 1, 7, 1)),
    "3 plain channels, 3 x 3 first": Block(channels=3, first_kernel=3),
    "17 channels, 3 x 3 first": Block(channels=17, first_kernel=3, residual=True),
}


def bands_of(plan: _core.Plan) -> list[str]:
    return [step["name"] for step in plan.steps() if "band by band" in step["why"]]


@pytest.mark.parametrize("name", BLOCKS)
def test_equals_the_same_layers_apart(name, isa):
    block = BLOCKS[name]
    x = (
        np.random.default_rng(1)
        .standard_normal((block.images, block.channels, side() + block.extra_rows, side()))
        .astype(np.float32)
    )
    together = make_plan(graph_of(block, np.random.default_rng(0)), threads=1, guard=True)
    apart = make_plan(graph_of(block, np.random.default_rng(0), apart=True), threads=1)
    expected = apart.run([x])[0]

    (result,) = together.run([x])

    assert len(bands_of(together)) >= 2
    assert not bands_of(apart)
    np.testing.assert_array_equal(result, expected)


def test_equals_the_reference(isa):
    graph = graph_of(Block(residual=True), np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((1, 16, side(), side())).astype(np.float32)

    (result,) = make_plan(graph, threads=2).run([x])

    (truth,) = runtime.reference(graph, {"x": x})
    np.testing.assert_allclose(result, truth, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("threads", [2, 3, 64])
def test_threads_do_not_change_a_bit(threads):
    block = Block(images=2, residual=True)
    graph = graph_of(block, np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((2, 16, side(), side())).astype(np.float32)
    (expected,) = make_plan(graph, threads=1).run([x])

    (result,) = make_plan(graph, threads=threads).run([x])

    np.testing.assert_array_equal(result, expected)


def test_a_nan_reaches_what_it_reaches_apart():
    block = Block()
    x = np.zeros((1, 16, side(), side()), np.float32)
    x[0, 3, side() // 2, 5] = np.nan
    together = make_plan(graph_of(block, np.random.default_rng(0)), threads=1)
    apart = make_plan(graph_of(block, np.random.default_rng(0), apart=True), threads=1)

    np.testing.assert_array_equal(together.run([x])[0], apart.run([x])[0])


def test_what_passes_between_takes_no_memory():
    block = Block()
    whole = make_plan(graph_of(block, np.random.default_rng(0)), threads=1)
    wide_bytes = WIDE * side() * side() * 4

    assert whole.arena_bytes < 2 * wide_bytes


def test_each_layer_has_its_time():
    plan = make_plan(graph_of(Block(), np.random.default_rng(0)), threads=1)
    x = np.zeros((1, 16, side(), side()), np.float32)
    plan.run([x])

    milliseconds = plan.profile([x])

    assert len(milliseconds) == len(plan.steps())
    assert all(
        ms > 0
        for ms, step in zip(milliseconds, plan.steps(), strict=True)
        if step["op"] == "conv2d"
    )


def test_few_rows_for_many_threads_stay_apart():
    block = replace(Block(), stride=2)
    plan = make_plan(graph_of(block, np.random.default_rng(0)), threads=64)

    assert not bands_of(plan)
