"""Training that goes on from a file, and files that survive a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from fastcnn import layers, random
from fastcnn.errors import FileFormatError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.graph import file as graph_file
from fastcnn.train import load_checkpoint, save_checkpoint
from fastcnn.train.callbacks import Callback, ModelCheckpoint
from fastcnn.train.schedules import CosineDecay
from tests.train.nets import blobs, net, same_bits, trainer

X, Y = blobs()


def noisy_net() -> Graph:
    """A net with moving statistics and dropout: everything that a resumed run must get right."""
    random.set_random_seed(1)
    x = layers.Input((4, 4, 1), name="image")
    y = layers.Flatten()(x)
    y = layers.BatchNormalization(name="norm")(layers.Dense(8, name="hidden")(y))
    y = layers.Dropout(0.3, seed=9)(y)
    return layers.build_graph([x], [layers.Dense(3, activation="softmax", name="head")(y)])


class FigureOf(Callback):
    def __init__(self, values: list[float]) -> None:
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.values[epoch]


class Saver:
    """Stands for a model."""

    def __init__(self) -> None:
        self.saved: list[tuple[Path, bool]] = []

    def save(self, path, include_optimizer):
        self.saved.append((path, include_optimizer))


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_a_resumed_run_ends_in_the_same_bits(optimizer, tmp_path):
    path = tmp_path / "run.fcnn"
    whole = trainer(noisy_net(), optimizer=optimizer)
    whole.fit(X, Y, epochs=4, batch_size=16, verbose=0)
    first = trainer(noisy_net(), optimizer=optimizer)
    first.fit(X, Y, epochs=2, batch_size=16, callbacks=[ModelCheckpoint(path)], verbose=0)

    second = trainer(graph_file.load(path)[0], optimizer=optimizer, seed=77)
    load_checkpoint(path, second)
    second.fit(X, Y, epochs=4, initial_epoch=second.state.epoch, batch_size=16, verbose=0)

    assert second.state.epoch == 4
    assert same_bits(second.state.get_weights(), whole.state.get_weights())


def test_a_schedule_goes_on_where_it_was(tmp_path):
    path = tmp_path / "run.fcnn"
    optimizer = {"class_name": "SGD", "config": {"learning_rate": "cosine"}}
    whole, first, second = (trainer(optimizer=optimizer) for _ in range(3))

    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.trainer.stop_training = epoch == 1

    whole.fit(X, Y, epochs=4, verbose=0)
    first.fit(X, Y, epochs=4, callbacks=[ModelCheckpoint(path), Stop()], verbose=0)
    load_checkpoint(path, second)
    second.fit(X, Y, epochs=4, initial_epoch=second.state.epoch, verbose=0)

    assert isinstance(second.optimizer.rate, CosineDecay)
    assert same_bits(second.state.get_weights(), whole.state.get_weights())


def test_the_state_is_a_copy():
    coach = trainer()
    state = coach.state.to_dict()
    before = {name: array.copy() for name, array in state["weights"].items()}

    coach.fit(X, Y, verbose=0)

    assert same_bits(state["weights"], before)


def test_a_state_takes_a_trainer_back():
    coach = trainer()
    coach.fit(X, Y, verbose=0)
    state = coach.state_dict()
    coach.fit(X, Y, epochs=2, verbose=0)
    after = coach.state.get_weights()

    coach.load_state_dict(state)
    coach.fit(X, Y, epochs=2, verbose=0)

    assert same_bits(coach.state.get_weights(), after)


def test_a_state_of_another_optimizer_is_refused():
    state = trainer(optimizer="sgd").state.to_dict()

    with pytest.raises(InvalidValueError, match="of another graph or another optimizer: '"):
        trainer(optimizer="adam").state.load_dict(state)


def test_a_file_without_a_training_record_is_refused(tmp_path):
    path = tmp_path / "model.fcnn"
    graph_file.save(path, net(), extra={}, tensors={})

    with pytest.raises(FileFormatError, match="holds no training record"):
        load_checkpoint(path, trainer())


def test_a_record_with_holes_is_refused(tmp_path):
    path = tmp_path / "model.fcnn"
    graph_file.save(path, net(), extra={"training": {"step": 1}}, tensors={})

    with pytest.raises(FileFormatError, match="'epoch' of the training record is no integer"):
        load_checkpoint(path, trainer())


def test_a_full_disk_leaves_the_old_checkpoint_whole(tmp_path, monkeypatch):
    path = tmp_path / "run.fcnn"
    coach = trainer()
    save_checkpoint(path, coach)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        coach.fit(X, Y, callbacks=[ModelCheckpoint(path)], verbose=0)

    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.fcnn"]
    assert coach.state.epoch == 1
    assert np.isfinite(coach.evaluate(X, Y)["loss"])


def test_the_name_is_filled_in(tmp_path):
    template = tmp_path / "run-{epoch:02d}-{loss:.1f}.fcnn"
    checkpoint = ModelCheckpoint(template)

    history = trainer().fit(X, Y, epochs=2, callbacks=[checkpoint], verbose=0)

    losses = history.history["loss"]
    assert sorted(os.listdir(tmp_path)) == [
        f"run-01-{losses[0]:.1f}.fcnn",
        f"run-02-{losses[1]:.1f}.fcnn",
    ]
    assert checkpoint.last_path == tmp_path / f"run-02-{losses[1]:.1f}.fcnn"


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(InvalidValueError, match="names 'val_loss', there are: epoch, loss, acc"):
        trainer().fit(X, Y, callbacks=[ModelCheckpoint(tmp_path / "{val_loss}")], verbose=0)


@pytest.mark.parametrize(
    ("threshold", "kept"), [(None, [1, 3]), (0.5, [3])], ids=["all", "threshold"]
)
def test_only_better_epochs_are_saved_if_asked(threshold, kept, tmp_path):
    checkpoint = ModelCheckpoint(
        tmp_path / "{epoch}", save_best_only=True, initial_value_threshold=threshold
    )

    trainer().fit(X, Y, epochs=3, callbacks=[FigureOf([1.0, 2.0, 0.1]), checkpoint], verbose=0)

    assert sorted(os.listdir(tmp_path)) == [str(epoch) for epoch in kept]


def test_a_model_saves_itself(tmp_path, capsys):
    model = Saver()

    trainer().fit(
        X, Y, callbacks=[ModelCheckpoint(tmp_path / "m.fcnn", verbose=1)], verbose=0, model=model
    )

    assert model.saved == [(tmp_path / "m.fcnn", True)]
    assert "epoch 1: saved" in capsys.readouterr().out
