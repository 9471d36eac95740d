"""compile, fit, evaluate, predict."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, models
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.models import Model
from fastcnn.train.batches import Dataset
from fastcnn.train.callbacks import Callback
from tests.models.nets import blobs, compile_model, residual, same_weights, small, train


@pytest.fixture
def data():
    return blobs()


@pytest.mark.parametrize("make", [small, lambda: compile_model(residual())])
def test_a_model_learns(make, data):
    model = make()
    before = model.evaluate(*data, verbose=0, return_dict=True)

    history = train(model, epochs=12)

    after = model.evaluate(*data, verbose=0, return_dict=True)
    assert len(history.history["loss"]) == 12
    assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
    assert after["loss"] < before["loss"]
    assert after["accuracy"] > 0.9


def test_one_seed_gives_one_result(data):
    a, b = small(), small()

    train(a, epochs=2)
    train(b, epochs=2)

    assert same_weights(a, b)


def test_fitting_again_goes_on_with_the_optimizers_state(data):
    once, twice, anew = small(), small(), small()

    train(once, epochs=2)
    train(twice, epochs=1)
    train(twice, epochs=2, initial_epoch=1)
    train(anew, epochs=1)
    compile_model(anew)
    train(anew, epochs=2, initial_epoch=1)

    assert same_weights(once, twice)
    assert not same_weights(once, anew)


def test_weights_set_between_fits_are_trained_on(data):
    model, fresh = small(), small()
    train(model, epochs=1)

    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])

    np.testing.assert_allclose(model.predict(data[0]), 1 / 3, rtol=1e-6)
    train(model, epochs=1)
    kernel = model.get_weights()[2]
    assert np.abs(kernel).max() < np.abs(fresh.get_weights()[2]).max()


def test_training_gives_the_layers_their_new_weights(data):
    x = layers.Input((8, 8, 1))
    features = layers.Flatten()(layers.Conv2D(2, 3)(x))
    model = compile_model(models.Model(x, layers.Dense(3, activation="softmax")(features)))

    train(model, epochs=1)

    extractor = models.Model(x, features)
    np.testing.assert_array_equal(extractor.get_weights()[0], model.get_weights()[0])


def test_frozen_layers_keep_their_weights(data):
    model = small()
    model.layers[0].trainable = False
    before = model.get_weights()

    train(model, epochs=1)

    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [False, False, True, True]


def test_callbacks_see_the_model_with_the_weights_of_now(data):
    class Watch(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.loss = self.model.evaluate(*data, verbose=0, return_dict=True)["loss"]
            self.weights = self.model.get_weights()

    watch, model = Watch(), small()

    history = train(model, epochs=1, validation_data=data, callbacks=watch)

    assert watch.loss == history.history["val_loss"][-1]
    for seen, kept in zip(watch.weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(seen, kept)


def test_breaking_off_keeps_what_was_learnt(data):
    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    model, expected = small(), small()
    train(expected, epochs=2)

    with pytest.raises(KeyboardInterrupt):
        train(model, epochs=5, callbacks=[Stop()])

    assert same_weights(model, expected)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((0, 8, 8, 1)), np.zeros(0), "no samples"),
        (np.full((3, 8, 8, 1), np.nan), np.zeros(3, int), "sample 0 holds NaN"),
        (np.zeros((3, 8, 8)), np.zeros(3, int), r"x\[..., None\]"),
        (np.zeros((3, 8, 8, 1)), np.eye(3), "categorical_crossentropy"),
        (np.zeros((3, 8, 8, 1)), np.zeros(2, int), "3 samples"),
        (np.zeros((3, 8, 8, 1)), np.array([0, 1, 3]), "3"),
    ],
)
def test_data_that_cannot_be_used_is_refused_and_loses_nothing(x, y, message):
    model, before = small(), small()

    with pytest.raises(DataError, match=message):
        model.fit(x, y, verbose=0)

    assert same_weights(model, before)


def test_evaluate_gives_figures_in_keras_order(data, capsys):
    model = small()

    figures = model.evaluate(*data)
    named = model.evaluate(*data, verbose=0, return_dict=True)

    assert list(named) == ["loss", "accuracy"]
    assert figures == list(named.values())
    assert capsys.readouterr().out.startswith(f"loss: {figures[0]:.4f} - accuracy: ")


def test_predict_needs_no_compile_and_does_not_depend_on_the_batch(data):
    model = small(compiled=False)

    y = model.predict(data[0])

    assert y.shape == (60, 3)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(model.predict(data[0], batch_size=7), y, rtol=1e-5)
    np.testing.assert_array_equal(model(data[0]), y)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_without_compile_the_remedy_is_told(method, data):
    with pytest.raises(InvalidValueError, match=rf"{method}: .* call compile\(optimizer="):
        getattr(small(compiled=False), method)(*data)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "a loss is needed"),
        ({"loss": "sparse"}, "'sparse'"),
        ({"loss": "mse", "optimizer": "adamm"}, "adam"),
        ({"loss": "mse", "metrics": ["acc", "f1"]}, "f1"),
        ({"loss": "mse", "regularizer": "l3"}, "l3"),
    ],
)
def test_unknown_settings_are_refused_and_the_old_stay(arguments, message):
    model = small()
    before = model.settings

    with pytest.raises(InvalidValueError, match=message):
        model.compile(**arguments)

    assert model.settings == before


def test_one_metric_needs_no_list():
    model = small(compiled=False)

    model.compile(loss="sparse_categorical_crossentropy", metrics="accuracy")

    assert model.settings is not None
    assert len(model.settings["metrics"]) == 1


def test_a_penalty_on_all_kernels_is_part_of_the_loss(data):
    plain, penalised = small(), small()
    penalised.compile(loss="sparse_categorical_crossentropy", regularizer="l2")
    kernels = [weights for weights in plain.get_weights() if weights.ndim > 1]
    penalty = 0.01 * sum(float((kernel.astype(float) ** 2).sum()) for kernel in kernels)

    (without, _), (with_,) = (model.evaluate(*data, verbose=0) for model in (plain, penalised))

    assert with_ == pytest.approx(without + penalty, rel=1e-5)


def test_single_batches(data):
    x, y = data
    whole, single = small(), small()
    whole.fit(x, y, batch_size=30, shuffle=False, verbose=0)

    first = single.train_on_batch(x[:30], y[:30])
    assert single.train_on_batch(x[30:], y[30:], return_dict=True).keys() == {"loss", "accuracy"}

    assert len(first) == 2
    assert same_weights(whole, single)
    assert single.test_on_batch(x, y) == pytest.approx(single.evaluate(x, y, verbose=0))
    np.testing.assert_array_equal(single.predict_on_batch(x[:3]), single.predict(x[:3]))


def test_a_data_set_tells_the_shape_of_its_samples(data):
    class Lazy(Dataset):
        def __len__(self):
            return 60

        def read(self, indices):
            return data[0][indices], data[1][indices]

    model = models.Sequential([layers.Flatten(), layers.Dense(3, activation="softmax")])
    compile_model(model)

    model.fit(Lazy(), epochs=1, verbose=0)

    assert model.input_shape == (None, 8, 8, 1)
    assert model.evaluate(Lazy(), verbose=0) == pytest.approx(model.evaluate(*data, verbose=0))


def test_with_graph_leaves_the_old_model_alone(data):
    model = small()
    before = model.get_weights()

    other = model.with_graph(model.graph)
    train(other, epochs=1)

    assert type(other) is Model
    assert (other.name, other.settings) == (model.name, model.settings)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not same_weights(other, model)
