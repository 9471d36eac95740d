"""Where zeros stand, for every structure, on networks of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compress_nets import Net, make_net, recipes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcnn import compress
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.structures.units import Units
from fastcnn.models import Model, load_model

BLOCKS = {"1x1": (1, 1), "1x16": (1, 16), "4x1": (4, 1), "2x3": (2, 3)}
CRITERIA = ("magnitude", "obc", "fisher", "movement", "random")
X = np.random.default_rng(0).random((16, 8, 8, 3), np.float32)
Y = np.random.default_rng(1).random((16, 3)).astype(np.float32)


def net(recipe: dict[str, object]) -> Model:
    made = Model.from_graph(make_net(**recipe))
    made.compile(optimizer="sgd", loss="mse")
    return made


def zeros(model: Model) -> dict[str, np.ndarray]:
    return {kernel.layer: kernel.data == 0 for kernel in find_kernels(model.graph)}


def units_of(kernel: Kernel, structure: str) -> list[np.ndarray]:
    """The weights of each unit, found by walking over the kernel: the definition, by hand."""
    matrix = kernel.matrix(kernel.data)
    outputs, inputs, taps = matrix.shape
    if structure == "kernel":
        return [matrix[o, i] for o in range(outputs) for i in range(inputs)]
    rows, columns = BLOCKS["1x1" if structure == "weight" else structure]
    return [
        matrix[o : o + rows, i : i + columns, t]
        for o in range(0, outputs, rows)
        for i in range(0, inputs, columns)
        for t in range(taps)
    ]


@given(
    recipe=recipes(),
    structure=st.sampled_from(["weight", "kernel", *BLOCKS]),
    scope=st.sampled_from(["layer", "global"]),
    criterion=st.sampled_from(CRITERIA),
    share=st.floats(0, 0.95),
)
@settings(max_examples=25, deadline=None)
def test_units_go_as_a_whole_and_the_share_is_met(
    recipe: dict[str, object], structure: str, scope: str, criterion: str, share: float
) -> None:
    model = net(recipe)

    pruned = compress.prune(
        model,
        sparsity=share,
        structure=structure,
        scope=scope,
        criterion=criterion,
        data=(X, Y),
    )

    kernels = list(find_kernels(pruned.graph))
    for kernel in kernels:
        assert kernel.value.traits.pruned
        assert kernel.data.any()
        for unit in units_of(kernel, structure):
            assert unit.all() or not unit.any()
        if scope == "layer":
            largest = max(unit.size for unit in units_of(kernel, structure))
            kept = next(unit.size for unit in units_of(kernel, structure) if unit.any())
            asked = min(share * kernel.data.size, kernel.data.size - kept)
            assert abs((kernel.data == 0).sum() - asked) <= max(largest / 2, 0.5) + largest // 2
    if scope == "global":
        largest = max(unit.size for kernel in kernels for unit in units_of(kernel, structure))
        total = sum(kernel.data.size for kernel in kernels)
        gone = sum((kernel.data == 0).sum() for kernel in kernels)
        assert gone <= round(share * total) + largest
        at_least = round(share * total) - largest * (1 + len(kernels))
        assert gone >= at_least


@given(
    recipe=recipes(),
    pattern=st.sampled_from([(2, 4), (4, 8), (1, 4), (1, 2), (3, 5)]),
    criterion=st.sampled_from(CRITERIA),
)
@settings(max_examples=20, deadline=None)
def test_n_of_m_neighbours_stay(
    recipe: dict[str, object], pattern: tuple[int, int], criterion: str
) -> None:
    n, m = pattern
    model = net(recipe)

    pruned = compress.prune(model, structure=f"{n}:{m}", criterion=criterion, data=(X, Y))

    for kernel in find_kernels(pruned.graph):
        matrix = kernel.matrix(kernel.data)
        for start in range(0, matrix.shape[1], m):
            group = matrix[:, start : start + m]
            kept = np.count_nonzero(group, axis=1)
            np.testing.assert_array_equal(kept, min(n, group.shape[1]))


@pytest.mark.parametrize("structure", ["weight", "2:4", "4x1", "kernel", "channel"])
@given(recipe=recipes(), criterion=st.sampled_from(["magnitude", "obc"]))
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_pruned_is_saved_as_it_is(
    tmp_path: Path, structure: str, recipe: dict[str, object], criterion: str
) -> None:
    share = None if ":" in structure else 0.5
    pruned = compress.prune(
        net(recipe), sparsity=share, structure=structure, criterion=criterion, data=X
    )

    pruned.save(tmp_path / "pruned.fcnn")
    loaded = load_model(tmp_path / "pruned.fcnn")

    np.testing.assert_array_equal(loaded.predict(X), pruned.predict(X))
    for name, value in pruned.graph.parameters.items():
        np.testing.assert_array_equal(loaded.graph.parameters[name].data, value.data)
        assert loaded.graph.parameters[name].traits == value.traits


def test_a_slice_of_the_lowest_scores_keeps_a_channel() -> None:
    net = Net()
    net.y = net.conv(net.y, 8)
    for kind in ("sliced", "global_average"):
        net.add(kind)
    net.dense(3)
    graph = net.build()
    kernel = graph.nodes[1].inputs[1]
    low = kernel.data * np.where(np.arange(8) < 4, 1e-3, 1).reshape(-1, 1, 1, 1)
    graph = graph.with_values({kernel.name: kernel.with_data(low.astype(np.float32))})

    pruned = compress.prune(Model.from_graph(graph), sparsity=0.75, structure="channel")

    lower, upper = (n for n in pruned.graph.nodes if n.op == "slice")
    assert (lower.output.shape[1], upper.output.shape[1]) == (1, 1)


@pytest.mark.parametrize("structure", ["weight", "2:4", "4x1", "kernel"])
def test_masks_hold_in_fine_tuning(structure: str) -> None:
    model = net({"body": ["residual", "grouped"], "head": "flatten"})
    share = None if ":" in structure else 0.6
    pruned = compress.prune(model, sparsity=share, structure=structure)

    tuned = compress.fine_tune(pruned, (X, Y), epochs=2, batch_size=4, learning_rate=0.01)

    before, after = zeros(pruned), zeros(tuned)
    for layer, mask in before.items():
        np.testing.assert_array_equal(after[layer], mask)
    moved = [
        not np.array_equal(a.data, b.data)
        for a, b in zip(find_kernels(pruned.graph), find_kernels(tuned.graph), strict=True)
    ]
    assert all(moved)


def test_each_layer_has_a_target_of_its_own() -> None:
    model = net({"body": ["conv"], "head": "flatten"})
    layers = [kernel.layer for kernel in find_kernels(model.graph)]
    shares = {layers[0]: 0.25, layers[2]: 0.75}

    by_dict = zeros(compress.prune(model, sparsity=shares))
    by_function = zeros(compress.prune(model, sparsity=lambda layer: shares.get(layer, 0.0)))

    for layer in layers:
        assert by_dict[layer].mean() == pytest.approx(shares.get(layer, 0), abs=0.02)
        np.testing.assert_array_equal(by_dict[layer], by_function[layer])


def test_channels_have_targets_too() -> None:
    model = net({"body": ["conv"], "head": "flatten", "structure": 4})
    first, second, *_ = find_kernels(model.graph)

    pruned = compress.prune(model, sparsity={second.layer: 0.5}, structure="channel")

    after = {kernel.layer: kernel.data.shape for kernel in find_kernels(pruned.graph)}
    assert after[first.layer][0] == first.data.shape[0]
    assert after[second.layer][0] == second.data.shape[0] / 2


def test_a_block_lies_over_outputs_and_inputs_at_one_tap() -> None:
    model = net({"body": [], "head": "flatten"})
    conv, dense, _ = find_kernels(model.graph)

    of_conv, of_dense = Units(2, 3).labels(conv), Units(1, 16).labels(dense)

    assert of_conv[0, 0, 1, 1] == of_conv[1, 2, 1, 1] != of_conv[0, 0, 1, 2]
    assert of_conv[0, 0, 1, 1] != of_conv[2, 0, 1, 1]
    assert of_dense[0, 0] == of_dense[15, 0] != of_dense[16, 0]
    assert of_dense[0, 0] != of_dense[0, 1]
