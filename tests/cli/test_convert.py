"""`fastcnn convert`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fastcnn.models import load_model

onnx = pytest.importorskip("onnx")


def test_there_and_back_keeps_what_the_model_computes(call, trained: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "squares.onnx", tmp_path / "back.fcnn"

    first = call("convert", trained, there, "--opset", 18, "--json")
    second = call("convert", there, back, "--json")

    assert (first.code, second.code) == (0, 0)
    assert first.json["parameters"] == second.json["parameters"]
    assert first.json["bytes_on_disk"] == there.stat().st_size
    assert onnx.load(there).opset_import[0].version == 18
    x = np.random.default_rng(0).random((3, 18, 18, 1), np.float32)
    np.testing.assert_array_equal(load_model(back).predict(x), load_model(trained).predict(x))


@pytest.mark.parametrize(
    ("source", "target", "arguments", "message"),
    [
        ("model.pt", "model.onnx", (), "'model.pt' cannot be read: its name must end in .fcnn"),
        ("model.fcnn", "model.keras", (), "'model.keras' cannot be written: its name must end in"),
        ("model.fcnn", "other.fcnn", (), "both are .fcnn files: copy the file instead"),
        ("model.onnx", "model.fcnn", ("--opset", 20), "--opset is for .onnx files"),
    ],
)
def test_a_wrong_pair_is_told(call, tmp_path: Path, source, target, arguments, message) -> None:
    (tmp_path / source).touch()

    result = call("convert", tmp_path / source, tmp_path / target, *arguments)

    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert not (tmp_path / target).exists()


def test_a_damaged_file_is_told(call, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x08\x07 nothing of the kind")

    result = call("convert", tmp_path / "model.onnx", tmp_path / "model.fcnn")

    assert result.code == 1
    assert "model.onnx" in result.err
    assert not (tmp_path / "model.fcnn").exists()
