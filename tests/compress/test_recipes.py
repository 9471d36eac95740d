"""Compressions as files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.compress.recipes import run as running
from fastcnn.compress.recipes import steps
from fastcnn.errors import CompressionError, FileFormatError
from fastcnn.models import Model, load_model

RECIPE = """
name: twice
seed: 3
steps:
  - prune: {sparsity: 0.5, structure: channel}
  - prune: {sparsity: 0.25, scope: layer}
"""


def model() -> Model:
    return Model.from_graph(make_net(["conv"], "flatten"))


def written(tmp_path: Path, text: str, name: str = "recipe.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_recipe_does_what_its_steps_do(tmp_path: Path) -> None:
    recipe = compress.read_recipe(written(tmp_path, RECIPE))

    made = compress.run_recipe(model(), recipe)

    by_hand = compress.prune(model(), sparsity=0.5, structure="channel", seed=3)
    by_hand = compress.prune(by_hand, sparsity=0.25, scope="layer", seed=3)
    for name, value in by_hand.graph.parameters.items():
        np.testing.assert_array_equal(made.graph.parameters[name].data, value.data)


def test_the_result_carries_how_it_was_made(tmp_path: Path) -> None:
    recipe = compress.read_recipe(written(tmp_path, RECIPE))

    compress.run_recipe(model(), recipe).save(tmp_path / "made.fcnn")

    record = load_model(tmp_path / "made.fcnn").records[-1]
    assert record.kind == "recipe"
    assert record.details["recipe"]["steps"][0]["prune"]["structure"] == "channel"
    assert record.details["seed"] == 3
    assert len(record.details["hashes"]["model"]) == 64
    assert len(record.details["log"]) == 2


def test_json_is_read_too(tmp_path: Path) -> None:
    from_yaml = compress.read_recipe(written(tmp_path, RECIPE))

    path = written(tmp_path, json.dumps(from_yaml.to_json()), "recipe.json")

    assert compress.read_recipe(path) == from_yaml


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = compress.read_recipe(written(tmp_path, RECIPE))
    whole = compress.run_recipe(model(), recipe)
    run_of, calls = running.run_of, []

    def stopping(action: str) -> object:
        calls.append(action)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run_of(action)

    monkeypatch.setattr(running, "run_of", stopping)
    with pytest.raises(KeyboardInterrupt):
        compress.run_recipe(model(), recipe, state_dir=tmp_path / "state")
    lines: list[str] = []
    made = compress.run_recipe(model(), recipe, state_dir=tmp_path / "state", say=lines.append)

    assert len(calls) == 3
    assert "kept from an earlier run" in lines[0]
    for name, value in whole.graph.parameters.items():
        np.testing.assert_array_equal(made.graph.parameters[name].data, value.data)


def test_steps_of_another_model_are_not_taken(tmp_path: Path) -> None:
    recipe = compress.read_recipe(written(tmp_path, RECIPE))
    compress.run_recipe(model(), recipe, state_dir=tmp_path / "state")
    lines: list[str] = []

    compress.run_recipe(
        Model.from_graph(make_net(["conv"], "flatten", seed=9)),
        recipe,
        state_dir=tmp_path / "state",
        say=lines.append,
    )

    assert not any("kept" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: [", ["is no YAML"]),
        ("- prune", ["a mapping with the key 'steps'", "a list"]),
        ("stages: []", ["'stages' is no key", "did you mean 'steps'"]),
        ("steps: []", ["one step or more"]),
        ("seed: -1\nsteps: [prune]", ["seed must be a whole number", "-1"]),
        ("steps: [{prun: {}}]", ["step 1", "'prun' is no action", "did you mean 'prune'"]),
        ("steps: [{prune: 3}]", ["step 1 (prune)", "must be a mapping", "3"]),
        (
            "steps: [prune, {prune: {sparsty: 0.9}}]",
            ["step 2 (prune)", "'sparsty' (value 0.9)", "did you mean 'sparsity'"],
        ),
    ],
)
def test_mistakes_are_told_with_step_key_value_and_remedy(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = written(tmp_path, text)

    with pytest.raises(FileFormatError) as caught:
        compress.read_recipe(path)

    for word in words:
        assert word in str(caught.value)


def test_a_value_outside_its_limits_is_told_with_its_step(tmp_path: Path) -> None:
    recipe = compress.read_recipe(written(tmp_path, "steps: [{prune: {sparsity: 2}}]"))

    with pytest.raises(CompressionError, match=r"step 1 \(prune.*sparsity must be in \[0, 1\)"):
        compress.run_recipe(model(), recipe)


def test_steps_that_take_long_keep_what_they_have_done() -> None:
    kept = {name for name in steps.NAMES if steps.keeps_state(name)}

    assert kept == {"prune", "cut", "fuse", "optimize"}
