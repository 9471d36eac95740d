"""Layers that become one: branches that are added, and layers that follow each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fastcnn import passes
from fastcnn.graph import Graph
from fastcnn.passes.check import Probe, difference

NetFn = Callable[..., Any]


def ops(graph: Graph) -> Counter[str]:
    return Counter(node.op for node in graph.nodes)


def same(before: Graph, after: Graph) -> bool:
    probe = Probe(before, batch=3, seed=1)
    return difference(probe.outputs(before), probe.outputs(after)) < 1e-6


def test_the_three_branches_of_repvgg_become_one_convolution(net: NetFn) -> None:
    n = net(4, 6, 6)
    wide, narrow = n.batch_norm(n.conv(n.x, 4)), n.batch_norm(n.conv(n.x, 4, kernel=1))
    both = n.b.apply("add", wide, narrow)
    graph = n.b.build([n.b.apply("add", both, n.batch_norm(n.x))])

    new = passes.MergeBranches()(passes.FoldBatchNorm()(graph))

    assert ops(new) == Counter(conv2d=1)
    assert new.nodes[0].inputs[1].shape == (4, 4, 3, 3)
    assert same(graph, new)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_the_image_itself_is_a_branch(net: NetFn, groups: int) -> None:
    n = net(4, 6, 6)
    graph = n.b.build([n.b.apply("add", n.x, n.conv(n.x, 4, groups=groups))])

    new = passes.MergeBranches()(graph)

    assert ops(new) == Counter(conv2d=1)
    assert same(graph, new)


def test_strides_and_uneven_pads_line_up(net: NetFn) -> None:
    n = net(4, 8, 8)
    branches = []
    for kernel, pads in ((3, (0, 0, 1, 1)), (1, (0, 0, 0, 0))):
        w, b = n.parameter("kernel", 6, 4, kernel, kernel), n.parameter("bias", 6)
        branches.append(
            n.b.apply("conv2d", n.x, w, b, strides=(2, 2), pads=pads, dilations=(1, 1), groups=1)
        )
    graph = n.b.build([n.b.apply("add", *branches)])

    new = passes.MergeBranches()(graph)

    assert ops(new) == Counter(conv2d=1)
    assert same(graph, new)


def test_branches_of_unlike_kind_stay(net: NetFn) -> None:
    n = net(4, 6, 6)
    other = n.b.apply("relu", n.x)
    sums = [
        n.b.apply("add", n.conv(n.x, 4), n.conv(other, 4)),
        n.b.apply("add", n.conv(n.x, 4, groups=2), n.conv(n.x, 4)),
        n.b.apply("add", n.b.apply("relu", n.conv(n.x, 4)), n.x),
    ]
    graph = n.b.build(sums)

    assert ops(passes.MergeBranches()(graph)) == ops(graph)


@pytest.mark.parametrize(
    ("first", "second"), [((1, 1), (3, 1)), ((3, 2), (1, 1)), ((3, 1), (1, 2))]
)
def test_two_convolutions_in_a_row_become_one(
    net: NetFn, first: tuple[int, int], second: tuple[int, int]
) -> None:
    n = net(3, 9, 9)
    y = n.x
    for (kernel, stride), channels, pad in ((first, 12, first[0] // 2), (second, 3, 0)):
        w = n.parameter("kernel", channels, y.shape[1], kernel, kernel)
        y = n.b.apply(
            "conv2d", y, w, n.parameter("bias", channels), strides=(stride, stride),
            pads=(pad,) * 4, dilations=(1, 1), groups=1,
        )  # fmt: skip
    graph = n.b.build([n.b.apply("relu", y)])

    new = passes.MergeLinear()(graph)

    assert ops(new) == Counter(conv2d=1, relu=1)
    assert same(graph, new)


def test_padding_after_a_bias_keeps_two_convolutions(net: NetFn) -> None:
    n = net(3, 6, 6)
    graph = n.b.build([n.conv(n.conv(n.x, 12, kernel=1), 3)])
    bias = graph.nodes[0].inputs[2]
    silent = graph.with_data({bias.name: np.zeros(12, np.float32)})

    assert ops(passes.MergeLinear()(graph)) == Counter(conv2d=2)
    merged = passes.MergeLinear()(silent)
    assert ops(merged) == Counter(conv2d=1)
    assert same(silent, merged)


def test_dense_layers_become_one_where_that_is_smaller(net: NetFn) -> None:
    n = net(8)
    wide, narrow = n.dense(n.dense(n.x, 16), 6), n.dense(n.dense(n.x, 2), 6)
    graph = n.b.build([wide, narrow])

    new = passes.MergeLinear()(graph)

    assert ops(new) == Counter(dense=3)
    assert same(graph, new)


def test_what_someone_else_reads_or_an_activation_divides_stays(net: NetFn) -> None:
    n = net(8)
    y = n.dense(n.x, 16)
    graph = n.b.build([y, n.dense(y, 4), n.dense(n.b.apply("relu", n.dense(n.x, 16)), 4)])

    assert ops(passes.MergeLinear()(graph)) == ops(graph)
