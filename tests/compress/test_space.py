"""Recipes with choices."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastcnn import compress
from fastcnn.compress.search.space import Range, Space
from fastcnn.errors import FileFormatError

WEIGHTS = {"structure": {"any": ["weight", "4x1"]}, "sparsity": {"from": 0.2, "to": 1}}
CHANNELS = {"structure": "channel", "sparsity": {"from": 0.25, "to": 0.5, "step": 0.25}}
TUNING = {"epochs": {"from": 1, "to": 4}, "learning_rate": {"from": 1e-4, "to": 0.1, "log": True}}
OPEN = {
    "name": "open",
    "seed": 3,
    "steps": [{"any": [{"prune": WEIGHTS}, {"prune": CHANNELS}, None]}, {"fine_tune": TUNING}],
}


class Last:
    """Takes the last option and the largest number, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def option(self, name: str, labels: tuple[str, ...]) -> int:
        self.asked[name] = labels
        return len(labels) - 1

    def number(self, name: str, range: Range) -> float:
        self.asked[name] = range
        return range.high


class First(Last):
    def option(self, name: str, labels: tuple[str, ...]) -> int:
        super().option(name, labels)
        return 0


class Random(Last):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)

    def option(self, name: str, labels: tuple[str, ...]) -> int:
        super().option(name, labels)
        return self.random.randrange(len(labels))


def test_what_is_open_is_settled_and_the_rest_stays() -> None:
    space = Space.from_json(OPEN)

    recipe = space.recipe(First())

    assert (recipe.name, recipe.seed, space.choices) == ("open", 3, 6)
    prune, tune = recipe.steps
    assert prune.action == "prune"
    assert dict(prune.arguments) == {"structure": "weight", "sparsity": 1}
    assert dict(tune.arguments) == {"epochs": 4, "learning_rate": 0.1}


def test_a_step_that_is_null_is_left_out() -> None:
    assert [step.action for step in Space.from_json(OPEN).recipe(Last()).steps] == ["fine_tune"]


def test_nothing_at_all_is_a_recipe_too() -> None:
    space = Space.from_json({"steps": [{"any": [{"prune": {"sparsity": 0.5}}, None]}]})

    assert space.recipe(Last()).steps == ()


def test_numbers_are_whole_where_both_ends_are() -> None:
    chooser = First()
    Space.from_json(OPEN).recipe(chooser)

    ranges = {name: one for name, one in chooser.asked.items() if isinstance(one, Range)}
    assert [one.whole for one in ranges.values()] == [False, True, False]
    assert [one.log for one in ranges.values()] == [False, False, True]


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8))
def test_one_name_never_stands_for_two_choices(seeds: list[int]) -> None:
    space, known = Space.from_json(OPEN), dict[str, Any]()
    for seed in seeds:
        chooser = Random(seed)
        space.recipe(chooser)
        for name, what in chooser.asked.items():
            assert known.setdefault(name, what) == what


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"prune": {"sparsity": {"any": []}}}], "needs one option or more"),
        ([{"any": [{"prune": {"sparsity": 0.5}}, {"prune": {"sparsty": 0.5}}]}], "'sparsity'"),
        ([{"any": [{"prune": {"sparsity": 0.5}}, {"shrink": {}}]}], "'shrink' is no action"),
        ([{"prune": {"sparsity": {"from": 0.5, "to": 0.1}}}], "from must not be over to"),
        ([{"prune": {"sparsity": {"from": "a", "to": 0.1}}}], "must be numbers"),
        ([{"fine_tune": {"learning_rate": {"from": 0, "to": 1, "log": True}}}], "must be over 0"),
        ([{"fine_tune": {"epochs": {"from": 1, "to": 8, "step": 1, "log": True}}}], "without a"),
        ([], "'steps' must be a list of one step or more"),
    ],
)  # fmt: skip
def test_every_option_is_checked_beforehand(steps: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        Space.from_json({"steps": steps})


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "open.json"
    path.write_text(json.dumps(OPEN))
    text = tmp_path / "open.yaml"
    text.write_text("steps:\n  - prune: {sparsity: {from: 0.5, to: 0.9}}\n")

    assert compress.read_space(path).data == OPEN
    assert compress.read_space(text).choices == 1
