"""What each rule does, and where it must not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fastcnn import passes
from fastcnn.errors import GraphError, ShapeError
from fastcnn.graph import Graph, Node
from fastcnn.ops import Builder, evaluate
from fastcnn.passes.order import in_order

NetFn = Callable[..., Any]


def ops(graph: Graph) -> Counter[str]:
    return Counter(node.op for node in graph.nodes)


def test_a_chain_becomes_one_node_a_layer(graphs: dict[str, Graph]) -> None:
    new, _ = passes.for_inference(graphs["chain"])

    # The first transpose moves an extent of 1, so it is a reshape; flatten is transpose, reshape.
    assert ops(new) == Counter(conv2d=2, dense=2, max_pool2d=1, softmax=1, transpose=1, reshape=2)
    activations = [node.attrs["activation"] for node in new.nodes if "activation" in node.attrs]
    assert activations == ["relu", "relu6", "relu", "linear"]


def test_residual_sums_and_their_activation_go_into_the_convolution(
    graphs: dict[str, Graph],
) -> None:
    new, _ = passes.for_inference(graphs["residual"])

    assert ops(new).keys().isdisjoint({"add", "relu"})
    # The second sum is of two convolutions of one image, which become one.
    (fused,) = [node for node in new.nodes if len(node.inputs) == 4]
    assert fused.attrs["activation"] == "relu"
    assert ops(new)["conv2d"] == 4


@pytest.mark.parametrize("rectifier", ["relu", "relu6"])
def test_a_normalisation_before_a_convolution_applies_the_rectifier(
    net: NetFn, rectifier: str
) -> None:
    n = net(4, 5, 5)
    y = n.batch_norm(n.x)
    y = n.relu(y) if rectifier == "relu" else n.b.apply("clip", y, low=0.0, high=6.0)
    graph = n.b.build([n.conv(y, 3)])

    new, reports = passes.for_inference(graph, check=True)

    assert [node.op for node in new.nodes] == ["batch_norm", "conv2d"]
    assert new.nodes[0].attrs["activation"] == rectifier
    assert all(report.kept for report in reports)


def test_a_convolution_added_to_itself_is_left(graphs: dict[str, Graph]) -> None:
    new = passes.FuseAdd()(graphs["branches"])

    assert ops(new)["add"] == 1


@pytest.mark.parametrize("shape", [(), (1, 1, 1, 1), (4, 1, 1)])
def test_a_sum_that_is_broadcast_is_no_residual(shape: tuple[int, ...]) -> None:
    g = Builder()
    x = g.input("x", (None, 4, 5, 5))
    w, b = (
        g.constant(name, np.ones(size, np.float32))
        for name, size in (("w", (4, 4, 1, 1)), ("b", 4))
    )
    window: dict[str, Any] = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
    y = g.apply("conv2d", x, w, b, groups=1, **window)
    graph = g.build([g.apply("add", y, g.constant("c", np.ones(shape, np.float32)))])

    assert ops(passes.FuseAdd()(graph)) == ops(graph)


def test_residual_sums_go_into_the_normalisation_in_training(graphs: dict[str, Graph]) -> None:
    training = passes.prepare_training(passes.FuseActivation()(graphs["residual"]))

    new, (report,) = passes.FuseResidual().run(training, check=True)

    assert report.kept
    assert report.largest_error == 0
    assert "add" not in ops(new)
    fused = [node for node in new.nodes if node.op == "batch_norm_train" and len(node.inputs) == 4]
    assert [node.attrs["activation"] for node in fused] == ["relu", "relu"]


def test_of_two_normalisations_that_are_added_the_later_adds(net: NetFn) -> None:
    n = net(3, 4, 4)
    first, second = n.batch_norm(n.conv(n.x, 4)), n.batch_norm(n.conv(n.x, 4))
    graph = passes.prepare_training(n.b.build([n.b.apply("add", first, second)]))

    new, (report,) = passes.FuseResidual().run(graph, check=True)

    assert report.kept
    assert "add" not in ops(new)
    (fused,) = [node for node in new.nodes if len(node.inputs) == 4]
    assert fused.inputs[3].name == first.name


def test_gradients_of_two_readers_are_added_by_a_convolution(
    graphs: dict[str, Graph], training: Callable[[Graph], Graph]
) -> None:
    graph = training(graphs["residual"])

    new, (report,) = passes.FuseGradientSum().run(graph, check=True)

    assert report.kept
    assert report.largest_error == 0
    assert ops(new)["add"] == ops(graph)["add"] - 2
    fused = [n for n in new.nodes if n.op == "conv2d_backward_data" and len(n.inputs) == 3]
    assert len(fused) == 2


@pytest.mark.parametrize("case", ["groups", "read twice", "broadcast", "rectified"])
def test_a_gradient_that_is_not_only_added_to_is_left(case: str) -> None:
    g = Builder()
    grad, w = g.input("grad", (None, 4, 5, 5)), g.input("w", (4, 4, 1, 1))
    if case == "groups":
        w = g.input("v", (4, 2, 1, 1))
    window: dict[str, Any] = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
    groups = 2 if case == "groups" else 1
    x = g.apply("conv2d_backward_data", grad, w, input_size=(5, 5), groups=groups, **window)
    other = g.input("other", (4, 1, 1)) if case == "broadcast" else grad
    y = g.apply("add", x, other, activation="relu" if case == "rectified" else "linear")
    graph = g.build([y, x] if case == "read twice" else [y])

    assert passes.FuseGradientSum().apply(graph)[1] == 0


@pytest.mark.parametrize("case", ["read twice", "rectified", "added to itself", "broadcast"])
def test_a_normalisation_that_is_not_only_added_to_is_left(net: NetFn, case: str) -> None:
    n = net(4, 4, 4)
    y = n.batch_norm(n.x)
    other, more = n.x, []
    if case == "read twice":
        more = [n.b.apply("sigmoid", y)]
    elif case == "rectified":
        y = n.relu(y)
    elif case == "added to itself":
        other = y
    else:
        other = n.parameter("p", 4, 1, 1)
    graph = n.b.build([n.b.apply("add", y, other), *more])
    training = passes.prepare_training(passes.FuseActivation()(graph))

    assert passes.FuseResidual().apply(training)[1] == 0


@pytest.mark.parametrize("rest", [(5, 7), (35,)])
def test_a_channel_shuffle_becomes_a_gather(rest: tuple[int, ...]) -> None:
    g = Builder()
    x = g.input("x", (None, 12, 5, 7))
    parts = g.apply("reshape", x, shape=(0, 3, 4, *rest))
    swapped = g.apply("transpose", parts, perm=(0, 2, 1, *range(3, 3 + len(rest))))
    graph = g.build([g.apply("reshape", swapped, shape=(0, 12, 5, 7))])

    new, _ = passes.for_inference(graph)

    assert ops(new) == Counter(gather=1)


def test_a_shuffle_that_is_read_halfway_is_left() -> None:
    g = Builder()
    x = g.input("x", (None, 12, 5, 7))
    parts = g.apply("reshape", x, shape=(0, 3, 4, 5, 7))
    swapped = g.apply("transpose", parts, perm=(0, 2, 1, 3, 4))
    graph = g.build([g.apply("reshape", swapped, shape=(0, 12, 5, 7)), swapped])

    assert ops(passes.ShuffleChannels()(graph)) == ops(graph)


def test_a_constant_that_several_nodes_read_below_transposes_is_reordered_for_each() -> None:
    g = Builder()
    x = g.apply("transpose", g.input("x", (None, 3, 4, 2)), perm=(0, 3, 1, 2))
    c = g.constant("c", np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    y = g.apply("multiply", g.apply("multiply", x, c), c)
    graph = g.build([g.apply("transpose", y, perm=(0, 2, 3, 1))])

    new, _ = passes.for_inference(graph, check=True)

    assert ops(new) == Counter(multiply=2)


def test_what_the_caller_reads_is_not_fused_away(graphs: dict[str, Graph]) -> None:
    new, _ = passes.for_inference(graphs["read_outside"])

    assert ops(new) == ops(graphs["read_outside"])


def test_an_output_of_an_identity_is_defined_by_what_feeds_it(graphs: dict[str, Graph]) -> None:
    new, _ = passes.for_inference(graphs["ends_in_identities"])

    assert ops(new) == Counter(conv2d=1, max_pool2d=1)
    assert new.nodes[0].output.name == graphs["ends_in_identities"].outputs[0].name


def test_folding_keeps_pruned_zeros_and_traits(net: NetFn) -> None:
    n = net(3, 4, 4)
    graph = n.b.build([n.batch_norm(n.conv(n.x, 4))])
    kernel = graph.nodes[0].inputs[1]
    data = kernel.data.copy()
    data[:2] = 0
    pruned = replace(kernel.with_data(data), traits=replace(kernel.traits, pruned=True))
    graph = graph.with_values({kernel.name: pruned})

    new = passes.FoldBatchNorm()(graph)

    folded = new.nodes[0].inputs[1]
    assert folded.traits.pruned
    np.testing.assert_array_equal(folded.data == 0, data == 0)


@pytest.mark.parametrize("groups", [1, 2])
def test_normalisation_folds_into_a_transposed_convolution(net: NetFn, groups: int) -> None:
    n = net(4, 5, 5)
    window: dict[str, Any] = {"strides": (2, 2), "pads": (1, 1, 1, 1), "dilations": (1, 1)}
    w, b = n.parameter("w", 4, 6 // groups, 3, 3), n.parameter("b", 6)
    y = n.b.apply("conv2d_transpose", n.x, w, b, groups=groups, **window)
    graph = n.b.build([n.relu(n.batch_norm(y))])

    new, reports = passes.for_inference(graph)

    assert ops(new) == Counter(conv2d_transpose=1)
    assert all(report.kept for report in reports)


def test_a_shared_kernel_is_folded_for_each_of_its_layers(net: NetFn) -> None:
    n = net(4, 4, 4)
    first = n.conv(n.x, 4)
    shared = n.b.apply("conv2d", n.x, *n.b._nodes[0].inputs[1:], **n.b._nodes[0].attrs)
    graph = n.b.build([n.batch_norm(first), n.batch_norm(shared)])

    new, reports = passes.for_inference(graph)

    assert ops(new) == Counter(conv2d=2)
    assert all(report.kept for report in reports)


def test_the_relu_moves_behind_the_pooling_for_training_only(graphs: dict[str, Graph]) -> None:
    training, _ = passes.for_training(graphs["chain"])
    order = [node.op for node in training.nodes]

    assert order.index("max_pool2d") < order.index("relu")


def test_a_pass_that_moves_the_outputs_is_undone_and_says_so(net: NetFn) -> None:
    class Wrong(passes.Rewrite):
        name = "wrong"
        anchors = ("relu",)

        def match(self, graph: Graph, node: Node) -> passes.Patch | None:
            return passes.Patch((node,), (replace(node, op="tanh"),))

    n = net(3)
    graph = n.b.build([n.relu(n.x)])

    kept, (report,) = Wrong().run(graph)

    assert kept is graph
    assert not report.kept
    assert report.largest_error > 0.1
    assert "undone" in str(report)


def test_specialize_fills_in_the_batch(graphs: dict[str, Graph]) -> None:
    new = passes.specialize(graphs["chain"], {"x": (7, 8, 8, 1)})

    assert new.outputs[0].shape == (7, 3)
    assert all(None not in value.shape for value in new.values.values())


def test_specialize_names_the_input_that_does_not_fit(graphs: dict[str, Graph]) -> None:
    with pytest.raises(ShapeError, match=r"input 'x'.*\[\?, 8, 8, 1\].*\[7, 9, 8, 1\]"):
        passes.specialize(graphs["chain"], {"x": (7, 9, 8, 1)})
    with pytest.raises(ShapeError, match="no input is named 'z'"):
        passes.specialize(graphs["chain"], {"z": (1,)})


def test_a_specialized_graph_can_be_optimised(graph: Graph) -> None:
    shapes = {value.name: (2, *value.shape[1:]) for value in graph.inputs}
    special = passes.specialize(graph, shapes)
    x = np.random.default_rng(0).standard_normal(shapes["x"])

    new, reports = passes.for_inference(special)

    assert all(report.kept for report in reports)
    before, after = evaluate(special, {"x": x}), evaluate(new, {"x": x})
    for value in graph.outputs:
        np.testing.assert_allclose(after[value.name], before[value.name], rtol=1e-5, atol=1e-5)


def test_nodes_are_ordered_and_a_cycle_is_named(graphs: dict[str, Graph]) -> None:
    nodes = graphs["residual"].nodes
    places = {node.name: place for place, node in enumerate(nodes)}

    assert in_order(tuple(reversed(nodes)), places) == nodes
    a, b = nodes[0], nodes[1]
    with pytest.raises(GraphError, match="wait for one another"):
        in_order((replace(a, inputs=b.outputs), replace(b, inputs=a.outputs)), places)
