"""The page as a browser shows it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_sample import REPORT

from fastcnn.report import COLUMNS, write

pytest.importorskip("plotly", reason="the report needs plotly")
pytest.importorskip("jinja2", reason="the report needs jinja2")

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
POINT = re.compile(r'<path class="point[^"]*" transform="translate\(([^,]+),([^)]+)\)"')


@pytest.fixture(scope="module")
def dom(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page after its script ran."""
    if BROWSER is None:
        pytest.skip("no chromium on this machine")
    folder: Path = tmp_path_factory.mktemp("browser")
    page = folder / "report.html"
    write(page, REPORT)
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1280,2400",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return re.sub(r"<script>.*?</script>", "", done.stdout, flags=re.S)


def chart(dom: str, name: str) -> str:
    """The drawing of one chart."""
    pieces = re.split(r'<div id="([\w-]+)" class="chart', dom.partition("Layer by layer")[0])
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))[name]


def test_every_model_is_a_labelled_point(dom: str) -> None:
    drawing = chart(dom, "speed-and-accuracy")

    labels = re.findall(r'<g class="textpoint".*?data-unformatted="([^"]*)"', drawing)
    assert sorted(label.replace("&nbsp;", " ").strip() for label in labels) == sorted(
        entry.name for entry in REPORT.entries
    )
    assert len(POINT.findall(drawing)) == len(REPORT.entries)


def test_faster_stands_right_and_more_accurate_stands_up(dom: str) -> None:
    drawing = chart(dom, "speed-and-accuracy")

    places = [(float(x), float(y)) for x, y in POINT.findall(drawing)]
    right = sorted(range(len(places)), key=lambda i: places[i][0])
    up = sorted(range(len(places)), key=lambda i: -places[i][1])
    entries = REPORT.entries
    assert right == sorted(range(len(entries)), key=lambda i: entries[i].throughput)
    assert up == sorted(range(len(entries)), key=lambda i: entries[i].accuracy)


@pytest.mark.parametrize("name", ["validation-error", "training-loss"])
def test_every_trained_model_has_a_curve(dom: str, name: str) -> None:
    lines = re.findall(r'<path class="js-line"', chart(dom, name))

    assert len(lines) == sum(entry.curve is not None for entry in REPORT.entries)


def test_the_table_holds_every_figure(dom: str) -> None:
    start = dom.index('<table id="comparison"')
    table = dom[start : dom.index("</table>", start)]

    cells = re.findall(r'data-key="(\w+)" data-value="([^"]+)"', table)
    assert cells == [
        (column.key, str(column.value(entry))) for entry in REPORT.entries for column in COLUMNS
    ]
