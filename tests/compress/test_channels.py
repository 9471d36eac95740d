"""Removing channels, with all that depends on them."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from compress_nets import Net, make_net, recipes
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn.compress.channels import Group, coupled_groups
from fastcnn.compress.remove_channels import remove_channels
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.ops import evaluate

SHIFTS = ("bias", "beta", "mean")
EXAMPLES = int(os.environ.get("FASTCNN_PROPERTY_EXAMPLES", "200"))
"""Random networks that are tried; thousands of them take minutes."""


def outputs(graph: Graph, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((2, 8, 8, 3))
    return evaluate(graph, {"x": x})[graph.outputs[0].name]


def makers(graph: Graph) -> set[tuple[str, int]]:
    """The axis of each kernel along which its outputs lie."""
    return {
        (node.inputs[1].name, 0 if node.op == "conv2d" else 1)
        for node in graph.nodes
        if node.op in ("conv2d", "dense")
    }


def removable(graph: Graph) -> list[Group]:
    made = makers(graph)
    return [
        group for group in coupled_groups(graph) if not group.fixed and made & group.members.keys()
    ]


def silenced(graph: Graph, groups: list[Group]) -> Graph:
    """The graph with those channels zero: their kernels make nothing, nothing shifts them."""
    data = {name: value.data.copy() for name, value in graph.parameters.items()}
    made = makers(graph)
    for group in groups:
        for (name, axis), indices in group.members.items():
            if (name, axis) in made or name.startswith(SHIFTS):
                np.moveaxis(data[name], axis, 0)[indices] = 0
    return graph.with_data(data)


@given(recipe=recipes(), data=st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_channels_that_hold_zeros_can_go_without_a_trace(
    recipe: dict[str, object], data: st.DataObject
) -> None:
    graph = make_net(**recipe)
    groups = removable(graph)
    by_axes: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        by_axes.setdefault(tuple(group.members), []).append(group)
    chosen = [
        group
        for family in by_axes.values()
        for group in data.draw(st.permutations(family))[
            : data.draw(st.integers(0, len(family) - 1))
        ]
    ]
    zeros = silenced(graph, chosen)

    smaller = remove_channels(zeros, chosen)

    np.testing.assert_allclose(outputs(smaller), outputs(zeros), rtol=1e-9, atol=1e-9)
    count = sum(value.data.size for value in graph.parameters.values())
    left = sum(value.data.size for value in smaller.parameters.values())
    assert left < count or not chosen


@given(recipe=recipes())
@settings(max_examples=30, deadline=None)
def test_every_index_is_in_one_group(recipe: dict[str, object]) -> None:
    graph = make_net(**recipe)
    seen: set[tuple[str, int, int]] = set()

    for group in coupled_groups(graph):
        for (name, axis), indices in group.members.items():
            members = {(name, axis, int(i)) for i in indices}
            assert len(members) == len(indices)
            assert seen.isdisjoint(members)
            seen |= members

    for value in graph.parameters.values():
        kept = {(value.name, 0, i) for i in range(value.data.shape[0])}
        assert kept <= seen


def test_inputs_and_outputs_are_fixed() -> None:
    graph = make_net(["conv"], "flatten")

    fixed = [group for group in coupled_groups(graph) if group.fixed]

    axes = {axis for group in fixed for axis in group.members}
    assert ("x", 3) in axes
    assert (graph.outputs[0].name, 1) in axes
    assert (graph.nodes[-1].inputs[1].name, 1) in axes


def test_a_sum_ties_what_it_adds() -> None:
    net = Net()
    a = net.conv(net.y, 4)
    net.y = net.b.apply("add", net.conv(a, 4), a)
    net.add("global_average")
    net.dense(2)
    graph = net.build()

    (first, *_) = removable(graph)

    kernels = [name for name, axis in first.members if name.startswith("kernel") and axis == 0]
    assert kernels == ["kernel", "kernel_1", "kernel_2"]


def test_flattening_ties_one_channel_to_all_its_pixels() -> None:
    graph = make_net([], "flatten")

    group = removable(graph)[0]

    ((_, rows),) = [item for item in group.members.items() if item[0] == ("kernel_1", 0)]
    width = graph.parameters["kernel"].data.shape[0]
    np.testing.assert_array_equal(rows, np.arange(64) * width + rows[0])


def test_a_depthwise_convolution_loses_groups() -> None:
    graph = make_net(["depthwise"], "global_average", structure=3)
    before = next(node for node in graph.nodes if node.attrs.get("groups", 1) > 1)

    smaller = remove_channels(graph, removable(graph)[:1])

    after = next(node for node in smaller.nodes if node.name == before.name)
    assert after.attrs["groups"] == before.attrs["groups"] - 1
    assert after.inputs[0].shape[1] == before.inputs[0].shape[1] - 1


def test_a_slice_follows_the_channels_that_are_left() -> None:
    net = Net()
    y = net.conv(net.y, 6)
    net.y = net.conv(net.b.apply("slice", y, axis=1, start=2, stop=6), 2)
    net.add("global_average")
    graph = net.build()
    groups = removable(graph)

    smaller = remove_channels(graph, [groups[0], groups[3], groups[4]])

    cut = next(node for node in smaller.nodes if node.op == "slice")
    assert (cut.attrs["start"], cut.attrs["stop"]) == (1, 3)


def test_explicit_reshapes_follow() -> None:
    net = Net()
    y = net.b.apply("transpose", net.conv(net.y, 4), perm=(0, 2, 3, 1))
    net.y = net.b.apply("reshape", y, shape=(0, 8 * 8 * 4))
    net.dense(2)
    graph = net.build()

    smaller = remove_channels(graph, removable(graph)[:1])

    shape = next(node for node in smaller.nodes if node.op == "reshape").attrs["shape"]
    assert shape == (0, 8 * 8 * 3)


def test_what_is_fixed_cannot_go() -> None:
    graph = make_net([], "flatten")
    fixed = next(group for group in coupled_groups(graph) if group.fixed)

    with pytest.raises(CompressionError, match="are fixed"):
        remove_channels(graph, [fixed])


def test_an_axis_is_never_emptied() -> None:
    graph = make_net([], "flatten")
    family = removable(graph)[: graph.parameters["kernel"].data.shape[0]]

    with pytest.raises(CompressionError, match="keep no channel"):
        remove_channels(graph, family)


def test_traits_are_kept() -> None:
    graph = make_net([], "flatten")
    kernel = graph.parameters["kernel"]
    graph = graph.with_values({"kernel": replace(kernel, traits=replace(kernel.traits, l2=0.5))})

    smaller = remove_channels(graph, removable(graph)[:1])

    assert smaller.parameters["kernel"].traits.l2 == 0.5
