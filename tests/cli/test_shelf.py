"""Finished stages are kept, and used again when nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastcnn import layers
from fastcnn.cli.output import Output
from fastcnn.cli.shelf import Piece, Shelf
from fastcnn.models import Model, Sequential
from fastcnn.report import Curve

CURVE = Curve((1, 2), (0.5, 0.75), (None, 0.25))


@pytest.fixture
def made() -> list[str]:
    """Names of the stages that were made, in order."""
    return []


def stage(folder: Path, made: list[str], name: str, units: int, *parents: Piece) -> Piece:
    def make() -> tuple[Model, Curve]:
        made.append(name)
        return Sequential([layers.Input((4,)), layers.Dense(units)]), CURVE

    return Shelf(folder, Output()).stage(name, name, {"units": units}, make, parents=parents)


def test_a_finished_stage_is_used_again(tmp_path: Path, made: list[str]) -> None:
    first = stage(tmp_path, made, "one", 3)
    again = stage(tmp_path, made, "one", 3)

    assert made == ["one"]
    assert again.digest == first.digest
    assert again.curve == CURVE
    assert again.model.count_params() == first.model.count_params()


def test_other_settings_make_it_anew(tmp_path: Path, made: list[str]) -> None:
    stage(tmp_path, made, "one", 3)
    again = stage(tmp_path, made, "one", 5)

    assert made == ["one", "one"]
    assert again.model.count_params() == 25


def test_other_parents_make_it_anew(tmp_path: Path, made: list[str]) -> None:
    stage(tmp_path, made, "child", 3, stage(tmp_path, made, "parent", 3))
    stage(tmp_path, made, "child", 3, stage(tmp_path, made, "parent", 4))

    assert made == ["parent", "child", "parent", "child"]


@pytest.mark.parametrize("harm", ["cut model", "no model", "cut note", "no note"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, made: list[str], harm: str) -> None:
    stage(tmp_path, made, "one", 3)
    path = tmp_path / ("one.fcnn" if "model" in harm else "one.json")
    if harm.startswith("no"):
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-20])

    stage(tmp_path, made, "one", 3)
    stage(tmp_path, made, "one", 3)

    assert made == ["one", "one"]
