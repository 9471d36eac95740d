"""Training from end to end."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, random, runtime
from fastcnn.errors import DataError, InvalidValueError, TrainingError
from fastcnn.train import Trainer
from fastcnn.train.callbacks import Callback
from fastcnn.train.optimizers import SGD, Adam
from fastcnn.train.regularizers import L2, lambda_over_2n
from fastcnn.train.schedules import CosineDecay, StepDecay
from tests.train.nets import blobs, line, net, same_bits, trainer

X, Y = blobs()
ONE_HOT = np.eye(3)[Y]


class Rates(Callback):
    """Keeps the learning rate at the end of every batch."""

    def __init__(self) -> None:
        self.rates: list[float] = []

    def on_batch_end(self, batch, logs=None):
        self.rates.append(self.trainer.learning_rate)


@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [
        ("sparse_categorical_crossentropy", "softmax", Y),
        ("categorical_crossentropy", "softmax", ONE_HOT),
        ("binary_crossentropy", "sigmoid", ONE_HOT),
        ("mse", None, ONE_HOT),
        ("half_sum_squared_error", None, ONE_HOT),
    ],
)
def test_every_loss_learns_what_can_be_told_apart(loss, activation, y):
    coach = trainer(net(activation=activation), loss=loss, optimizer=Adam(0.02))

    history = coach.fit(X, y, epochs=12, batch_size=16, verbose=0)

    assert history.history["accuracy"][-1] == 1
    assert history.history["loss"][-1] < 0.2 * history.history["loss"][0]
    assert (
        coach.evaluate(*blobs(30, seed=4) if loss.startswith("sparse") else (X, y))["accuracy"] == 1
    )


@pytest.mark.parametrize("optimizer", [SGD(0.05), "adagrad", "rmsprop", "adam", "adamw"])
def test_every_optimizer_lowers_the_loss(optimizer):
    history = trainer(optimizer=optimizer).fit(X, Y, epochs=5, batch_size=20, verbose=0)

    assert history.history["loss"][-1] < history.history["loss"][0]


def test_the_given_graph_is_untouched_and_the_new_one_is_trained():
    graph = net()
    before = {name: value.data.copy() for name, value in graph.parameters.items()}
    coach = trainer(graph)

    coach.fit(X, Y, verbose=0)

    assert same_bits({name: value.data for name, value in graph.parameters.items()}, before)
    after = coach.graph
    assert str(after) == str(graph)
    assert not same_bits({name: value.data for name, value in after.parameters.items()}, before)
    np.testing.assert_array_equal(coach.predict(X), runtime.compile(after)(X))


def test_winograd_is_refused_when_told():
    model = layers.build_graph(
        [x := layers.Input((28, 28, 16), name="x")],
        [layers.GlobalAveragePooling2D()(layers.Conv2D(16, 3, padding="same")(x))],
    )
    coach = trainer(model, loss="mse", metrics=())

    for told in (True, False):
        step = coach.compile_step(weighted=False, winograd=told)
        shapes = {"x": (8, 28, 28, 16), "target": (8, 16)}
        plan = step.plan(tuple(shapes.get(value.name, ()) for value in step.graph.inputs))
        kernels = {row["kernel"] for row in plan.steps()}
        assert any("winograd" in kernel for kernel in kernels) is told


def test_history_holds_a_figure_an_epoch():
    history = trainer().fit(X, Y, epochs=5, initial_epoch=2, validation_split=0.2, verbose=0)

    assert history.epoch == [2, 3, 4]
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert {len(figures) for figures in history.history.values()} == {3}


def test_figures_are_weighted_by_the_size_of_the_batch():
    coach = trainer(optimizer=SGD(0.0))

    history = coach.fit(X, Y, batch_size=50, verbose=0)

    expected = coach.evaluate(X, Y)
    assert history.history["loss"][0] == pytest.approx(expected["loss"], rel=1e-5)
    assert history.history["accuracy"][0] == pytest.approx(expected["accuracy"])


def test_the_split_trains_on_the_first_samples_only():
    x = X.copy()
    x[48:] = 1e3
    whole, part = trainer(), trainer()

    whole.fit(x, Y, validation_split=0.2, verbose=0)
    part.fit(x[:48], Y[:48], verbose=0)

    assert same_bits(whole.state.get_weights(), part.state.get_weights())


def test_validation_data_may_carry_weights():
    coach = trainer(optimizer=SGD(0.0))
    weight = np.zeros(60)

    history = coach.fit(X, Y, validation_data=(X, Y, weight), verbose=0)

    assert history.history["val_loss"] == [0]
    assert history.history["val_accuracy"][0] == pytest.approx(history.history["accuracy"][0])


def test_validation_data_of_another_form_is_refused():
    with pytest.raises(DataError, match="validation_data has 1 parts"):
        trainer().fit(X, Y, validation_data=(X,), verbose=0)
    with pytest.raises(DataError, match="fit: validation_data: x has shape"):
        trainer().fit(X, Y, validation_data=(X[..., 0], Y), verbose=0)


def test_samples_of_weight_zero_do_not_count():
    weight = (Y != 2).astype(np.float64)
    twice = np.concatenate([X[Y != 2], X[Y != 2]]), np.concatenate([Y[Y != 2], Y[Y != 2]])
    by_sample, by_class = trainer(optimizer="sgd"), trainer(optimizer="sgd")

    by_sample.fit(X, Y, sample_weight=weight, batch_size=60, shuffle=False, verbose=0)
    by_class.fit(X, Y, class_weight={2: 0.0}, batch_size=60, shuffle=False, verbose=0)

    assert same_bits(by_sample.state.get_weights(), by_class.state.get_weights())
    reference = trainer(optimizer=SGD(0.01 * 40 / 60))
    reference.fit(*twice, batch_size=80, shuffle=False, verbose=0)
    for name, array in reference.state.get_weights().items():
        np.testing.assert_allclose(by_sample.state.get_weights()[name], array, rtol=1e-4, atol=1e-6)


def test_the_loss_holds_the_penalties_in_training_and_evaluation():
    graph = line(np.full((3, 1), 2, np.float32), l2=0.5)
    x, y = np.eye(3), np.full((3, 1), 2)
    coach = Trainer(graph, optimizer=SGD(0.0), loss="mse")

    history = coach.fit(x, y, verbose=0)

    assert history.history["loss"][0] == pytest.approx(0.5 * 12)
    assert coach.evaluate(x, y)["loss"] == pytest.approx(0.5 * 12)


def test_a_regulariser_of_the_whole_model_keeps_weights_small():
    plain, small = trainer(optimizer=SGD(0.05)), trainer(optimizer=SGD(0.05), regularizer=L2(0.5))

    plain.fit(X, Y, epochs=10, verbose=0)
    history = small.fit(X, Y, epochs=10, validation_data=(X, Y), verbose=0)

    def size(coach: Trainer) -> float:
        return sum(float(np.square(w).sum()) for w in coach.state.get_weights().values())

    assert size(small) < 0.5 * size(plain)
    assert history.history["val_loss"][-1] == pytest.approx(small.evaluate(X, Y)["loss"])
    assert {value.traits.l2 for value in small.graph.parameters.values()} == {0.0}


def test_lambda_over_two_n():
    assert lambda_over_2n(6.0, samples=60_000) == L2(0.00005)
    with pytest.raises(InvalidValueError, match="samples is 0"):
        lambda_over_2n(6.0, samples=0)


def test_a_schedule_sets_the_rate_of_every_batch():
    rates = Rates()
    coach = trainer(optimizer=SGD(StepDecay(0.1, factor=0.5, every=1)))

    coach.fit(X, Y, epochs=3, batch_size=30, callbacks=[rates], verbose=0)

    assert rates.rates == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025])


def test_an_open_cosine_ends_with_the_fit_and_begins_anew_with_the_next():
    rates = Rates()
    coach = trainer(optimizer=SGD("cosine"))

    for _ in range(2):
        coach.fit(X, Y, epochs=2, batch_size=20, callbacks=[rates], verbose=0)

    first, second = rates.rates[:6], rates.rates[6:]
    assert first == pytest.approx([CosineDecay(0.01, 6)(step, 0) for step in range(1, 7)], abs=1e-9)
    assert second == pytest.approx(first)


def test_a_rate_that_is_set_stays():
    rates = Rates()
    coach = trainer(optimizer=SGD("cosine"))
    coach.learning_rate = 0.03

    coach.fit(X, Y, callbacks=[rates], verbose=0)

    assert rates.rates == [0.03, 0.03]
    with pytest.raises(InvalidValueError, match="learning_rate: is -1"):
        coach.learning_rate = -1


def test_one_seed_gives_the_same_bits_at_any_number_of_threads(threads):
    weights = []
    for count in (1, 2, 3):
        runtime.set_num_threads(count)
        coach = trainer()
        coach.fit(X, Y, epochs=2, verbose=0)
        weights.append(coach.state.get_weights())

    assert same_bits(weights[0], weights[1])
    assert same_bits(weights[0], weights[2])


def test_what_is_shown_makes_no_difference(capsys):
    weights = []
    for verbose in (0, 1, 2, "auto"):
        coach = trainer()
        coach.fit(X, Y, epochs=2, verbose=verbose)
        weights.append(coach.state.get_weights())

    assert all(same_bits(weights[0], other) for other in weights)
    assert "epoch 2/2" in capsys.readouterr().out


def test_another_seed_gives_another_order():
    first, second = trainer(seed=1), trainer(seed=2)

    first.fit(X, Y, verbose=0)
    second.fit(X, Y, verbose=0)

    assert not same_bits(first.state.get_weights(), second.state.get_weights())


def test_without_a_seed_the_order_follows_from_the_global_one():
    graph = net()
    seeds = []
    for _ in range(2):
        random.set_random_seed(11)
        seeds += [trainer(graph, seed=None).state.seed, trainer(graph, seed=None).state.seed]

    assert seeds[:2] == seeds[2:]
    assert seeds[0] != seeds[1]


def test_pruned_weights_stay_zero():
    weight = np.array([[0.0], [1.0], [0.0]], np.float32)
    coach = Trainer(line(weight, pruned=True), optimizer=Adam(0.1), loss="mse", seed=0)

    coach.fit(np.eye(3), np.ones((3, 1)) * 5, epochs=3, verbose=0)

    trained = coach.graph.parameters["w"]
    assert trained.traits.pruned
    assert trained.data[0] == trained.data[2] == 0
    assert trained.data[1] > 1


def test_training_that_diverges_stops_and_goes_back_to_the_last_good_epoch():
    class Explode(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.kept = self.trainer.state.to_dict()
                self.trainer.learning_rate = 1e38

    explode = Explode()
    coach = trainer(net(activation=None), loss="mse", optimizer="sgd")

    with pytest.raises(TrainingError, match=r"of epoch 3, at learning rate 1e\+38.*Lower the lea"):
        coach.fit(X, ONE_HOT, epochs=5, callbacks=[explode], verbose=0)

    assert same_bits(coach.state.get_weights(), explode.kept["weights"])
    assert (coach.state.epoch, coach.learning_rate) == (2, 0.01)
    coach.fit(X, ONE_HOT, verbose=0)
    assert np.isfinite(coach.evaluate(X, ONE_HOT)["loss"])


def test_data_that_cannot_be_used_trains_nothing():
    coach = trainer()
    before = coach.state.get_weights()

    with pytest.raises(DataError, match="use loss='categorical_crossentropy'"):
        coach.fit(X, ONE_HOT, verbose=0)

    assert same_bits(coach.state.get_weights(), before)
    assert coach.state.step == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "fit: batch_size is 0, it must be at least 1"),
        ({"epochs": -1}, "fit: epochs is -1"),
        ({"initial_epoch": -1}, "fit: initial_epoch is -1"),
        ({"validation_batch_size": 0}, "validation_batch_size is 0"),
    ],
)
def test_counts_outside_their_limits_are_named(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        trainer().fit(X, Y, verbose=0, **arguments)


def test_no_epochs_train_nothing():
    history = trainer().fit(X, Y, epochs=2, initial_epoch=2, verbose=0)

    assert history.history == {}


def test_metrics_of_one_name_are_refused():
    with pytest.raises(InvalidValueError, match="'accuracy' is given twice"):
        trainer(metrics=["accuracy", "acc"])


def test_weights_of_another_shape_are_refused():
    coach = trainer()

    with pytest.raises(InvalidValueError, match=r"'head/bias' has shape \(4,\), here it is \(3,\)"):
        coach.state.set_weights({"head/bias": np.zeros(4, np.float32)})
