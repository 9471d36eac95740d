"""The page about an optimization."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from fastcnn import compress, layers, models
from fastcnn.compress import Outcome
from fastcnn.models import Model
from fastcnn.random import set_random_seed
from fastcnn.report.answers import compare_answers
from fastcnn.report.png import png_address
from fastcnn.typing import Array

pytest.importorskip("plotly", reason="the report needs plotly")
pytest.importorskip("jinja2", reason="the report needs jinja2")


def data() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    x = rng.random((60, 10, 10, 1)).astype(np.float32)
    return x, (x.mean((1, 2, 3)) > 0.5).astype(np.int32)


@pytest.fixture(scope="module")
def optimized(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Outcome, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTCNN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        set_random_seed(1)
        model = models.Sequential(name="tiny")
        model.add(layers.Conv2D(8, (3, 3), activation="relu", input_shape=(10, 10, 1)))
        model.add(layers.Conv2D(8, (3, 3), activation="relu"))
        model.add(layers.Flatten())
        model.add(layers.Dense(2, activation="softmax"))
        result = compress.optimize(
            model, data(), target_bytes=4000, cuts=0, criterion="magnitude", samples=40
        )
        path = tmp_path_factory.mktemp("page") / "report.html"
        result.report(path, model, data())
    return model, result, path.read_text()


def charts(page: str) -> dict[str, dict[str, object]]:
    match = re.search(r'<script id="charts" type="application/json">(.*?)</script>', page, re.S)
    assert match is not None
    return json.loads(match[1])


def test_the_page_begins_with_the_sentence(optimized: tuple[Model, Outcome, str]) -> None:
    _, result, page = optimized

    heading = re.search(r"<h1>(.*?)</h1>", page, re.S)

    assert heading is not None
    assert heading[1] == result.headline.replace("->", "\u2192")


def test_every_chart_has_its_place(optimized: tuple[Model, Outcome, str]) -> None:
    *_, page = optimized

    drawn = charts(page)

    assert {"frontier", "bars-ms", "bars-macs", "bars-nonzeros", "confusion-after"} <= set(drawn)
    assert all(f'id="{name}"' in page for name in drawn)


def test_bars_hold_the_figures_of_both_models(optimized: tuple[Model, Outcome, str]) -> None:
    model, result, page = optimized

    after, before = charts(page)["bars-macs"]["data"]  # type: ignore[misc]

    def macs(one: Model) -> int:
        return sum(node.macs() or 0 for node in one.layers)

    assert sum(before["x"]) == macs(model)
    assert sum(after["x"]) == macs(result.model)


def test_a_candidate_tells_what_it_lost(optimized: tuple[Model, Outcome, str]) -> None:
    _, result, page = optimized

    marks = charts(page)["frontier"]["data"][1]  # type: ignore[index]

    chosen = next(trial for trial in result.frontier if trial.chosen)
    told = " ".join(marks["customdata"])
    assert all(layer in told for layer in chosen.profile["channels"])


def test_confusion_counts_every_sample(optimized: tuple[Model, Outcome, str]) -> None:
    model, result, _ = optimized

    answers = compare_answers(model, result.model, data())

    assert answers.confusion is not None
    assert all(counts.sum() == 60 for counts in answers.confusion)
    assert answers.confusion[0].trace() == np.sum(
        np.argmax(model.predict(data()[0]), 1) == data()[1]
    )
    assert len(answers.changed) == min(answers.differ, 24)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_holds_the_pixels(channels: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, channels)).astype(np.float32)
    image.flat[0], image.flat[1] = 0, 255

    content = base64.b64decode(png_address(image).partition(",")[2])

    start = content.index(b"IDAT")
    size = int.from_bytes(content[start - 4 : start], "big")
    rows = np.frombuffer(zlib.decompress(content[start + 4 : start + 4 + size]), np.uint8)
    np.testing.assert_array_equal(rows.reshape(5, -1)[:, 1:].reshape(image.shape), image)


def test_a_page_is_not_left_half_written(
    optimized: tuple[Model, Outcome, str], tmp_path: Path
) -> None:
    model, result, _ = optimized
    path = tmp_path / "page.html"
    path.write_text("old")

    with pytest.raises(ValueError, match="predict"):
        result.report(path, model, np.zeros((4, 3, 3, 1), np.float32))

    assert path.read_text() == "old"
