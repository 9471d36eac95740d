"""What every pass promises, for every registered pass and a set of graphs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fastcnn import passes
from fastcnn.errors import GraphError
from fastcnn.graph import Graph
from fastcnn.passes.check import Probe, difference

every_pass = pytest.mark.parametrize("pass_", passes.ALL, ids=lambda pass_: pass_.name)

ROUNDING = 1e-6
"""A folded weight is rounded once in float32, by at most 6e-8 of its size."""


@every_pass
def test_names_and_types_of_inputs_and_outputs_are_kept(pass_: passes.Pass, graph: Graph) -> None:
    new = pass_(graph)

    for before, after in ((graph.inputs, new.inputs), (graph.outputs, new.outputs)):
        for old, now in zip(before, after, strict=True):
            assert (old.name, old.type.dtype) == (now.name, now.type.dtype)
            assert all(a in (None, b) for a, b in zip(old.shape, now.shape, strict=True))


@every_pass
def test_outputs_are_kept_for_any_batch(pass_: passes.Pass, graph: Graph) -> None:
    new = pass_(graph)

    for batch in (1, 3):
        probe = Probe(graph, batch=batch, seed=batch)
        assert difference(probe.outputs(graph), probe.outputs(new)) < ROUNDING


@every_pass
def test_the_given_graph_is_untouched(pass_: passes.Pass, graph: Graph) -> None:
    text = str(graph)
    data = {name: value.data.copy() for name, value in graph.parameters.items()}

    pass_(graph)

    assert str(graph) == text
    for name, array in data.items():
        np.testing.assert_array_equal(graph.parameters[name].data, array)


@every_pass
def test_twice_equals_once(pass_: passes.Pass, graph: Graph) -> None:
    once, _ = pass_.apply(graph)

    twice, changes = pass_.apply(once)

    assert changes == 0
    assert str(twice) == str(once)


@every_pass
def test_each_pass_changes_one_of_the_graphs_at_least(
    pass_: passes.Pass, graphs: dict[str, Graph], training: Callable[[Graph], Graph]
) -> None:
    given = (*graphs.values(), training(graphs["residual"]))

    assert any(pass_.apply(graph)[1] for graph in given)


@every_pass
def test_types_after_a_pass_are_what_inference_gives(pass_: passes.Pass, graph: Graph) -> None:
    new = pass_(graph)

    assert str(passes.infer(new)) == str(new)


@pytest.mark.parametrize(
    "pass_", [p for p in passes.ALL if p.for_inference_only], ids=lambda pass_: pass_.name
)
def test_passes_for_inference_refuse_the_training_form(
    pass_: passes.Pass, graphs: dict[str, Graph]
) -> None:
    training = passes.prepare_training(graphs["chain"])

    with pytest.raises(GraphError, match=f"{pass_.name}.*training form"):
        pass_(training)


def test_the_inference_sequence_keeps_every_graph(graph: Graph) -> None:
    new, reports = passes.for_inference(graph)

    probe = Probe(graph, batch=2)
    assert difference(probe.outputs(graph), probe.outputs(new)) < ROUNDING
    assert all(report.kept and report.largest_error < ROUNDING for report in reports)


def test_the_training_sequence_keeps_every_graph_and_all_its_parameters(graph: Graph) -> None:
    new, _ = passes.for_training(graph)

    probe = Probe(graph, batch=2)
    assert difference(probe.outputs(graph), probe.outputs(new)) == 0
    live = passes.remove_dead_nodes(graph).parameters
    assert {name: id(value.data) for name, value in new.parameters.items()} == {
        name: id(value.data) for name, value in live.items()
    }
