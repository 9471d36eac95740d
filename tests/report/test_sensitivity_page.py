"""The page about sensitivity."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fastcnn.compress import Sensitivity
from fastcnn.compress.choose.sensitivity import Point

pytest.importorskip("plotly", reason="the report needs plotly")
pytest.importorskip("jinja2", reason="the report needs jinja2")


def test_each_structure_has_its_curves_and_all_parts_are_in_the_table(tmp_path: Path) -> None:
    points = (
        Point("first", "channel", 0.5, 0.01, 0.9, None),
        Point("first", "channel", 0.75, 0.1, 0.8, None),
        Point("</script>", "weight", 0.5, 0.02, 0.95, None),
        Point("last", "cut", 1.0, 0.3, 0.7, None),
    )

    Sensitivity(points, None, 32, {}).plot(tmp_path / "new" / "page.html")

    page = (tmp_path / "new" / "page.html").read_text()
    match = re.search(r'<script id="charts" type="application/json">(.*?)</script>', page, re.S)
    assert match is not None
    charts = json.loads(match[1])
    assert list(charts) == ["sensitivity-channel", "sensitivity-weight"]
    assert all(f'id="{name}"' in page for name in charts)
    assert charts["sensitivity-channel"]["data"][0]["y"] == [0.01, 0.1]
    assert charts["sensitivity-weight"]["data"][0]["name"] == "</script>"
    assert "<td>last</td>" in page
    assert "0.7000" in page
    assert not re.search(r"<(script|link) [^>]*(src|href)=", page)
