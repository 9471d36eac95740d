"""Training that is killed, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastcnn.errors import FileFormatError, InvalidValueError
from fastcnn.train.callbacks import BackupAndRestore, Callback, EarlyStopping, LearningRateScheduler
from fastcnn.train.optimizers import SGD
from tests.train.nets import blobs, same_bits, trainer

X, Y = blobs()
ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """Stands for a signal, where a real one would take the test along."""


class KillAt(Callback):
    """Ends the run after an update, once every other callback was told of it."""

    runs_last = True

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.trainer.state.step == self.step:
            raise Killed


def kill(folder: Path, kills: int, seed: int) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.train.killed", folder, str(kills), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")
def test_a_run_killed_at_twenty_random_moments_ends_in_the_same_bits(tmp_path):
    undisturbed, *killed = kill(tmp_path, kills=20, seed=1)

    assert killed
    assert set(killed) == {undisturbed}


def halve(epoch: int, rate: float) -> float:
    return rate / 2


@pytest.mark.parametrize("save_freq", ["epoch", 1, 3])
@pytest.mark.parametrize("step", [1, 4, 5, 9])
@pytest.mark.parametrize("optimizer", ["adam", SGD("cosine")], ids=["adam", "cosine"])
def test_a_fit_goes_on_from_its_backup(save_freq, step, optimizer, tmp_path):
    def run(*callbacks, coach=None):
        coach = coach or trainer(optimizer=optimizer)
        more = [LearningRateScheduler(halve)] if optimizer == "adam" else []
        history = coach.fit(
            X, Y, epochs=3, batch_size=16, validation_split=0.2, callbacks=[*callbacks, *more],
            verbose=0,
        )  # fmt: skip
        return coach, history

    whole, expected = run()
    backup = BackupAndRestore(tmp_path, save_freq)
    with pytest.raises(Killed):
        run(KillAt(step), backup)
    second, history = run(BackupAndRestore(tmp_path, save_freq), coach=trainer(optimizer=optimizer))

    assert same_bits(second.state.get_weights(), whole.state.get_weights())
    assert history.history == expected.history
    assert not backup.path.exists()


def test_iterators_are_wound_on(tmp_path):
    def batches():
        while True:
            yield X[:20], Y[:20]
            yield X[20:], Y[20:]

    def run(*callbacks):
        coach = trainer()
        coach.fit(batches(), epochs=3, steps_per_epoch=3, callbacks=callbacks, verbose=0)
        return coach.state.get_weights()

    with pytest.raises(Killed):
        run(BackupAndRestore(tmp_path, 1), KillAt(5))

    assert same_bits(run(BackupAndRestore(tmp_path, 1)), run())


def test_a_stop_is_remembered(tmp_path):
    class KillAtEnd(Callback):
        def on_train_end(self, logs=None):
            raise Killed

    coach = trainer()
    stop = [EarlyStopping("loss", mode="max"), BackupAndRestore(tmp_path)]
    with pytest.raises(Killed):
        coach.fit(X, Y, epochs=9, callbacks=[KillAtEnd(), *stop], verbose=0)
    resumed = trainer()
    resumed.fit(X, Y, epochs=9, callbacks=stop, verbose=0)

    assert coach.state.epoch == resumed.state.epoch == 2


def test_a_backup_may_stay_and_half_written_files_go(tmp_path):
    (tmp_path / ".backup.fcnn.0123.tmp").write_bytes(b"half")
    backup = BackupAndRestore(tmp_path, delete_checkpoint=False)

    first, second = trainer(), trainer()
    first.fit(X, Y, callbacks=[backup], verbose=0)
    history = second.fit(X, Y, callbacks=[backup], verbose=0)

    assert os.listdir(tmp_path) == ["backup.fcnn"]
    assert same_bits(first.state.get_weights(), second.state.get_weights())
    assert history.epoch == [0]


def interrupted(folder: Path) -> None:
    with pytest.raises(Killed):
        trainer().fit(X, Y, callbacks=[BackupAndRestore(folder, 1), KillAt(1)], verbose=0)


@pytest.mark.parametrize(
    ("x", "y", "arguments", "message"),
    [
        (X, Y, {"batch_size": 10}, "the backup was made with steps=2, this fit has 6"),
        (X[:59], Y[:59], {"batch_size": 30}, "the backup was made with batch_size=32"),
    ],
)
def test_a_backup_of_other_data_is_refused(x, y, arguments, message, tmp_path):
    interrupted(tmp_path)

    with pytest.raises(InvalidValueError, match=message):
        trainer().fit(x, y, callbacks=[BackupAndRestore(tmp_path)], verbose=0, **arguments)


def test_a_backup_of_other_callbacks_is_refused(tmp_path):
    interrupted(tmp_path)

    with pytest.raises(InvalidValueError, match=r"\['History'\], now there are \['History', 'Ea"):
        trainer().fit(
            X, Y, callbacks=[BackupAndRestore(tmp_path), EarlyStopping("loss")], verbose=0
        )


def test_a_damaged_backup_is_told_of(tmp_path):
    interrupted(tmp_path)
    path = BackupAndRestore(tmp_path).path
    content = path.read_bytes()

    for damaged in (content[:100], content.replace(b"first_step", b"first_stop")):
        path.write_bytes(damaged)
        with pytest.raises(FileFormatError, match=r"backup\.fcnn"):
            trainer().fit(X, Y, callbacks=[BackupAndRestore(tmp_path)], verbose=0)


@pytest.mark.parametrize("save_freq", [0, "batch", 1.5])
def test_a_frequency_that_is_none_is_refused(save_freq, tmp_path):
    with pytest.raises(InvalidValueError, match=f"save_freq is {save_freq!r}"):
        BackupAndRestore(tmp_path, save_freq)
