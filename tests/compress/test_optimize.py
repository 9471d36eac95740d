"""From a goal to a model that meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fastcnn import compress, layers, models
from fastcnn.compress.choose import promise
from fastcnn.compress.choose.latency import latency_table
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model, file_size
from fastcnn.random import set_random_seed
from fastcnn.typing import Array


def data(count: int = 400) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, count).astype(np.int32)
    x = rng.standard_normal((count, 12, 12, 1)).astype(np.float32) * 0.5
    x[np.arange(count), 2 + 4 * y, :, 0] += 1
    return x, y


@pytest.fixture(scope="module")
def trained() -> Model:
    set_random_seed(0)
    model = models.Sequential(name="stripes")
    model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(12, 12, 1), name="first"))
    model.add(layers.Conv2D(32, (3, 3), activation="relu", name="second"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(16, activation="relu", name="hidden"))
    model.add(layers.Dense(3, activation="softmax", name="classes"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*data(), epochs=4, batch_size=32, verbose=0)
    return model


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("FASTCNN_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


def test_a_size_is_met_and_told(trained: Model, tmp_path: Path) -> None:
    goal = file_size(trained) // 2

    result = compress.optimize(trained, data(), target_bytes=goal, epochs=1, samples=64, cuts=0)

    assert result.met
    assert file_size(result.model.with_graph(result.model.graph)) < 1.5 * goal
    assert result.after["bytes"] <= goal * 1.05
    assert "smaller" in result.headline
    path = tmp_path / "small.fcnn"
    result.model.save(path)
    record = models.load_model(path).records[-1]
    assert record.kind == "optimize"
    assert record.details["recipe"][0]["optimize"]["target_bytes"] == goal
    assert set(record.details["hashes"]) == {"model", "data"}
    assert "fastcnn" in record.details["versions"]
    assert record.details["log"]
    json.dumps(result.to_json())
    assert "Layers that changed" in result.summary()


def test_a_speed_is_measured_beside_the_original(trained: Model) -> None:
    lines: list[str] = []

    result = compress.optimize(
        trained, data(), target_speedup=1.5, epochs=0, samples=64, say=lines.append
    )

    assert any("predicted" in line and "measured" in line for line in lines)
    assert tuple(lines) == result.log
    assert result.after["ms"] < result.before["ms"]
    assert sum(trial.chosen for trial in result.frontier) == 1


def test_without_labels_agreement_is_told(trained: Model) -> None:
    result = compress.optimize(
        trained, data()[0], target_bytes=file_size(trained) // 2, samples=64, cuts=0
    )

    assert result.measured == "agreement"
    assert result.model.records[-1].details["recipe"][0]["optimize"]["criterion"] == "obc"


def test_what_cannot_be_reached_comes_near_and_says_why(trained: Model) -> None:
    result = compress.optimize(trained, data(), target_bytes=1, epochs=0, samples=32, cuts=0)

    assert not result.met
    assert "asked for" in result.headline
    assert result.after["bytes"] < result.before["bytes"]


def test_the_fastest_that_keeps_the_accuracy(trained: Model) -> None:
    result = compress.optimize(
        trained, data(), target_bytes=file_size(trained) // 4, max_drop=0.02, epochs=1, samples=64
    )

    assert result.met == (
        result.after["bytes"] <= 1.06 * file_size(trained) // 4
        and result.before["score"] - result.after["score"] <= 0.02
    )
    assert result.before["score"] - result.after["score"] <= 0.02


def test_a_latency_table_is_kept_on_disk(trained: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    first = latency_table(trained.graph, seconds=0.2)

    monkeypatch.setattr(
        "fastcnn.compress.choose.latency._measure", lambda *a: pytest.fail("measured again")
    )
    second = latency_table(trained.graph, seconds=0.2)

    assert first == second
    assert {"first", "second", "hidden", "classes"} <= first.ms["dense", 0.0].keys()
    assert first.ms["channel", 0.875]["second"] < first.ms["dense", 0.0]["second"]


def test_a_process_that_fails_is_told(trained: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promise.sys, "executable", "/bin/false")

    with pytest.raises(CompressionError, match="process that re-measures failed"):
        promise.times_in_fresh_process(trained, trained, batch=1, threads=1)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "give target_speedup"),
        ({"target_ms": 1.0, "target_speedup": 2.0}, "give one of"),
        ({"target_speedup": 0.5}, "at least 1, it is 0.5"),
        ({"target_ms": -1.0}, "above 0"),
        ({"max_drop": 2.0}, "0.01 is one point"),
        ({"target_speedup": 2.0, "structures": ("rows",)}, "'rows' is no structure"),
        ({"target_speedup": 2.0, "cuts": -1}, "cuts must be"),
    ],
)
def test_goals_that_make_no_sense_are_refused(
    trained: Model, arguments: dict[str, object], text: str
) -> None:
    with pytest.raises(InvalidValueError, match=text):
        compress.optimize(trained, data(), **arguments)


def test_training_needs_a_compiled_model(trained: Model) -> None:
    with pytest.raises(CompressionError, match="needs a compiled model"):
        compress.optimize(Model.from_graph(trained.graph), data(), target_speedup=2.0, epochs=1)
