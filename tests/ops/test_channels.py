"""Channel rules: what is tied to a channel of zeros can be taken out, and nothing changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fastcnn.graph import Graph, Node, Value
from fastcnn.ops import Builder, evaluate, get, names
from fastcnn.passes import infer
from tests.ops.cases import cases

SAME = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1)}
Index = tuple[str, int, int]
"""Name of a value, axis, index."""


def ties_of(node: Node) -> tuple[set[tuple[Index, Index]], set[tuple[str, int]]]:
    """Pairs of indices, and axes that are fixed."""
    pairs, fixed = set(), set()
    for tie in get(node.op).channels(node):
        if tie.b is None:
            fixed.add((tie.a.name, tie.a_axis))
            continue
        for i, j in zip(tie.a_index, tie.b_index, strict=True):
            pairs.add(((tie.a.name, tie.a_axis, int(i)), (tie.b.name, tie.b_axis, int(j))))
    return pairs, fixed


def removed_with(graph: Graph, start: Index) -> set[Index] | None:
    """Everything that goes with one index; None where a part of it is fixed."""
    neighbours: dict[Index, set[Index]] = {}
    fixed = {(value.name, axis) for value in graph.outputs for axis in range(value.type.rank)}
    for node in graph.nodes:
        pairs, axes = ties_of(node)
        fixed |= axes
        for a, b in pairs:
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    reached, waiting = {start}, [start]
    while waiting:
        for other in neighbours.get(waiting.pop(), set()) - reached:
            reached.add(other)
            waiting.append(other)
    return None if any((name, axis) in fixed for name, axis, _ in reached) else reached


def without(graph: Graph, removed: set[Index], attrs: dict[str, dict]) -> Graph:
    """The graph without those indices of its parameters; `attrs` replaces attributes by node."""

    def smaller(value: Value) -> Value:
        data = value.data
        for axis in range(value.type.rank):
            gone = [i for name, of, i in removed if (name, of) == (value.name, axis)]
            data = np.delete(data, gone, axis)
        return value.with_data(data)

    changed = {name: smaller(value) for name, value in graph.parameters.items()}
    graph = graph.with_values(changed)
    nodes = tuple(
        replace(node, attrs={**node.attrs, **attrs.get(node.name, {})}) for node in graph.nodes
    )
    return infer(replace(graph, nodes=nodes))


class Net:
    """A builder of small networks with random weights."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.g = Builder()

    def weight(self, name: str, *shape: int) -> Value:
        return self.g.parameter(name, self.rng.normal(size=shape).astype(np.float32))

    def conv(self, name: str, x: Value, outputs: int, groups: int = 1) -> Value:
        w = self.weight(f"{name}/w", outputs, x.shape[1] // groups, 3, 3)
        b = self.weight(f"{name}/b", outputs)
        return self.g.apply("conv2d", x, w, b, name=name, groups=groups, **SAME)

    def dense(self, name: str, x: Value, outputs: int) -> Value:
        w = self.weight(f"{name}/w", x.shape[1], outputs)
        return self.g.apply("dense", x, w, self.weight(f"{name}/b", outputs), name=name)

    def apply(self, op: str, *inputs: Value, **attrs) -> Value:
        return self.g.apply(op, *inputs, name=op, **attrs)


def silence(graph: Graph, removed: set[Index], writers: set[str]) -> Graph:
    """The same graph with the removed indices of the writing parameters (axis 0) set to zero."""
    data = {}
    for name, value in graph.parameters.items():
        array = value.data.copy()
        if name in writers:
            array[[i for of, axis, i in removed if (of, axis) == (name, 0)]] = 0
        data[name] = array
    return graph.with_data(data)


def check(graph: Graph, start: Index, writers: set[str], attrs: dict[str, dict]) -> set[Index]:
    """Removing what belongs to `start` equals silencing it."""
    removed = removed_with(graph, start)
    assert removed is not None, f"{start} is fixed"
    (image,) = graph.inputs
    x = np.random.default_rng(1).normal(size=(2, *image.shape[1:]))

    (output,) = graph.outputs
    expected = evaluate(silence(graph, removed, writers), {image.name: x})[output.name]
    smaller = without(graph, removed, attrs)
    actual = evaluate(smaller, {image.name: x})[output.name]

    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)
    return removed


