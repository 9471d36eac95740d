"""The page about recipes side by side."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fastcnn.compress import Comparison, Found
from fastcnn.compress.recipes.measured import Run
from fastcnn.compress.search.found import Tried

pytest.importorskip("plotly", reason="the report needs plotly")
pytest.importorskip("jinja2", reason="the report needs jinja2")


def charts_of(page: str) -> Any:
    match = re.search(r'<script id="charts" type="application/json">(.*?)</script>', page, re.S)
    assert match is not None
    return json.loads(match[1])


def test_a_comparison_shows_means_with_their_intervals(tmp_path: Path) -> None:
    runs = [
        Run(name, seed, score + 0.001 * seed, speed, 1.0, 1, 1, 1)
        for name, score, speed in (("</script>", 0.98, 2.0), ("worse", 0.95, 1.5))
        for seed in (0, 1)
    ]

    Comparison(tuple(runs), {"score": 0.9843, "ms": 1.0}, "accuracy").report(tmp_path / "p.html")

    page = (tmp_path / "p.html").read_text()
    front, points, original = charts_of(page)["recipes"]["data"]
    assert front["x"] == [2.0]
    assert points["y"] == pytest.approx([98.05, 95.05])
    assert points["error_y"]["array"] == pytest.approx([100 * 12.706205 * 0.001 / 2] * 2)
    assert original["y"] == pytest.approx([98.43])
    assert "2.0x as fast, 0.4 points lost: &lt;/script&gt;, of 2 recipes" in page
    assert "confidence intervals over seeds" in page
    assert not re.search(r"<(script|link) [^>]*(src|href)=", page)


def test_a_search_shows_what_each_trial_did(tmp_path: Path) -> None:
    steps = {"steps": [{"prune": {"sparsity": 0.5}}, {"fine_tune": {"epochs": 2}}]}
    tried = (
        Tried(0, {}, steps, Run("r", 0, 0.9, 2.0, 1.0, 1, 1, 1)),
        Tried(1, {}, steps, None, "no such layer"),
    )

    Found(tried, {"score": 0.985, "ms": 1.0}, "accuracy", tmp_path).report(tmp_path / "p.html")

    page = (tmp_path / "p.html").read_text()
    _, points, _ = charts_of(page)["recipes"]["data"]
    assert points["customdata"] == [["trial 0", "prune sparsity=0.5<br>fine_tune epochs=2"]]
    assert "1 recipes; each loses more than a point of accuracy" in page
    assert "trial 1 failed: no such layer" in page
    assert "confidence intervals" not in page
