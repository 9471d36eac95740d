"""Searches of recipes: what is kept, what goes on, what is refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import recipe_times
from searching import model, samples, space

from fastcnn import compress
from fastcnn.compress.recipes.measured import Run
from fastcnn.compress.search import worker
from fastcnn.compress.search.found import Found, Tried
from fastcnn.errors import CompressionError, InvalidValueError, UnsupportedError

pytest.importorskip("optuna", reason="a search needs optuna")
PROGRAM = Path(__file__).with_name("search_and_die.py")


def run(folder: Path, trials: int, **given: Any) -> Found:
    settings = {"test": samples(), "state_dir": folder, "trials": trials, **given}
    return compress.search(model(), space(), samples(), **settings)


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe_times.use(monkeypatch)


@pytest.mark.usefixtures("steady")
def test_each_trial_is_a_recipe_with_a_model_of_its_own(tmp_path: Path) -> None:
    lines: list[str] = []

    found = run(tmp_path, 6, say=lines.append)

    assert len(lines) == len(found.tried) == 6
    assert found.measured == "agreement"
    assert len({json.dumps(one.recipe) for one in found.tried}) > 2
    for one in found.tried:
        assert one.run is not None
        made = found.model(one)
        assert made.records[-1].kind == "recipe"
        assert recipe_times.times(model(), made).speedup == pytest.approx(one.run.speedup)
    assert not list(tmp_path.glob("steps-*"))
    assert json.loads(json.dumps(found.to_json()))["front"] == [one.number for one in found.front]
    assert "recipes, beaten by no other" in str(found)


@pytest.mark.usefixtures("steady")
def test_more_trials_go_on_from_those_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tmp_path, 3)
    again = run(tmp_path, 5)

    assert again.tried[:3] == first.tried
    assert len(again.tried) == 5
    monkeypatch.setattr(worker, "run_recipe", lambda *a, **k: pytest.fail("tried again"))
    assert run(tmp_path, 5).tried == again.tried


def test_a_killed_search_takes_up_the_trial_that_was_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path), "3"], capture_output=True, text=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (steps,) = tmp_path.glob("steps-*")
    recipe_times.use(monkeypatch)
    monkeypatch.setattr(worker, "_digest", lambda recipe: steps.name.removeprefix("steps-"))

    found = run(tmp_path, 4)

    assert [one.number for one in found.tried] == [0, 1, 3, 4]
    log = found.model(found.tried[2]).records[-1].details["log"]
    assert "kept from an earlier run" in log[0]


@pytest.mark.usefixtures("steady")
def test_a_recipe_that_fails_is_told_and_the_search_goes_on(tmp_path: Path) -> None:
    broken = compress.Space.from_json(
        {"steps": [{"prune": {"structure": {"any": ["2:4", "weight"]}, "sparsity": 0.7}}]}
    )

    found = compress.search(
        model(), broken, samples(), test=samples(), state_dir=tmp_path, trials=6
    )

    failed = [one for one in found.tried if one.run is None]
    assert 0 < len(failed) < 6
    assert all("2:4 has sparsity 0.5" in one.error for one in failed)
    assert f"trial {failed[0].number} failed" in str(found)


@pytest.mark.usefixtures("steady")
def test_a_folder_of_other_work_is_refused(tmp_path: Path) -> None:
    run(tmp_path, 1)

    with pytest.raises(CompressionError, match="trials of another test and seed"):
        run(tmp_path, 1, test=samples(1), seed=2)


@pytest.mark.slow
def test_several_processes_share_the_trials(tmp_path: Path) -> None:
    found = run(tmp_path, 3, processes=2, threads=1)

    assert [one.number for one in found.tried] == [0, 1, 2]
    assert all(one.run is not None and one.run.speedup > 0 for one in found.tried)


@pytest.mark.slow
def test_what_stops_a_process_is_told(tmp_path: Path) -> None:
    data = np.array([None, {}], object)

    with pytest.raises((InvalidValueError, CompressionError), match="search: "):
        compress.search(
            model(), space(), data, test=samples(), state_dir=tmp_path, trials=2, processes=2
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [({"trials": 0}, "trials must be at least 1"), ({"processes": 0}, "processes must be")],
)
def test_numbers_have_limits(tmp_path: Path, given: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        run(tmp_path, **{"trials": 1, **given})


def test_a_recipe_without_choices_is_no_search(tmp_path: Path) -> None:
    closed = compress.Space.from_json({"steps": [{"prune": {"sparsity": 0.5}}]})

    with pytest.raises(InvalidValueError, match="leaves nothing open"):
        compress.search(model(), closed, samples(), test=samples(), state_dir=tmp_path)


def test_without_optuna_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(UnsupportedError, match=r"fastcnn\[search\]"):
        run(tmp_path, 1)


def tried(number: int, speedup: float, score: float) -> Tried:
    figures = Run("recipe", 0, score, speedup, 1.0, 1, 1, 1)
    return Tried(number, {}, {"steps": [{"prune": {"sparsity": 0.5}}]}, figures)


def test_the_front_and_the_fastest_that_is_good_enough(tmp_path: Path) -> None:
    all_tried = (
        tried(0, 2.0, 0.97),
        tried(1, 0.9, 0.99),
        tried(2, 1.5, 0.985),
        tried(3, 1.4, 0.98),
        Tried(4, {}, {}, None, "no such layer"),
    )
    found = Found(all_tried, {"score": 0.99, "ms": 1.0}, "accuracy", tmp_path)

    assert [one.number for one in found.front] == [2, 0]
    assert found.fastest(0.01).number == 2
    assert found.fastest(0.03).number == 0
    with pytest.raises(CompressionError, match=r"keeps accuracy at 0\.9890: the best has 0\.9850"):
        found.fastest(0.001)
    slower = Found((tried(0, 0.8, 0.9),), {"score": 0.99, "ms": 1.0}, "accuracy", tmp_path)
    with pytest.raises(CompressionError, match="as it was given is both faster"):
        slower.fastest(1.0)
