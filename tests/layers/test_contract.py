"""What every layer promises."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from fastcnn import layers, passes
from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph, file, verify
from fastcnn.layers import Layer, build_graph
from fastcnn.ops import evaluate
from tests.layers.layer_cases import CASES, Case

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def graph_of(case: Case) -> Graph:
    inputs, output = case.model()
    return build_graph(inputs, [output])


def run(graph: Graph, rng: np.random.Generator, batch: int = 2) -> np.ndarray:
    feeds = {value.name: rng.standard_normal((batch, *value.shape[1:])) for value in graph.inputs}
    return evaluate(graph, feeds)[graph.outputs[0].name]


def test_every_layer_has_a_case():
    classes = {
        name
        for name, item in vars(layers).items()
        if inspect.isclass(item) and issubclass(item, Layer) and item is not Layer
    }

    assert classes - {"InputLayer"} == {name.split()[0] for name in CASES}


@every_case
def test_the_output_has_the_shape_that_was_announced(case, rng):
    _, output = case.model()
    graph = graph_of(case)

    assert output.shape == (None, *case.output)
    assert graph.outputs[0].shape == (None, *case.output)
    assert run(graph, rng).shape == (2, *case.output)


@every_case
def test_the_graph_is_well_formed_and_its_types_are_inferred(case):
    graph = graph_of(case)

    verify(graph)
    assert str(passes.infer(graph)) == str(graph)


@every_case
def test_an_empty_batch_gives_an_empty_batch(case, rng):
    assert run(graph_of(case), rng, batch=0).shape == (0, *case.output)


@every_case
def test_every_node_bears_the_layers_name(case):
    names = {node.layer for node in graph_of(case).nodes}

    assert len(names - {value.name for value in graph_of(case).inputs}) == 1


@every_case
def test_saving_and_loading_keeps_every_bit(case, tmp_path, rng):
    graph = graph_of(case)
    state = rng.bit_generator.state

    file.save(tmp_path / "layer.fcnn", graph)
    loaded, _, _ = file.load(tmp_path / "layer.fcnn")

    assert str(loaded) == str(graph)
    for name, value in graph.values.items():
        assert loaded.values[name].traits == value.traits
        if value.data is not None:
            assert loaded.values[name].data.tobytes() == value.data.tobytes()
    before = run(graph, rng)
    rng.bit_generator.state = state
    assert np.array_equal(before, run(loaded, rng), equal_nan=True)


@every_case
def test_frozen_layers_have_nothing_to_train(case):
    layer = case.make()
    layer.trainable = False
    inputs = [layers.Input(shape) for shape in case.inputs]

    graph = build_graph(inputs, [layer(inputs if len(inputs) > 1 else inputs[0])])

    assert not any(value.is_trainable for value in graph.parameters.values())


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if "data_format" in vars(case.make())]
)
def test_channels_first_is_refused_with_the_remedy(name):
    layer = CASES[name].make()
    arguments = {
        key: value
        for key, value in vars(layer).items()
        if key in inspect.signature(type(layer)).parameters
    }

    with pytest.raises(UnsupportedError, match=r"channels_first.*\[N, H, W, C\]"):
        type(layer)(**{**arguments, "data_format": "channels_first"})
    type(layer)(**{**arguments, "data_format": "channels_last"})
