"""Optimizations that are killed leave the original alone, and go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic_times
from compress_nets import make_net
from resuming import assert_same_bits, samples

from fastcnn import compress, set_random_seed
from fastcnn.compress.choose.remembered import Remembered
from fastcnn.compress.prune import criteria
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.errors import CompressionError
from fastcnn.models import Model, load_model
from fastcnn.ops import Builder
from fastcnn.train.optimizers import Adam

PROGRAM = Path(__file__).with_name("optimize_and_die.py")


def classifier(rate: float = 1e-3) -> Model:
    graph = make_net(["conv", "batch_norm", "conv"], "global_average")
    b = Builder(graph)
    model = Model.from_graph(b.build([b.apply("softmax", graph.outputs[0], axis=1)]))
    model.compile(Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
    return model


class Runs:
    """Runs of the program on one model, each with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder / "model.fcnn"
        classifier().save(self.model)
        self.original = self.model.read_bytes()
        self.whole = self("whole")

    def __call__(self, name: str, event: str = "none", number: int = 0) -> Any:
        """What the program says; None where it was killed."""
        paths = [self.model, self.folder / f"{name}-state", self.folder / f"{name}.fcnn"]
        command = [sys.executable, PROGRAM, *paths, event, number]
        run = subprocess.run(
            [str(word) for word in command], check=False, capture_output=True, text=True
        )
        if event != "none":
            assert run.returncode == -signal.SIGKILL, run.stderr
            return None
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def result(self, name: str) -> Model:
        return load_model(self.folder / f"{name}.fcnn")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize(
    ("event", "number", "before"),
    [("part", 3, ()), ("timing", 3, ("part",)), ("epoch", 4, ("part", "timing"))],
    ids=["profile", "search", "fine-tuning"],
)
def test_what_was_killed_goes_on_to_the_same_bits(
    runs: Runs, event: str, number: int, before: tuple[str, ...]
) -> None:
    assert runs.whole["done"][event] >= number

    runs(event, event, number)
    assert not (runs.folder / f"{event}.fcnn").exists()
    assert runs.model.read_bytes() == runs.original
    resumed = runs(event)

    assert resumed["outcome"] == runs.whole["outcome"]
    assert_same_bits(runs.result(event), runs.result("whole"))
    assert resumed["done"][event] == runs.whole["done"][event] - (number - 1)
    for kind in before:
        assert resumed["done"].get(kind, 0) < runs.whole["done"][kind]
    assert runs.model.read_bytes() == runs.original


def how(**more: Any) -> dict[str, Any]:
    return {"data": samples(), "target_speedup": 1.5, "epochs": 1, "batch_size": 16, **more}


def test_a_finished_optimization_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic_times.use(monkeypatch)
    set_random_seed(1)
    first = compress.optimize(classifier(), **how(), state_dir=tmp_path)
    for module, name in (
        (synthetic_times.CHASE, "times_in_fresh_process"),
        (synthetic_times.START, "latency_table"),
        (synthetic_times.SENSITIVITY, "_curve"),
    ):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("measured again"))
    monkeypatch.setattr(Model, "fit", lambda *_, **__: pytest.fail("trained again"))

    again = compress.optimize(classifier(), **how(), state_dir=tmp_path)

    assert_same_bits(again.model, first.model)
    assert again.to_json() == first.to_json()
    assert again.latency == first.latency
    assert again.sensitivity == first.sensitivity


@pytest.mark.parametrize(
    "other",
    [
        {"target_speedup": 1.6},
        {"data": samples(65)},
        {"validation": samples(8)},
        {"batch_size": 8},
        {"seed": 1},
    ],
)
def test_the_state_of_another_optimization_is_refused(
    other: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic_times.use(monkeypatch)
    compress.optimize(classifier(), **how(cuts=0), state_dir=tmp_path)

    with pytest.raises(CompressionError, match="holds steps of other work"):
        compress.optimize(classifier(), **how(cuts=0, **other), state_dir=tmp_path)


def test_times_of_another_machine_and_other_settings_of_training_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic_times.use(monkeypatch)
    compress.optimize(classifier(), **how(cuts=0), state_dir=tmp_path)

    with pytest.raises(CompressionError, match="holds steps of other work"):
        compress.optimize(classifier(rate=1e-2), **how(cuts=0), state_dir=tmp_path)
    monkeypatch.setattr(synthetic_times.OPTIMIZE, "versions", lambda: {"cpu": "another"})
    with pytest.raises(CompressionError, match="another machine"):
        compress.optimize(classifier(), **how(cuts=0), state_dir=tmp_path)


@pytest.mark.parametrize("name", ["obc", "random", "taylor", "movement"])
def test_what_a_criterion_says_does_not_depend_on_whom_it_is_asked_about_first(name: str) -> None:
    model = classifier()
    kernels = list(find_kernels(model.graph))

    def scores(order: int) -> dict[str, np.ndarray]:
        criterion = Remembered(criteria.get(name), 0.9, seed=2)
        evidence = Evidence(model, samples(), np.random.default_rng(2), samples=48)
        return {kernel.name: criterion.scores(kernel, evidence) for kernel in kernels[::order]}

    forwards, backwards = scores(1), scores(-1)

    for kernel in kernels:
        np.testing.assert_array_equal(forwards[kernel.name], backwards[kernel.name])
