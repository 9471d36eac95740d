"""Compressions that are killed leave the original alone, and go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compress_nets import make_net
from resuming import assert_same_bits, samples

from fastcnn import compress, set_random_seed
from fastcnn.errors import CompressionError
from fastcnn.models import Model, load_model
from fastcnn.ops import Builder
from fastcnn.train.callbacks import Callback

SCRIPT = """
import os, signal, sys
import numpy as np
import fastcnn as fc
from fastcnn import compress
from fastcnn.train.callbacks import Callback

class Kill(Callback):
    fits = 0
    def on_train_begin(self, logs=None):
        Kill.fits += 1
    def on_epoch_begin(self, epoch, logs=None):
        if sys.argv[3] == "kill" and (Kill.fits, epoch) == (2, 1):
            os.kill(os.getpid(), signal.SIGKILL)

fc.set_random_seed(3)
rng = np.random.default_rng(0)
data = rng.random((64, 8, 8, 3), np.float32), rng.integers(0, 3, 64)
model = fc.models.load_model(sys.argv[4])
small = compress.prune(
    model, sparsity=0.6, schedule=compress.schedules.Iterative(2), data=data, epochs=4,
    criterion="taylor", batch_size=16, callbacks=[Kill()], state_dir=sys.argv[1],
)
small.save(sys.argv[2])
"""


def classifier(seed: int = 0) -> Model:
    graph = make_net(["conv", "batch_norm", "conv"], "global_average", seed=seed)
    b = Builder(graph)
    model = Model.from_graph(b.build([b.apply("softmax", graph.outputs[0], axis=1)]))
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return model


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_pruning_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    classifier().save(tmp_path / "model.fcnn")
    original = (tmp_path / "model.fcnn").read_bytes()

    def run(state: str, target: str, how: str) -> int:
        paths = [str(tmp_path / name) for name in (state, target, "model.fcnn")]
        command = [sys.executable, "-c", SCRIPT, *paths[:2], how, paths[2]]
        return subprocess.run(command, check=False).returncode

    killed = run("state", "resumed.fcnn", "kill")

    assert killed == -signal.SIGKILL
    assert (tmp_path / "state" / "tuned-1.fcnn").exists()
    assert (tmp_path / "state" / "tuned-2" / "backup.fcnn").exists()
    assert not (tmp_path / "resumed.fcnn").exists()
    assert run("state", "resumed.fcnn", "go") == run("other", "whole.fcnn", "go") == 0
    assert_same_bits(*(load_model(tmp_path / f"{name}.fcnn") for name in ("resumed", "whole")))
    assert (tmp_path / "model.fcnn").read_bytes() == original


class Stop(Callback):
    def __init__(self, fit: int) -> None:
        self.left = fit

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        if batch == 1:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


@pytest.mark.parametrize(
    "work",
    [
        lambda **how: compress.cut(
            classifier(), layers=2, data=samples(), schedule="iterative", epochs=2, **how
        ),
        lambda **how: compress.fuse(
            [classifier(1), classifier(2)], method="compact", data=samples(), epochs=2, **how
        ),
        lambda **how: compress.prune(
            classifier(), sparsity=0.6, data=samples(), schedule="gradual", epochs=2, **how
        ),
    ],
    ids=["cut", "fuse", "prune"],
)
def test_what_was_interrupted_goes_on(work: Callable[..., Model], tmp_path: Path) -> None:
    how: dict[str, Any] = {"batch_size": 16}
    set_random_seed(1)
    whole = work(**how)

    set_random_seed(1)
    with pytest.raises(KeyboardInterrupt):
        work(**how, state_dir=tmp_path / "state", callbacks=[Stop(2)])
    set_random_seed(1)
    resumed = work(**how, state_dir=tmp_path / "state")

    assert_same_bits(resumed, whole)
    assert resumed.records[-1].text == whole.records[-1].text


def test_a_finished_compression_is_not_done_again(tmp_path: Path) -> None:
    how: dict[str, Any] = {"sparsity": 0.5, "data": samples(), "epochs": 1, "batch_size": 16}
    first = compress.prune(classifier(), **how, state_dir=tmp_path)

    again = compress.prune(classifier(), **how, state_dir=tmp_path, callbacks=[Stop(1)])

    assert_same_bits(again, first)


@pytest.mark.parametrize("other", [{"sparsity": 0.6}, {"data": samples(65)}, {"seed": 1}])
def test_the_state_of_other_work_is_refused(other: dict[str, Any], tmp_path: Path) -> None:
    how: dict[str, Any] = {"sparsity": 0.5, "data": samples(), "epochs": 0}
    compress.prune(classifier(), **how, state_dir=tmp_path)

    with pytest.raises(CompressionError, match="holds steps of other work"):
        compress.prune(classifier(), **{**how, **other}, state_dir=tmp_path)
    with pytest.raises(CompressionError, match="holds steps of other work"):
        compress.prune(classifier(1), **how, state_dir=tmp_path)


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(CompressionError, match="holds files of another kind"):
        compress.prune(classifier(), sparsity=0.5, state_dir=tmp_path)
