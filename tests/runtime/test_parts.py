"""Parts that are written where the whole will lie, and runs of a value that are read in place."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn import runtime
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan

UNARY = ("relu", "tanh", "sigmoid", "negative")


def check(graph: Graph, x: np.ndarray) -> int:
    """Compares a plan of `graph` with the reference; gives the bytes of its arena."""
    plan = make_plan(graph, threads=1)
    truth = runtime.reference(graph, {"x": x})
    for result, expected in zip(plan.run([x]), truth, strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)
    return plan.arena_bytes


def double(g: Builder, value: Value) -> Value:
    return g.apply("scale", value, factor=2.0)


def test_parts_of_a_concatenation_take_no_memory_of_their_own(rng):
    g = Builder()
    x = g.input("x", (1, 1024))
    whole = g.apply("concat", g.apply("relu", x), g.apply("tanh", x), axis=1)

    arena = check(g.build([double(g, whole)]), rng.standard_normal((1, 1024)).astype(np.float32))

    assert arena == 2 * 1024 * 4


def test_features_gathered_again_and_again_lie_in_one_place(rng):
    g = Builder()
    features = [g.apply("relu", g.input("x", (1, 1024)))]
    for _ in range(3):
        gathered = g.apply("concat", *features, axis=1) if len(features) > 1 else features[0]
        features.append(g.apply("tanh", g.apply("slice", gathered, axis=1, start=0, stop=1024)))
    last = g.apply("concat", *features, axis=1)

    arena = check(g.build([double(g, last)]), rng.standard_normal((1, 1024)).astype(np.float32))

    assert arena == 4 * 1024 * 4


def test_blocks_of_channels_are_parts_too(rng):
    g = Builder()
    x = g.input("x", (1, 16, 5, 7))

    def conv(value: Value, name: str, channels: int) -> Value:
        shape = (16, channels, 3, 3)
        w = g.parameter(f"{name}/w", (rng.standard_normal(shape) / 12).astype(np.float32))
        b = g.parameter(f"{name}/b", rng.standard_normal(16).astype(np.float32))
        return g.apply(
            "conv2d", value, w, b, strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1),
            groups=1, activation="relu",
        )  # fmt: skip

    a, b = conv(x, "a", 16), conv(x, "b", 16)
    whole = g.apply("concat", a, b, a, axis=1)
    second = g.apply("slice", whole, axis=1, start=16, stop=32)

    check(
        g.build([conv(whole, "c", 48), conv(second, "d", 16)]),
        rng.standard_normal((1, 16, 5, 7)).astype(np.float32),
    )


@st.composite
def graphs(draw) -> Graph:
    """Concatenations, slices, sums and functions of one row, in any order."""
    g = Builder()
    values = [g.input("x", (1, 32))]
    for _ in range(draw(st.integers(1, 12))):
        value = draw(st.sampled_from(values))
        width = value.shape[1]
        kind = draw(st.sampled_from(("unary", "add", "concat", "slice", "reshape")))
        if kind == "concat" and width < 512:
            others = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))
            value = g.apply("concat", value, *others, axis=1)
        elif kind == "slice":
            start = draw(st.integers(0, width // 8 - 1)) * 8
            stop = draw(st.integers(start // 8 + 1, width // 8)) * 8
            value = g.apply("slice", value, axis=1, start=start, stop=stop)
        elif kind == "add":
            alike = [other for other in values if other.shape == value.shape]
            value = g.apply("add", value, draw(st.sampled_from(alike)), activation="linear")
        elif kind == "reshape":
            value = g.apply("reshape", g.apply("reshape", value, shape=(width,)), shape=(1, width))
        else:
            value = g.apply(draw(st.sampled_from(UNARY)), value)
        values.append(value)
    outputs = draw(st.lists(st.sampled_from(values[1:]), min_size=1, max_size=3, unique=True))
    return g.build([*outputs, values[-1]])


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_what_shares_memory_never_shows(graph):
    check(graph, np.random.default_rng(4).standard_normal((1, 32)).astype(np.float32))
