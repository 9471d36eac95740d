"""From layers to a graph: names, order, sharing, traits."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, random
from fastcnn.errors import GraphError, InvalidValueError
from fastcnn.graph import Traits
from fastcnn.layers import build_graph
from fastcnn.ops import evaluate


def layer_names(graph):
    return list(dict.fromkeys(node.layer for node in graph.nodes))


def test_layers_are_named_by_kind_and_number_in_the_order_they_were_called():
    x = layers.Input((8, 8, 1))
    a = layers.Conv2D(2, 3)(x)
    b = layers.Conv2D(2, 3)(x)
    c = layers.LeakyReLU()(layers.Add()([b, a]))

    graph = build_graph([x], [c])

    assert layer_names(graph) == ["input", "conv2d", "conv2d_1", "add", "leaky_re_lu"]


def test_names_do_not_depend_on_models_made_before():
    def make():
        x = layers.Input((4,))
        return build_graph([x], [layers.Dense(2)(layers.Dense(3)(x))])

    assert str(make()) == str(make())


def test_given_names_are_kept_and_others_keep_clear_of_them():
    x = layers.Input((4,), name="pixels")
    y = layers.Dense(2)(layers.Dense(3, name="dense")(x))

    graph = build_graph([x], [y])

    assert graph.inputs[0].name == "pixels"
    assert layer_names(graph) == ["dense", "dense_1"]


def test_one_name_for_two_layers_is_refused():
    x = layers.Input((4,))
    y = layers.Dense(2, name="a")(layers.Dense(3, name="a")(x))

    with pytest.raises(InvalidValueError, match="two layers are named 'a'"):
        build_graph([x], [y])


def test_a_layer_called_twice_shares_its_weights(rng):
    a, b = layers.Input((4,)), layers.Input((4,))
    shared = layers.Dense(3)

    graph = build_graph([a, b], [layers.Concatenate()([shared(a), shared(b)])])

    x = rng.standard_normal((2, 4))
    y = evaluate(graph, {"input": x, "input_1": x})[graph.outputs[0].name]
    assert list(graph.parameters) == ["dense/kernel", "dense/bias"]
    np.testing.assert_array_equal(y[:, :3], y[:, 3:])


def test_an_output_that_needs_an_input_not_given_is_refused():
    a, b = layers.Input((4,)), layers.Input((4,), name="other")

    with pytest.raises(GraphError, match="depends on InputLayer 'other'"):
        build_graph([a], [layers.Add()([a, b])])


def test_inputs_must_come_from_input():
    x = layers.Input((4,))
    y = layers.Dense(3)(x)

    with pytest.raises(GraphError, match=r"inputs must come from layers\.Input"):
        build_graph([y], [layers.Dense(3)(y)])


def test_what_the_outputs_do_not_need_is_left_out():
    x = layers.Input((4,))
    layers.Dense(9)(x)

    graph = build_graph([x], [layers.Dense(3)(x)])

    assert layer_names(graph) == ["dense"]


def test_several_outputs_and_an_input_that_is_an_output(rng):
    x = layers.Input((4, 4, 2))
    y = layers.Conv2D(3, 3)(x)

    graph = build_graph([x], [y, layers.Flatten()(y), x])

    values = evaluate(graph, {"input": rng.standard_normal((2, 4, 4, 2))})
    shapes = [values[value.name].shape for value in graph.outputs]
    assert shapes == [(2, 2, 2, 3), (2, 12), (2, 4, 4, 2)]


def test_an_image_of_open_size(rng):
    x = layers.Input((None, None, 3))
    y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = layers.GlobalAveragePooling2D()(layers.MaxPooling2D(2)(y))

    graph = build_graph([x], [layers.Dense(2)(y)])

    for size in ((8, 8), (9, 5)):
        values = evaluate(graph, {"input": rng.standard_normal((2, *size, 3))})
        assert values[graph.outputs[0].name].shape == (2, 2)


def test_convolutions_and_dense_layers_always_have_a_bias():
    x = layers.Input((4, 4, 1))
    y = layers.Conv2D(2, 3, use_bias=False)(x)

    graph = build_graph([x], [layers.Dense(2, use_bias=False)(layers.Flatten()(y))])

    for node in graph.nodes:
        if node.op in ("conv2d", "dense"):
            assert not node.inputs[2].is_parameter
            assert not node.inputs[2].data.any()


def test_traits_of_weights():
    x = layers.Input((4, 4, 1))
    y = layers.Conv2D(2, 3, kernel_regularizer="l1_l2", bias_regularizer="l1")(x)
    y = layers.BatchNormalization(gamma_regularizer=layers.regularizers.L2(0.5))(y)
    y = layers.Dense(2, trainable=False)(layers.Flatten()(y))

    graph = build_graph([x], [y])

    assert {name: value.traits for name, value in graph.parameters.items()} == {
        "conv2d/kernel": Traits(l1=0.01, l2=0.01),
        "conv2d/bias": Traits(l1=0.01),
        "batch_normalization/gamma": Traits(l2=0.5),
        "batch_normalization/beta": Traits(),
        "batch_normalization/moving_mean": Traits(trainable=False),
        "batch_normalization/moving_variance": Traits(trainable=False),
        "dense/kernel": Traits(trainable=False),
        "dense/bias": Traits(trainable=False),
    }


def test_one_seed_gives_one_set_of_weights():
    def make(seed):
        random.set_random_seed(seed)
        x = layers.Input((8, 8, 1))
        y = layers.Dropout(0.5)(layers.Conv2D(2, 3)(x))
        graph = build_graph([x], [layers.Dense(4)(layers.Flatten()(y))])
        (dropout,) = (node for node in graph.nodes if node.op == "dropout")
        return [value.data for value in graph.parameters.values()], dropout.attrs["seed"]

    first, first_seed = make(7)
    again, again_seed = make(7)
    other, other_seed = make(8)

    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert first_seed == again_seed != other_seed
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (layers.Conv2DTranspose, "conv2d_transpose"),
        (layers.GlobalAveragePooling1D, "global_average_pooling1d"),
        (layers.PReLU, "p_re_lu"),
        (layers.ReLU, "re_lu"),
        (layers.ELU, "elu"),
        (layers.UpSampling2D, "up_sampling2d"),
    ],
)
def test_layers_are_named_as_in_keras(layer, name):
    assert layer.default_name() == name
