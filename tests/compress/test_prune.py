"""Pruning models."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net, recipes
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn import compress
from fastcnn.compress.prune import criteria
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model

BODY = ["conv", "max_pool", "residual", "depthwise"]


OF_WEIGHTS = sorted(
    set(criteria.names()) - {"activation_mean", "apoz", "batch_norm_scale", "geometric_median"}
)
_rng = np.random.default_rng(0)
DATA = _rng.random((16, 8, 8, 3), np.float32), _rng.random((16, 3)).astype(np.float32)


def compiled(graph: Graph) -> Model:
    made = Model.from_graph(graph)
    made.compile(optimizer="sgd", loss="mse")
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    return compiled(make_net(BODY, "flatten"))


def kernels(graph: Graph) -> dict[str, np.ndarray]:
    return {
        node.inputs[1].name: node.inputs[1].data
        for node in graph.nodes
        if node.op in ("conv2d", "dense")
    }


def sparsity(arrays: list[np.ndarray]) -> float:
    return 1 - sum(map(np.count_nonzero, arrays)) / sum(array.size for array in arrays)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9])
def test_each_layer_loses_the_share(model: Model, share: float) -> None:
    pruned = compress.prune(model, sparsity=share, scope="layer")

    for name, array in kernels(pruned.graph).items():
        assert np.count_nonzero(array == 0) == min(round(share * array.size), array.size - 1)
        assert pruned.graph.parameters[name].traits.pruned


def test_the_model_as_a_whole_loses_the_share(model: Model) -> None:
    pruned = compress.prune(model, sparsity=0.8, scope="global")

    arrays = list(kernels(pruned.graph).values())
    assert sparsity(arrays) == pytest.approx(0.8, abs=1e-3)
    assert len({round(sparsity([array]), 2) for array in arrays}) > 1
    assert all(array.any() for array in arrays)


def test_weights_are_pruned_globally_and_channels_by_layer_unless_told(model: Model) -> None:
    scopes = {
        structure: compress.prune(model, sparsity=0.5, structure=structure).records[0]
        for structure in ("weight", "channel")
    }

    assert scopes["weight"].details["scope"] == "global"
    assert scopes["channel"].details["scope"] == "layer"


def test_the_smallest_weights_go_and_the_others_stay(model: Model) -> None:
    pruned = compress.prune(model, sparsity=0.6, scope="layer")

    before, after = kernels(model.graph), kernels(pruned.graph)
    for name, array in after.items():
        kept = array != 0
        np.testing.assert_array_equal(array[kept], before[name][kept])
        assert np.abs(before[name][~kept]).max() <= np.abs(before[name][kept]).min()


def test_biases_and_normalisation_keep_their_values(model: Model) -> None:
    pruned = compress.prune(model, sparsity=0.9)

    for name in model.graph.parameters.keys() - kernels(model.graph).keys():
        assert pruned.graph.parameters[name].data is model.graph.parameters[name].data


@pytest.mark.parametrize("criterion", OF_WEIGHTS)
@pytest.mark.parametrize("scope", ["layer", "global"])
def test_pruning_further_keeps_old_zeros(model: Model, criterion: str, scope: str) -> None:
    once = compress.prune(model, sparsity=0.5)

    twice = compress.prune(once, sparsity=0.7, criterion=criterion, scope=scope, data=DATA)

    for name, array in kernels(once.graph).items():
        assert not kernels(twice.graph)[name][array == 0].any()
    assert sparsity(list(kernels(twice.graph).values())) == pytest.approx(0.7, abs=0.02)


def test_pruning_to_less_changes_nothing(model: Model) -> None:
    once = compress.prune(model, sparsity=0.7)

    again = compress.prune(once, sparsity=0.3)

    for name, array in kernels(once.graph).items():
        np.testing.assert_array_equal(kernels(again.graph)[name], array)


def test_chance_is_seeded_and_is_not_magnitude(model: Model) -> None:
    one, two, other = (
        compress.prune(model, sparsity=0.5, criterion="random", seed=seed) for seed in (1, 1, 2)
    )

    for name in kernels(model.graph):
        np.testing.assert_array_equal(kernels(one.graph)[name], kernels(two.graph)[name])
    assert any(
        not np.array_equal(kernels(one.graph)[name], kernels(other.graph)[name])
        for name in kernels(model.graph)
    )


def test_the_given_model_is_left_alone(model: Model) -> None:
    graph = model.graph
    copies = {name: value.data.copy() for name, value in graph.parameters.items()}

    for structure in ("weight", "channel"):
        compress.prune(model, sparsity=0.5, structure=structure)

    assert model.graph is graph
    assert model.records == ()
    for name, array in copies.items():
        np.testing.assert_array_equal(graph.parameters[name].data, array)


def test_channels_go_in_fact(model: Model) -> None:
    pruned = compress.prune(model, sparsity=0.5, structure="channel")

    before, after = kernels(model.graph), kernels(pruned.graph)
    assert after["kernel"].shape[0] == before["kernel"].shape[0] / 2
    assert after["kernel"].shape[1] == before["kernel"].shape[1]
    (record,) = pruned.records
    assert record.kind == "prune"
    figures = record.details
    assert figures["after"]["MACs"] < figures["before"]["MACs"] / 2
    assert figures["after"]["parameters"] < figures["before"]["parameters"] / 2


@given(
    recipe=recipes(),
    share=st.floats(0, 0.99),
    scope=st.sampled_from(["layer", "global"]),
    criterion=st.sampled_from(criteria.names()),
)
@settings(max_examples=15, deadline=None)
def test_any_network_still_runs_with_fewer_channels(
    recipe: dict[str, object], share: float, scope: str, criterion: str
) -> None:
    model = compiled(make_net(**recipe))

    pruned = compress.prune(
        model, sparsity=share, structure="channel", scope=scope, criterion=criterion, data=DATA
    )

    x = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    y = pruned.predict(x)
    assert y.shape == (2, 3)
    assert np.isfinite(y).all()
    assert pruned.count_params() <= model.count_params()


def test_the_weakest_channels_go(model: Model) -> None:
    graph = make_net(["conv"], "flatten")
    data = graph.parameters["kernel"].data.copy()
    data[[1, 4]] *= 1e-3
    weak = Model.from_graph(graph.with_data({"kernel": data}))

    pruned = compress.prune(weak, sparsity=2 / len(data), structure="channel")

    np.testing.assert_array_equal(kernels(pruned.graph)["kernel"], np.delete(data, [1, 4], axis=0))


def test_normalisation_counts_as_part_of_its_kernel() -> None:
    graph = make_net(["residual"], "flatten")
    norm = next(node for node in graph.nodes if node.op == "batch_norm")
    kernel = graph.producer(norm.inputs[0]).inputs[1]
    gamma = norm.inputs[1].data.copy()
    gamma[0] = 1e-6
    model = Model.from_graph(graph.with_data({norm.inputs[1].name: gamma}))

    pruned = compress.prune(model, sparsity=1 / len(gamma), structure="channel")

    left = pruned.graph.parameters[norm.inputs[1].name].data
    np.testing.assert_array_equal(left, gamma[1:])
    assert pruned.graph.parameters[kernel.name].data.shape[0] == len(gamma) - 1


def test_the_number_kept_is_rounded_up(model: Model) -> None:
    pruned = compress.prune(model, sparsity=0.5, structure="channel", round_to=4)

    width = kernels(model.graph)["kernel"].shape[0]
    assert width == 6
    assert kernels(pruned.graph)["kernel"].shape[0] == 4


@pytest.mark.parametrize("structure", ["weight", "channel"])
def test_excluded_layers_keep_everything(model: Model, structure: str) -> None:
    pruned = compress.prune(model, sparsity=0.5, structure=structure, exclude=["conv", "dense"])

    np.testing.assert_array_equal(kernels(pruned.graph)["kernel"], kernels(model.graph)["kernel"])
    assert sparsity([kernels(pruned.graph)["kernel_1"]]) > 0 or structure == "channel"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sparsity": 1.0}, r"sparsity must be in \[0, 1\), it is 1.0"),
        ({"sparsity": -0.1}, "sparsity"),
        ({"sparsity": float("nan")}, "sparsity"),
        ({"sparsity": 0.5, "structure": "block"}, "weight, kernel, .*, it is 'block'"),
        ({"sparsity": 0.5, "structure": "0x4"}, "at least one output and one input, it is 0x4"),
        ({"structure": "4:4"}, "1 <= N < M, it is 4:4"),
        ({"structure": "2:4", "sparsity": 0.6}, "2:4 has sparsity 0.5, not 0.6"),
        ({"sparsity": None}, "sparsity must be given"),
        ({"sparsity": {"conv": 1.5}}, r"sparsity of 'conv' must be in \[0, 1\), it is 1.5"),
        ({"sparsity": {"conf": 0.5}}, "no layer is named 'conf'"),
        ({"sparsity": lambda layer: 2}, "sparsity of 'conv' must be in"),
        ({"sparsity": {"conv": 0.5}, "scope": "global"}, "differs from layer to layer"),
        ({"sparsity": 0.5, "samples": 0}, "samples must be at least 1"),
        ({"sparsity": 0.5, "scope": "net"}, "layer or global, it is 'net'"),
        ({"sparsity": 0.5, "criterion": "age"}, "'age' is no criterion; known: activation_mean, "),
        ({"sparsity": 0.5, "exclude": ["convv"]}, "no layer is named 'convv'"),
        ({"sparsity": 0.5, "round_to": 0}, "round_to must be at least 1"),
        ({"sparsity": 0.5, "epochs": -1}, "epochs must be at least 0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_arguments_name_value_and_limit(
    model: Model, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidValueError, match=message):
        compress.prune(model, **arguments)


def test_fine_tuning_without_data_says_what_to_do(model: Model) -> None:
    with pytest.raises(CompressionError, match=r"give data=\(x, y\), .* or epochs=0"):
        compress.prune(model, sparsity=0.5, epochs=1)


def test_nothing_to_prune_is_told() -> None:
    model = Model.from_graph(make_net([], "flatten"))
    layers = ["conv", "dense", "dense_1"]
    names = {node.layer or node.name for node in model.graph.nodes}
    assert names.issuperset(layers)

    with pytest.raises(CompressionError, match="left to prune"):
        compress.prune(model, sparsity=0.5, exclude=layers)
    with pytest.raises(CompressionError, match="no channel can be removed"):
        compress.prune(model, sparsity=0.5, structure="channel", exclude=layers)