def test_a_channel_goes_through_pooling_transpose_and_flatten_to_the_dense_layer(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 2, 4, 4))
    y = net.apply("relu", net.conv("conv", x, 5))
    y = net.apply("max_pool2d", y, kernel_size=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0))
    y = net.apply("reshape", net.apply("transpose", y, perm=(0, 2, 3, 1)), shape=(0, -1))
    graph = net.g.build([net.dense("dense", y, 3)])

    removed = check(graph, ("conv/w", 0, 3), {"conv/w", "conv/b"}, {})

    rows = {i for name, axis, i in removed if (name, axis) == ("dense/w", 0)}
    assert rows == {3, 8, 13, 18}


def test_a_residual_sum_ties_both_branches_and_the_normalisation(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    a = net.conv("first", x, 4)
    vectors = [net.weight(name, 4) for name in ("gamma", "beta", "mean")]
    variance = net.g.parameter("variance", np.ones(4, np.float32))
    b = net.g.apply("batch_norm", a, *vectors, variance, epsilon=1e-3, momentum=0.9)
    y = net.conv("second", net.apply("add", a, b), 2)
    graph = net.g.build([y])

    writers = {"first/w", "first/b", "gamma", "beta"}
    removed = check(graph, ("first/b", 0, 1), writers, {})

    assert {("gamma", 0, 1), ("variance", 0, 1), ("second/w", 1, 1)} <= removed


def test_concat_and_slice_shift_the_channels(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    y = net.apply("concat", net.conv("a", x, 2), net.conv("b", x, 4), axis=1)
    y = net.g.apply("slice", y, name="slice", axis=1, start=1, stop=5)
    graph = net.g.build([net.conv("c", y, 2)])

    removed = check(graph, ("b/w", 0, 2), {"b/w", "b/b"}, {"slice": {"stop": 4}})

    assert ("c/w", 1, 3) in removed
    assert ("concat", 1, 4) in removed


def test_a_depthwise_convolution_passes_channels_on(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    y = net.conv("depthwise", net.conv("first", x, 4), 8, groups=4)
    graph = net.g.build([net.conv("last", y, 2)])

    writers = {"first/w", "first/b", "depthwise/w", "depthwise/b"}
    removed = check(graph, ("first/w", 0, 2), writers, {"depthwise": {"groups": 3}})

    assert {i for name, axis, i in removed if (name, axis) == ("depthwise/w", 0)} == {4, 5}


def test_a_grouped_convolution_loses_the_same_place_in_every_group(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    y = net.conv("grouped", net.conv("first", x, 6), 8, groups=2)
    graph = net.g.build([net.conv("last", y, 2)])

    entering = check(graph, ("first/w", 0, 1), {"first/w", "first/b"}, {})
    leaving = check(graph, ("grouped/w", 0, 2), {"grouped/w", "grouped/b"}, {})

    assert {i for name, axis, i in entering if (name, axis) == ("first/w", 0)} == {1, 4}
    assert {i for name, axis, i in leaving if (name, axis) == ("grouped/w", 0)} == {2, 6}


def test_a_residual_input_of_a_convolution_is_tied_to_its_output(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    a = net.conv("first", x, 4)
    w, b = net.weight("second/w", 4, 4, 3, 3), net.weight("second/b", 4)
    y = net.g.apply("conv2d", a, w, b, a, name="second", groups=1, **SAME)
    graph = net.g.build([net.conv("last", y, 2)])

    writers = {"first/w", "first/b", "second/w", "second/b"}
    removed = check(graph, ("first/w", 0, 0), writers, {})

    assert {("second/w", 0, 0), ("second/w", 1, 0), ("last/w", 1, 0)} <= removed


def test_a_transposed_convolution_passes_channels_in_and_out(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    w, b = net.weight("up/w", 5, 6, 3, 3), net.weight("up/b", 6)
    y = net.g.apply("conv2d_transpose", net.conv("first", x, 5), w, b, name="up", groups=1, **SAME)
    graph = net.g.build([net.conv("last", y, 2)])

    entering = check(graph, ("first/w", 0, 1), {"first/w", "first/b"}, {})
    leaving = removed_with(graph, ("up/w", 1, 4))

    assert ("up/w", 0, 1) in entering
    assert leaving is not None
    assert {("up/b", 0, 4), ("last/w", 1, 4)} <= leaving


def test_a_channel_and_its_weight_go_together(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    a = net.conv("first", x, 4)
    s = net.apply("sigmoid", net.conv("gate", net.apply("global_average_pool2d", a), 4))
    graph = net.g.build([net.conv("last", net.apply("multiply", a, s), 2)])

    removed = check(graph, ("last/w", 1, 2), {"first/w", "first/b"}, {})

    assert {("first/w", 0, 2), ("gate/w", 0, 2), ("gate/w", 1, 2)} <= removed


def test_learnt_slopes_normalised_pixels_and_larger_images_keep_their_channels(rng):
    net = Net(rng)
    x = net.g.input("x", (None, 3, 4, 4))
    y = net.apply("prelu", net.conv("first", x, 4), net.weight("slope", 4, 1, 1))
    y = net.apply("instance_norm", y, net.weight("gamma", 4), net.weight("beta", 4), epsilon=1e-3)
    y = net.apply("resize", y, scales=(1.0, 1.0, 2.0, 2.0), mode="nearest")
    y = net.apply("reduce_mean", y, axes=(2, 3), keepdims=0)
    graph = net.g.build([net.dense("dense", y, 2)])

    removed = check(graph, ("first/w", 0, 3), {"first/w", "first/b", "beta"}, {})

    assert {("slope", 0, 3), ("gamma", 0, 3), ("dense/w", 0, 3)} <= removed


@pytest.mark.parametrize("op", ["softmax", "log_softmax", "squared_error", "reduce_mean"])
def test_classes_and_targets_are_fixed(op, rng):
    case = next(case for case in cases(op) if case.inputs(rng)[0].ndim == 2)
    g = Builder()
    inputs = [g.input("x", a.shape, a.dtype.name) for a in case.inputs(rng)]
    (node,) = g.build(g.apply_all(op, *inputs, **case.attrs)).nodes

    pairs, fixed = ties_of(node)

    assert pairs == set()
    assert ("x", 1) in fixed


@pytest.mark.parametrize("op", names())
def test_ties_lie_within_the_extents_and_leave_the_batch_alone(op, rng):
    for case in cases(op):
        g = Builder()
        inputs = [
            g.input("x", (None, *a.shape[1:]) if i in case.batched else a.shape, a.dtype.name)
            for i, a in enumerate(case.inputs(rng))
        ]
        (node,) = g.build(g.apply_all(op, *inputs, **case.attrs)).nodes

        for tie in get(op).channels(node):
            sides = [(tie.a, tie.a_axis, tie.a_index)]
            if tie.b is not None:
                sides.append((tie.b, tie.b_axis, tie.b_index))
                assert len(tie.a_index) == len(tie.b_index)
            for value, axis, index in sides:
                extent = value.shape[axis]
                assert extent is not None
                assert np.all((index >= 0) & (index < extent))


@pytest.mark.parametrize(
    ("shape", "target", "tied"),
    [
        ((None, 3, 4, 5), (0, -1), {(3, 1)}),
        ((None, 60), (0, 3, 4, 5), {(1, 3)}),
        ((None, 3, 4, 5), (0, 12, 5), {(2, 1), (3, 2)}),
        ((None, 8, 1, 1), (0, -1), {(1, 1)}),
        ((None, 8), (0, 8, 1, 1), {(1, 1)}),
        ((None, 2, 3, 5), (0, 3, 2, 5), {(3, 3)}),
        ((None, 4, 6), (0, 6, 4), set()),
        ((None, 3, 5), (-1, 5), set()),
    ],
)
def test_reshape_ties_what_it_can_map(shape, target, tied):
    g = Builder()
    x = g.input("x", shape)
    (node,) = g.build([g.apply("reshape", x, shape=target)]).nodes

    partners = set()
    for tie in get("reshape").channels(node):
        if tie.b is not None:
            axes = {tie.a.name: tie.a_axis, tie.b.name: tie.b_axis}
            partners.add((axes["x"], axes["reshape"]))

    assert partners == tied
