"""The page as text."""

from __future__ import annotations

import errno
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_sample import ORIGINAL, REPORT

from fastcnn.errors import InvalidValueError
from fastcnn.report import render, write

pytest.importorskip("plotly", reason="the report needs plotly")
pytest.importorskip("jinja2", reason="the report needs jinja2")


def charts(page: str) -> dict[str, dict[str, list[dict[str, object]]]]:
    found = re.search(r'<script id="charts" type="application/json">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


def test_the_page_loads_nothing() -> None:
    head, _, script = render(REPORT).partition("<script>")

    assert not re.search(r"<(link|img|iframe)|\bsrc=|url\(|@import", head)
    assert "src=" not in re.findall(r"<script[^>]*>", script)


def test_a_chart_has_a_point_for_every_model() -> None:
    data = charts(render(REPORT))["speed-and-accuracy"]["data"]

    points = {trace["name"]: (trace["x"], trace["y"]) for trace in data[1:]}
    assert points == {
        entry.name: ([entry.throughput], [100 * entry.accuracy]) for entry in REPORT.entries
    }


def test_curves_are_drawn_for_trained_models_only() -> None:
    data = charts(render(REPORT))["validation-error"]["data"]

    assert [trace["name"] for trace in data] == [e.name for e in REPORT.entries if e.curve]
    assert data[1]["x"] == [5, 6, 7]


def test_text_from_outside_is_escaped() -> None:
    page = render(replace(REPORT, title="<b>bold</b>"))

    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "a </script> test" not in page


def test_a_single_model_needs_no_comparison() -> None:
    page = render(replace(REPORT, entries=(replace(ORIGINAL, curve=None),)))

    assert "Layer by layer" not in page
    assert "<h2>Training</h2>" not in page


@pytest.mark.parametrize("entries", [(), (ORIGINAL, ORIGINAL)], ids=["none", "twice"])
def test_models_must_be_told_apart(entries: tuple[object, ...]) -> None:
    with pytest.raises(InvalidValueError, match="models of different names"):
        render(replace(REPORT, entries=entries))


def test_a_full_disk_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, REPORT)

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_model_without_accuracy_is_named() -> None:
    untested = replace(ORIGINAL, name="new", accuracy=float("nan"))

    with pytest.raises(InvalidValueError, match="needs the accuracy of new"):
        render(replace(REPORT, entries=(ORIGINAL, untested)))


def test_layers_are_compared_where_something_was_removed() -> None:
    page = render(REPORT)

    compared = re.findall(r"<summary>.*?</span>(.*?)\s*<small>", page, re.S)
    assert compared == [entry.name for entry in REPORT.entries if entry.removed]
