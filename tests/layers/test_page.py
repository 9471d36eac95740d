"""docs/layers.md names every layer and every activation, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

from fastcnn import layers
from tests.layers.layer_cases import CASES

PAGE = (Path(__file__).parents[2] / "docs" / "layers.md").read_text()
LAYERS, ACTIVATIONS, _ = re.split(r"^## .*$", PAGE, flags=re.MULTILINE)


def first_cells(text: str) -> set[str]:
    """What stands in code marks in the first column of a table."""
    rows = re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_every_layer_has_a_row():
    assert first_cells(LAYERS) == {name.split()[0] for name in CASES} | {"Input"}


def test_every_activation_has_a_row():
    assert first_cells(ACTIVATIONS) == set(layers.activations.names())


def test_the_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    found: dict[str, object] = {}

    exec(code, found)

    assert found["model"].output_shape == (None, 16, 16, 32)
