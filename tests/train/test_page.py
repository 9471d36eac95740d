"""The examples of docs/training.md run, and its tables are complete."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from fastcnn import augment, callbacks, models

FILE = Path(__file__).parents[2] / "docs" / "training.md"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the pages are not part of an install")


def page() -> str:
    return FILE.read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    """The names that begin what stands in code marks in the first column under a heading."""
    section = page().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", section, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


def classes(module: object) -> set[str]:
    return {name for name, value in vars(module).items() if inspect.isclass(value)}


def test_the_examples_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for code in re.findall(r"```python\n(.*?)```", page(), re.DOTALL):
        exec(compile(code, str(FILE), "exec"), names)

    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"digits.npy", "best.fcnn", "log.csv", "logs", "backup"}


def test_every_argument_has_a_row():
    arguments = set(inspect.signature(models.Model.fit).parameters) - {"self"}

    assert first_cells("What `fit` takes") == arguments


def test_every_augmentation_has_a_row():
    assert first_cells("Augmentation") == classes(augment) - {"Augmentation"}


def test_every_callback_has_a_row():
    shown = {"CallbackList", "History", "ProgressBar"}
    assert first_cells("Callbacks") == classes(callbacks) - shown
