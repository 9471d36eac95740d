"""The examples of the page on ONNX run, and its lists are complete."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from fastcnn.onnx.keras_layers import CONVERTERS

PAGE = Path(__file__).parents[2] / "docs" / "onnx.md"

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytestmark = [
    pytest.mark.skipif(not PAGE.is_file(), reason="the pages are not part of an install"),
    pytest.mark.filterwarnings("default"),
]


def examples() -> list[tuple[str | None, str]]:
    """The package each example needs, if any, and its code."""
    pattern = r"(?:<!-- needs (\w+) -->\n)?```python\n(.*?)```"
    return [(needs or None, code) for needs, code in re.findall(pattern, PAGE.read_text(), re.S)]


def test_the_examples_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    ran = 0
    for needs, code in examples():
        if needs is None or find_spec(needs):
            exec(compile(code, os.fspath(PAGE), "exec"), names)
            ran += 1

    assert ran >= 4


def test_the_list_of_layers_is_complete():
    text = PAGE.read_text().partition("\nLayers: ")[2].partition(";")[0]
    listed = set(re.findall(r"`(\w+)`", text))

    idle = CONVERTERS["GaussianNoise"]
    known = {
        kind
        for kind, converter in CONVERTERS.items()
        if converter is not idle and not kind.startswith("ops.")
    }
    assert listed == known
