"""Recipes side by side."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import recipe_times
from compress_nets import make_net

from fastcnn import compress
from fastcnn.compress.recipes import comparison as comparing
from fastcnn.compress.recipes.comparison import Comparison, Interval, Run
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model
from fastcnn.typing import Array


def x() -> Array:
    return np.random.default_rng(0).standard_normal((48, 8, 8, 3)).astype(np.float32)


def recipes() -> list[compress.Recipe]:
    return [
        compress.Recipe.from_json(
            {"name": name, "steps": [{"prune": {"sparsity": 0.5, "criterion": name}}]}
        )
        for name in ("magnitude", "random")
    ]


def run(recipe: str, seed: int, score: float, speedup: float) -> Run:
    return Run(recipe, seed, score, speedup, 1.0, 1, 1, 1)


def test_every_recipe_runs_with_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe_times.use(monkeypatch)
    model = Model.from_graph(make_net(["conv"], "flatten"))

    found = compress.compare(model, recipes(), x(), test=x(), seeds=(1, 2), threads=1)

    assert [(one.recipe, one.seed) for one in found.runs] == [
        ("magnitude", 1), ("magnitude", 2), ("random", 1), ("random", 2),
    ]  # fmt: skip
    assert found.measured == "agreement"
    assert found.runs[0].score == found.runs[1].score
    assert "2 recipes, 2 seeds" in str(found)


def test_a_stopped_comparison_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.from_graph(make_net(["conv"], "flatten"))

    def all_of_it() -> Comparison:
        return compress.compare(
            model, recipes(), x(), test=x(), seeds=(1,), threads=1, state_dir=tmp_path
        )

    first = all_of_it()
    monkeypatch.setattr(comparing, "run_recipe", lambda *a, **k: pytest.fail("run again"))

    assert all_of_it().runs == first.runs


def test_the_interval_is_that_of_student() -> None:
    interval = Interval.of([0.98, 0.99, 1.00])

    assert interval.mean == pytest.approx(0.99)
    assert interval.half_width == pytest.approx(4.302653 * 0.01 / math.sqrt(3))
    assert math.isnan(Interval.of([0.5]).half_width)


def test_the_front_is_beaten_by_nobody() -> None:
    runs = (run("slow", 0, 0.99, 1.0), run("fast", 0, 0.97, 3.0), run("bad", 0, 0.96, 2.0))

    assert Comparison(runs, {"score": 1.0, "ms": 1.0}, "accuracy").front == ["slow", "fast"]


def test_names_must_differ() -> None:
    model = Model.from_graph(make_net(["conv"], "flatten"))

    with pytest.raises(InvalidValueError, match="different names"):
        compress.compare(model, [recipes()[0]] * 2, x(), test=x())
