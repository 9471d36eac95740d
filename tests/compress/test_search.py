"""The dynamic program, the prices it counts in, and the search over both."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from compress_nets import make_net
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_times import proportional

from fastcnn.compress.choose.knapsack import knapsack
from fastcnn.compress.choose.latency import variant_of
from fastcnn.compress.choose.price import SizePrice, State, TimePrice, Work
from fastcnn.compress.choose.search import Search
from fastcnn.compress.choose.sensitivity import Point, Sensitivity
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.graph import Graph
from fastcnn.models import Model, file_size
from fastcnn.ops.statistics import statistics


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 4), st.floats(0.05, 1.2))
def test_the_dynamic_program_finds_what_trying_everything_finds(
    seed: int, items: int, options: int, tightness: float
) -> None:
    rng = np.random.default_rng(seed)
    weights = [rng.integers(-5, 20, options).astype(float) for _ in range(items)]
    costs = [rng.random(options) for _ in range(items)]
    least = sum(one.min() for one in weights)
    budget = float(np.ceil(least + tightness * (sum(one.max() for one in weights) - least)))

    chosen = knapsack(weights, costs, budget, bins=max(1, int(budget - least)))

    def total(arrays: list[np.ndarray], picks: tuple[int, ...]) -> float:
        return float(sum(one[pick] for one, pick in zip(arrays, picks, strict=True)))

    possible = [
        total(costs, picks)
        for picks in itertools.product(range(options), repeat=items)
        if total(weights, picks) <= budget
    ]
    assert total(weights, tuple(chosen)) <= budget
    assert total(costs, tuple(chosen)) == pytest.approx(min(possible))


def test_a_budget_out_of_reach_gives_the_lightest() -> None:
    assert knapsack([np.array([3.0, 1.0, 1.0])], [np.array([0.0, 9.0, 5.0])], -10.0) == [2]


def net() -> Graph:
    return make_net(["residual", "conv", "depthwise", "concat"], "global_average", structure=5)


def test_work_counts_the_weights_that_are_left_of_every_layer() -> None:
    graph = net()
    families = find_families(graph)
    half = variant_of(graph, ("channel", 0.5))

    work = Work(families, list(find_kernels(graph)))

    kept = {
        family.name: (len(family.groups) - round(0.5 * len(family.groups))) / len(family.groups)
        for family in families
    }
    sizes = {kernel.layer: kernel.data.size for kernel in find_kernels(half)}
    for kernel in find_kernels(graph):
        if kernel.node.attrs.get("groups", 1) == 1:
            expected = sizes[kernel.layer] / kernel.data.size
            assert work.of(kernel.layer, kept) == pytest.approx(expected), kernel.layer


def test_predicted_bytes_are_those_of_the_file() -> None:
    model = Model.from_graph(make_net(["conv"], "flatten", structure=2))
    families, kernels = find_families(model.graph), list(find_kernels(model.graph))
    price = SizePrice(file_size(model), Work(families, kernels), kernels)

    pruned = model.with_graph(variant_of(model.graph, ("channel", 0.5)))

    kept = {
        family.name: (len(family.groups) - round(0.5 * len(family.groups))) / len(family.groups)
        for family in families
    }
    saved = 4 * (statistics(model.graph).parameters - statistics(pruned.graph).parameters)
    assert price(State()) == pytest.approx(file_size(model))
    assert price(State()) - price(State(kept)) == pytest.approx(saved, rel=0.1)


def found(graph: Graph) -> Sensitivity:
    """Errors that grow with the share, by a factor of the part's own."""
    points = [
        Point(name, structure, share, (i + 1) * share**2, 1.0, None)
        for structure, names in (
            ("channel", [family.name for family in find_families(graph)]),
            ("weight", [kernel.layer for kernel in find_kernels(graph)]),
        )
        for i, name in enumerate(names)
        for share in (0.5, 0.9)
    ]
    return Sensitivity(tuple(points), None, 1, {})


@pytest.mark.parametrize("structures", [("weight",), ("channel",), ("weight", "channel")])
@pytest.mark.parametrize("speedup", [1.0, 1.5, 3.0])
def test_the_search_keeps_the_budget(structures: tuple[str, ...], speedup: float) -> None:
    graph = net()
    families, kernels = find_families(graph), list(find_kernels(graph))
    price = TimePrice(proportional(graph), Work(families, kernels), families)
    search = Search(families, found(graph), structures, price)

    state = search(price(State()) / speedup, 1.0)

    assert price(state) <= price(State()) / speedup * (1 + 1e-9)
    if speedup == 1:
        profile = search.profile(state)
        assert not profile.weights
        assert not profile.channels


@pytest.mark.parametrize("structures", [("weight",), ("channel",), ("weight", "channel")])
def test_neighbours_differ_in_one_part_and_in_price(structures: tuple[str, ...]) -> None:
    graph = net()
    families, kernels = find_families(graph), list(find_kernels(graph))
    price = TimePrice(proportional(graph), Work(families, kernels), families)
    search = Search(families, found(graph), structures, price)
    state = search(price(State()) / 3, 1.0)
    errors = {
        (item.name, item.is_family): dict(zip(item.options, item.errors, strict=True))
        for item in search.items
    }

    for what, other, rise in search.neighbours(state):
        families_changed = [
            name
            for name in {**state.kept, **other.kept}
            if state.kept.get(name, 1.0) != other.kept.get(name, 1.0)
        ]
        layers_changed = [
            layer
            for layer in {**state.weights, **other.weights}
            if state.weights.get(layer, ("", 0.0))[1] != other.weights.get(layer, ("", 0.0))[1]
        ]
        changed = [f"channels of {name}" for name in families_changed]
        assert [*changed, *(f"weights of {layer}" for layer in layers_changed)] == [what]
        assert rise * (price(other) - price(state)) <= 0
        for name in families_changed:
            now, then = state.kept.get(name, 1.0), other.kept.get(name, 1.0)
            assert rise == pytest.approx(errors[name, True][then] - errors[name, True][now])


def test_parts_that_cost_more_lose_less() -> None:
    graph = make_net(["conv", "conv"], "global_average", structure=5)
    kernels = list(find_kernels(graph))
    price = TimePrice(proportional(graph), Work([], kernels), [])
    dear = kernels[1].layer
    points = [
        Point(k.layer, "weight", s, (100.0 if k.layer == dear else 1.0) * s, 1.0, None)
        for k in kernels
        for s in (0.5, 0.98)
    ]

    state = Search([], Sensitivity(tuple(points), None, 1, {}), ("weight",), price)(
        0.7 * price(State()), 1.0
    )

    lost = {layer: share for layer, (_, share) in state.weights.items()}
    assert lost.get(dear, 0.0) < max(lost.values())
