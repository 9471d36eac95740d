"""What callbacks are told, and what each of them does."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from rich.console import Console

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ProgressBar,
    ReduceLROnPlateau,
)
from tests.train.nets import blobs, same_bits, trainer

X, Y = blobs()


class Recorder(Callback):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_train_begin(self, logs=None):
        self.calls.append("train_begin")

    def on_train_end(self, logs=None):
        self.calls.append("train_end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch_begin {epoch}")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch_end {epoch} {sorted(logs)}")

    def on_batch_end(self, batch, logs=None):
        self.calls.append(f"batch_end {batch} {sorted(logs)}")

    def on_batch_begin(self, batch, logs=None):
        self.calls.append(f"batch_begin {batch}")

    def close(self):
        self.calls.append("close")


class Figures(Callback):
    """Puts figures of our choice into the logs, and keeps the weights of every epoch."""

    def __init__(self, name: str, values: list[float]) -> None:
        self.name, self.values = name, values
        self.weights: list[dict[str, np.ndarray]] = []

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        self.weights.append(self.trainer.state.get_weights())


def test_callbacks_are_told_everything_in_order():
    recorder = Recorder()

    trainer().fit(X, Y, epochs=2, batch_size=30, callbacks=[recorder], verbose=0)

    figures = ["accuracy", "loss"]
    epoch = [line for i in (0, 1) for line in (f"batch_begin {i}", f"batch_end {i} {figures}")]
    assert recorder.calls == [
        "train_begin",
        "epoch_begin 0", *epoch, f"epoch_end 0 {figures}",
        "epoch_begin 1", *epoch, f"epoch_end 1 {figures}",
        "train_end",
        "close",
    ]  # fmt: skip


def test_callbacks_are_closed_when_training_breaks_off():
    class Break(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    recorder = Recorder()

    with pytest.raises(KeyboardInterrupt):
        trainer().fit(X, Y, callbacks=[recorder, Break()], verbose=0)

    assert recorder.calls[-1] == "close"
    assert "train_end" not in recorder.calls


def test_a_callback_may_stop_within_an_epoch():
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.trainer.stop_training = batch == 1

    coach = trainer()
    coach.fit(X, Y, epochs=3, batch_size=10, callbacks=[Stop()], verbose=0)

    assert coach.state.step == 2


def test_early_stopping_waits_and_puts_the_best_weights_back():
    figures = Figures("val_loss", [3, 1, 2, 2, 0])
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    coach = trainer()

    coach.fit(X, Y, epochs=5, callbacks=[figures, stopping], verbose=0)

    assert (stopping.stopped_epoch, stopping.best_epoch, stopping.best) == (3, 1, 1)
    assert same_bits(coach.state.get_weights(), figures.weights[1])


def test_early_stopping_leaves_the_last_weights_unless_asked():
    figures = Figures("val_loss", [1, 2])
    coach = trainer()

    coach.fit(X, Y, epochs=2, callbacks=[figures, EarlyStopping()], verbose=0)

    assert same_bits(coach.state.get_weights(), figures.weights[-1])


@pytest.mark.parametrize(
    ("arguments", "values", "epochs"),
    [
        ({"monitor": "my_accuracy"}, [1, 2, 3, 2], 4),
        ({"monitor": "val_auc"}, [1, 2, 3, 2], 4),
        ({"monitor": "my_accuracy", "mode": "min"}, [1, 2, 3, 2], 2),
        ({"min_delta": 0.5}, [3, 2.6, 2, 1], 2),
        ({"min_delta": -0.5, "patience": 2}, [3, 2.6, 2.4, 2.3, 2.2], 5),
        ({"start_from_epoch": 2}, [1, 2, 3, 4], 4),
        ({"patience": 2}, [float("nan"), 1, float("nan"), 0, 1, 1], 6),
    ],
)
def test_early_stopping_stops_after(arguments, values, epochs):
    stopping = EarlyStopping(**arguments)
    figures = Figures(arguments.get("monitor", "val_loss"), [*values, *[9] * 5])
    coach = trainer()

    coach.fit(X, Y, epochs=len(values) + 2, callbacks=[figures, stopping], verbose=0)

    assert coach.state.epoch == epochs


def test_a_figure_that_is_not_there_is_warned_of():
    with pytest.warns(UserWarning, match="no 'val_loss' to watch; there are loss, accuracy"):
        trainer().fit(X, Y, callbacks=[EarlyStopping()], verbose=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"mode": "best"}, "mode is 'best'"), ({"patience": -1}, "patience is -1")],
)
def test_early_stopping_names_bad_arguments(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        EarlyStopping(**arguments)


def test_the_scheduler_sets_the_rate_of_each_epoch(capsys):
    seen = []

    def halve(epoch: int, rate: float) -> float:
        seen.append((epoch, rate))
        return rate / 2

    coach = trainer(optimizer="sgd")
    coach.fit(X, Y, epochs=3, callbacks=[LearningRateScheduler(halve, verbose=1)], verbose=0)

    assert seen == [(0, 0.01), (1, 0.005), (2, 0.0025)]
    assert coach.learning_rate == 0.00125
    assert "epoch 3: learning rate 0.00125" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "values", "rates"),
    [
        ({"patience": 1}, [3, 2, 2, 2, 1, 1], [8, 8, 4, 2, 2, 1]),
        ({"patience": 2}, [3, 2, 2, 2, 2, 2], [8, 8, 8, 4, 4, 2]),
        ({"patience": 1, "cooldown": 1}, [3, 3, 3, 3, 3, 3], [8, 4, 4, 2, 2, 1]),
        ({"patience": 1, "min_lr": 3}, [3, 3, 3, 3, 3, 3], [8, 4, 3, 3, 3, 3]),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2, 1.6, 1, 0], [8, 4, 4, 2, 2, 2]),
        ({"patience": 1, "mode": "max"}, [3, 4, 3, 5, 6, 7], [8, 8, 4, 4, 4, 4]),
    ],
)
def test_the_rate_falls_where_a_figure_gets_no_better(arguments, values, rates):
    seen = []
    reduce = ReduceLROnPlateau(factor=0.5, **arguments)
    watch = LambdaCallback(on_epoch_end=lambda *_: seen.append(coach.learning_rate))
    coach = trainer(optimizer="sgd")
    coach.learning_rate = 8

    coach.fit(X, Y, epochs=6, callbacks=[Figures("val_loss", values), reduce, watch], verbose=0)

    assert seen == rates


def test_a_new_rate_is_printed_if_asked(capsys):
    reduce = ReduceLROnPlateau("loss", patience=1, mode="max", verbose=1)

    trainer(optimizer="sgd").fit(X, Y, epochs=2, callbacks=[reduce], verbose=0)

    assert capsys.readouterr().out == "epoch 2: learning rate 0.001\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factor": 1.0}, "factor is 1.0, it must be above 0 and below 1"),
        ({"patience": -1}, "patience is -1"),
        ({"cooldown": -1}, "cooldown is -1"),
        ({"min_lr": -1}, "min_lr is -1"),
    ],
)
def test_reduction_names_bad_arguments(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        ReduceLROnPlateau(**arguments)


def test_functions_are_called_at_their_time():
    calls = []

    def note(name):
        return lambda *arguments: calls.append((name, *arguments[:-1]))

    names = ("train_begin", "train_end", "epoch_begin", "epoch_end")
    names += ("train_batch_begin", "train_batch_end")
    callback = LambdaCallback(**{f"on_{name}": note(name) for name in names})
    trainer().fit(X, Y, batch_size=30, callbacks=[callback, LambdaCallback()], verbose=0)

    batches = [(f"train_batch_{what}", i) for i in (0, 1) for what in ("begin", "end")]
    assert calls == [
        ("train_begin",), ("epoch_begin", 0), *batches, ("epoch_end", 0), ("train_end",)
    ]  # fmt: skip


def test_those_that_run_last_do_so_wherever_they_stand():
    order = []

    class Note(Callback):
        def __init__(self, last: bool) -> None:
            self.runs_last = last

        def on_epoch_end(self, epoch, logs=None):
            order.append(self.runs_last)

    trainer().fit(X, Y, callbacks=[Note(True), Note(False)], verbose=0)

    assert order == [False, True]


def test_where_the_number_of_batches_is_not_known_batches_are_counted():
    out = io.StringIO()
    bar = ProgressBar(console=Console(file=out, force_terminal=True, width=120))

    trainer().fit(iter([(X, Y)]), callbacks=[bar], verbose=0)

    assert "batches/s" in out.getvalue()


def test_the_csv_log_is_a_table(tmp_path):
    path = tmp_path / "log.csv"

    history = trainer().fit(X, Y, epochs=2, callbacks=[CSVLogger(path)], verbose=0)

    assert path.read_bytes().startswith(b"epoch,loss,accuracy\r\n0,")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == history.history["loss"]


def test_the_csv_log_goes_on_under_its_own_header(tmp_path):
    path = tmp_path / "log.csv"
    coach = trainer()

    coach.fit(X, Y, epochs=2, callbacks=[CSVLogger(path, ";", append=True)], verbose=0)
    coach.fit(X, Y, epochs=3, initial_epoch=2, validation_split=0.5,
              callbacks=[CSVLogger(path, ";", append=True)], verbose=0)  # fmt: skip

    lines = path.read_text().splitlines()
    assert lines[0] == "epoch;loss;accuracy"
    assert [line.split(";")[0] for line in lines[1:]] == ["0", "1", "2"]
    assert all(line.count(";") == 2 for line in lines)


def test_the_csv_log_starts_anew_unless_told(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("old\n")

    trainer().fit(X, Y, callbacks=[CSVLogger(path)], verbose=0)

    assert "old" not in path.read_text()


def test_without_a_terminal_there_is_a_plain_line_an_epoch():
    out = io.StringIO()
    bar = ProgressBar(console=Console(file=out, width=40, soft_wrap=True))

    trainer().fit(X, Y, epochs=2, callbacks=[bar], validation_split=0.2, verbose=0)

    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    for part in ("epoch 2/2", " s  ", "images/s", "loss ", "accuracy ", "val_accuracy "):
        assert part in lines[1]
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_there_is_a_bar_that_goes_away():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120)

    trainer().fit(X, Y, epochs=2, callbacks=[ProgressBar(console=console)], verbose=0)

    assert "\x1b[?25l" in out.getvalue()
    assert out.getvalue().rstrip().endswith("\x1b[?25h") or "\x1b[?25h" in out.getvalue()
    assert "epoch 2/2" in out.getvalue()
