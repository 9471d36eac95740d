"""The two forms of fusing, on graphs."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import Net, make_net, recipes
from hypothesis import given, settings

from fastcnn.compress.fuse.compact import average
from fastcnn.compress.fuse.exact import fuse_exact
from fastcnn.compress.fuse.families import find_families, permuted
from fastcnn.compress.fuse.match import match_by_weights
from fastcnn.compress.fuse.same import correspond
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.ops import evaluate


def outputs(graph: Graph, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((2, 8, 8, 3))
    return evaluate(graph, {"x": x})[graph.outputs[0].name]


@given(recipe=recipes())
@settings(max_examples=25, deadline=None)
def test_the_exact_form_gives_the_mean_of_its_models(recipe: dict[str, object]) -> None:
    graphs = [make_net(**recipe, seed=seed) for seed in range(3)]

    fused = fuse_exact(graphs)

    mean = np.mean([outputs(graph) for graph in graphs], axis=0)
    np.testing.assert_allclose(outputs(fused), mean, rtol=1e-9, atol=1e-9)
    assert [(v.name, v.type) for v in fused.inputs] == [(v.name, v.type) for v in graphs[0].inputs]


def with_softmax(seed: int) -> Graph:
    net = Net(seed=seed)
    for kind in ("conv", "max_pool", "conv", "flatten"):
        net.add(kind)
    net.dense(4)
    net.y = net.b.apply("softmax", net.y)
    return net.build()


def test_probabilities_are_averaged_not_logits() -> None:
    graphs = [with_softmax(seed) for seed in range(2)]

    fused = outputs(fuse_exact(graphs))

    np.testing.assert_allclose(fused, (outputs(graphs[0]) + outputs(graphs[1])) / 2, rtol=1e-9)
    np.testing.assert_allclose(fused.sum(axis=1), 1, rtol=1e-9)


def test_layers_become_one_layer() -> None:
    fused = fuse_exact([with_softmax(seed) for seed in range(3)])

    convolutions = [node for node in fused.nodes if node.op == "conv2d"]
    assert [node.attrs["groups"] for node in convolutions] == [1, 3]
    (dense,) = (node for node in fused.nodes if node.op == "dense")
    kernel = dense.inputs[1]
    assert kernel.traits.pruned
    assert np.count_nonzero(kernel.data) <= kernel.data.size / 3


@given(recipe=recipes())
@settings(max_examples=25, deadline=None)
def test_permuting_neurons_alone_keeps_the_function(recipe: dict[str, object]) -> None:
    graph = make_net(**recipe)
    (names,) = correspond([graph])
    families = find_families(graph)
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(family.groups)) for family in families]

    moved = permuted(graph, names, families, orders)

    np.testing.assert_allclose(outputs(moved), outputs(graph), rtol=1e-9, atol=1e-9)


@given(recipe=recipes())
@settings(max_examples=20, deadline=None)
def test_matching_by_weights_finds_a_permuted_copy(recipe: dict[str, object]) -> None:
    pytest.importorskip("scipy")
    graph = make_net(**recipe)
    (names,) = correspond([graph])
    families = find_families(graph)
    rng = np.random.default_rng(1)
    shuffled = permuted(graph, names, families, [rng.permutation(len(f.groups)) for f in families])

    orders = match_by_weights(graph, shuffled, names, families)

    found = permuted(shuffled, names, families, orders)
    for name, value in graph.parameters.items():
        np.testing.assert_array_equal(found.parameters[name].data, value.data)


def test_averages_are_means_of_every_parameter() -> None:
    graphs = [make_net(["conv"], "flatten", seed=seed) for seed in range(3)]

    merged = average(graphs)

    for name, value in merged.parameters.items():
        mean = np.mean([graph.parameters[name].data for graph in graphs], axis=0)
        np.testing.assert_allclose(value.data, mean, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (make_net(["relu"], "flatten"), "model 1 has transpose, model 2 has relu"),
        (make_net([], "flatten", structure=1), r"float32\[6, 3, 3, 3\], model 2 .*\[4, 3, 3, 3\]"),
        (make_net([], "global_max"), "model 2 has global_max_pool2d"),
        (make_net(["strided"], "flatten"), "model 1 has transpose, model 2 has conv2d"),
    ],
    ids=["op", "width", "head", "layer"],
)
def test_the_first_difference_is_named(other: Graph, message: str) -> None:
    with pytest.raises(CompressionError, match=f"fuse: the models must be built alike.*{message}"):
        fuse_exact([make_net([], "flatten"), other])


def test_attributes_must_agree() -> None:
    plain, strided = Net(), Net()
    plain.y = plain.conv(plain.y, 4)
    strided.y = strided.conv(strided.y, 4, stride=2)

    with pytest.raises(CompressionError, match="strides"):
        correspond([plain.build(), strided.build()])
