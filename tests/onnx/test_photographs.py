"""A trained network names what photographs show.

Runs where FASTCNN_MODELS is a folder with mobilenet_v2.onnx (see benchmarks/models) and
scikit-image, which brings the photographs, is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import fastcnn as fc

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MODEL = Path(os.environ.get("FASTCNN_MODELS", "")) / "mobilenet_v2.onnx"
EGYPTIAN_CAT, ESPRESSO, TRIPOD = 285, 967, 872


@pytest.fixture(scope="module")
def session():
    pytest.importorskip("onnx")
    if not MODEL.is_file():
        pytest.skip("FASTCNN_MODELS names no folder with mobilenet_v2.onnx")
    return fc.compile(fc.onnx.load(MODEL))


@pytest.mark.parametrize(
    ("name", "expected"), [("chelsea", EGYPTIAN_CAT), ("coffee", ESPRESSO), ("camera", TRIPOD)]
)
def test_a_photograph_is_named(session, name, expected, monkeypatch) -> None:
    data = pytest.importorskip("skimage.data")
    image = pytest.importorskip("PIL.Image")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delitem(sys.modules, "classify_onnx", raising=False)
    from classify_onnx import prepare

    scores = session(prepare(image.fromarray(getattr(data, name)())))

    assert scores.argmax() == expected
