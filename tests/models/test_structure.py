"""Layers, shapes and weights of models."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, models, random
from fastcnn.errors import DataError, GraphError, InvalidValueError, ShapeError, UnsupportedError
from fastcnn.models import Model
from fastcnn.runtime import reference
from tests.models.nets import blobs, compile_model, residual, same_weights, small


def outputs(model: Model, x: np.ndarray) -> np.ndarray:
    return reference(model.graph, {model.graph.inputs[0].name: x})[0]


def test_layers_show_kind_and_shape():
    shown = [(layer.name, layer.kind, layer.output_shape) for layer in residual().layers]

    assert shown == [
        ("conv2d", "Conv2D", (None, 8, 8, 4)),
        ("batch_normalization", "BatchNormalization", (None, 8, 8, 4)),
        ("depthwise_conv2d", "DepthwiseConv2D", (None, 8, 8, 4)),
        ("add", "Add", (None, 8, 8, 4)),
        ("separable_conv2d", "SeparableConv2D", (None, 6, 6, 6)),
        ("global_average_pooling2d", "GlobalAveragePooling2D", (None, 6)),
        ("dropout", "Dropout", (None, 6)),
        ("dense", "Dense", (None, 3)),
    ]


def test_the_last_layer_of_an_image_model_shows_the_users_shape():
    x = layers.Input((8, 7, 2))
    model = models.Model(x, layers.Conv2D(5, 3)(x))

    assert model.layers[-1].output_shape == model.output_shape == (None, 6, 5, 5)
    assert model.input_shape == (None, 8, 7, 2)


def test_weights_come_in_keras_order_and_layout():
    model = residual()

    shapes = [weights.shape for weights in model.get_weights()]

    assert shapes == [
        (3, 3, 1, 4), (4,),
        (4,), (4,), (4,), (4,),
        (3, 3, 4, 1), (4,),
        (3, 3, 4, 2), (1, 1, 8, 6), (6,),
        (6, 3), (3,),
    ]  # fmt: skip
    assert model.count_params() == sum(map(np.prod, shapes))
    gamma, beta, mean, variance = model.get_layer("batch_normalization").get_weights()
    assert (gamma.mean(), beta.mean(), mean.mean(), variance.mean()) == (1, 0, 0, 1)


def test_setting_what_was_got_changes_nothing_and_moves_a_model():
    a, b = residual(seed=1), residual(seed=2)
    assert not same_weights(a, b)

    b.set_weights(a.get_weights())

    assert same_weights(a, b)
    assert all(
        x.data.tobytes() == y.data.tobytes()
        for x, y in zip(a.graph.parameters.values(), b.graph.parameters.values(), strict=True)
    )


def test_weights_are_copies():
    model = small()
    model.get_weights()[0][...] = 7

    assert not (model.get_weights()[0] == 7).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w[:-1], "needs 4 arrays, was given 3"),
        (lambda w: [w[0].T, *w[1:]], r"'conv2d/kernel' must be .* \(3, 3, 1, 4\)"),
        (lambda w: [np.full_like(w[0], np.nan), *w[1:]], "NaN or infinity"),
        (lambda w: [w[0].astype(str), *w[1:]], "must be numbers"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_nothing_is_changed(change, message):
    model, before = small(), small()

    with pytest.raises(InvalidValueError, match=f"set_weights of 'small': .*{message}"):
        model.set_weights(change(model.get_weights()))

    assert same_weights(model, before)


def test_the_weights_of_one_layer_can_be_set():
    model = small()
    layer = model.get_layer("dense")

    layer.set_weights([np.zeros((36, 3)), np.arange(3.0)])

    np.testing.assert_array_equal(layer.get_weights()[1], [0, 1, 2])
    np.testing.assert_array_equal(model.get_weights()[3], [0, 1, 2])
    assert model.get_weights()[0].any()


def test_a_layer_can_be_frozen_and_freed():
    model = residual()
    layer = model.get_layer("batch_normalization")

    layer.trainable = False
    frozen = [name for name, value in model.graph.parameters.items() if not value.is_trainable]
    layer.trainable = True
    freed = [name for name, value in model.graph.parameters.items() if not value.is_trainable]

    statistics = ["batch_normalization/moving_mean", "batch_normalization/moving_variance"]
    assert frozen == ["batch_normalization/gamma", "batch_normalization/beta", *statistics]
    assert freed == statistics
    model.trainable = False
    assert not model.trainable


def test_an_unknown_layer_is_refused_with_the_names_there_are():
    with pytest.raises(InvalidValueError, match="'conv9'; there are: conv2d, max_pooling2d"):
        small().get_layer("conv9")


@pytest.mark.parametrize("bad", [None, [], [1], np.zeros(3), layers.Dense(3)])
def test_models_are_made_of_symbolic_tensors(bad):
    x = layers.Input((4,))

    with pytest.raises(InvalidValueError, match="Model: outputs must be"):
        models.Model(x, bad)
    with pytest.raises(InvalidValueError, match="Model: inputs must be"):
        models.Model(bad, x)


def test_an_input_that_is_not_given_is_named():
    a, b = layers.Input((4,)), layers.Input((4,), name="b")

    with pytest.raises(GraphError, match="'b'"):
        models.Model(a, layers.Add()([a, b]))


def test_a_model_is_no_layer():
    with pytest.raises(UnsupportedError, match="cannot be a layer"):
        small()(layers.Input((8, 8, 1)))


def test_layers_in_a_list_and_added_one_by_one_make_one_model():
    added = small(compiled=False)
    random.set_random_seed(1)
    listed = models.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )

    assert str(listed.graph) == str(added.graph)
    assert same_weights(listed, added)


def test_without_a_shape_the_first_samples_give_it():
    x, _ = blobs(4)
    model = small(input_shape=None)
    with pytest.raises(InvalidValueError, match=r"give input_shape .* or call fit\(\)"):
        model.summary()

    y = model.predict(x)

    assert y.shape == (4, 3)
    assert model.input_shape == (None, 8, 8, 1)
    assert same_weights(model, small())


def test_samples_of_the_wrong_shape_do_not_spoil_a_model_without_a_shape():
    x, _ = blobs(4)
    model = small(input_shape=None)

    with pytest.raises(DataError, match="must be an array of samples"):
        model.predict(np.zeros(3))
    with pytest.raises(ShapeError, match="Conv2D: needs an input of 4 axes"):
        model.predict(x[..., 0])

    assert model.predict(x).shape == (4, 3)


def test_a_layer_that_does_not_fit_is_not_added():
    model = small()
    before = str(model.graph)

    with pytest.raises(ShapeError, match="Conv2D: needs an input of 4 axes"):
        model.add(layers.Conv2D(3, 3))

    assert str(model.graph) == before


def test_adding_and_taking_away_keeps_the_weights_of_the_others():
    model = small()
    before = model.get_weights()
    model.set_weights([weights + 1 for weights in before])

    model.add(layers.Dense(2))
    model.pop()

    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old + 1, new)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (3, r"add\(\) takes a layer"),
        (layers.Input((3,)), "must stand in first place"),
        (layers.Dense, r"add\(\) takes a layer"),
    ],
)
def test_what_is_no_layer_is_not_added(bad, message):
    with pytest.raises(InvalidValueError, match=message):
        small().add(bad)


def test_an_empty_model_says_what_it_lacks():
    model = models.Sequential()

    with pytest.raises(InvalidValueError, match="no layers yet"):
        model.predict(np.zeros((1, 3)))
    with pytest.raises(InvalidValueError, match="no layer to take away"):
        model.pop()


@pytest.mark.parametrize("shape", [28, (), (0, 3), (28.5, 28, 1), "28"])
def test_bad_input_shapes_are_refused(shape):
    with pytest.raises(InvalidValueError, match="input_shape must"):
        models.Sequential([layers.Dense(3, input_shape=shape)])


def test_a_model_of_the_same_layers_starts_from_their_weights_of_now(rng):
    x = layers.Input((8, 8, 1))
    features = layers.Flatten()(layers.Conv2D(2, 3)(x))
    model = models.Model(x, layers.Dense(3)(features))
    model.set_weights([rng.standard_normal(weights.shape) for weights in model.get_weights()])

    extractor = models.Model(x, features)

    for a, b in zip(extractor.get_weights(), model.get_weights(), strict=False):
        np.testing.assert_array_equal(a, b)


def test_a_model_of_a_graph_is_as_good_as_one_of_layers():
    x, _ = blobs(4)
    model = compile_model(residual())

    other = Model.from_graph(model.graph, "other", model.settings)

    assert [repr(layer) for layer in other.layers] == [repr(layer) for layer in model.layers]
    assert same_weights(other, model)
    np.testing.assert_array_equal(outputs(other, x), outputs(model, x))
    other.set_weights([weights * 2 for weights in other.get_weights()])
    assert not same_weights(other, model)


def test_several_inputs_and_outputs():
    a, b = layers.Input((4,), name="a"), layers.Input((3,), name="b")
    c = layers.Dense(2, name="c")(layers.Concatenate()([a, b]))
    model = models.Model([a, b], [c, layers.Softmax(name="d")(c)])

    y = model.predict({"a": np.ones((5, 4)), "b": np.ones((5, 3))})

    assert model.input_shape == {"a": (None, 4), "b": (None, 3)}
    assert {name: array.shape for name, array in y.items()} == {"c": (5, 2), "d": (5, 2)}
