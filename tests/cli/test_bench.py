"""`fastcnn bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastcnn import runtime
from fastcnn.bench import Contest, Entry
from fastcnn.cli.bench import means


def test_a_model_is_timed(call, trained: Path) -> None:
    result = call("bench", trained, "--seconds", 0, "--batch", "1,2", "--json")

    assert result.code == 0
    assert [c["batch"] for c in result.json["contests"]] == [1, 2]
    assert all(c["entries"][0]["median_ms"] > 0 for c in result.json["contests"])
    assert result.json["machine"]["peak_gflops"] > 0


def test_people_see_a_table(call, trained: Path) -> None:
    result = call("bench", trained, "--seconds", 0)

    assert "squares" in result.out
    assert "held to CPU" in result.out


def test_a_model_that_does_not_run_fails_the_command(call, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model")

    result = call("bench", path, "--seconds", 0)

    assert result.code == 1
    assert "broken" in result.out


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--against", "caffe", "'caffe' is none of onnxruntime, openvino"),
        ("--threads", "0", "0 is less than 1"),
        ("--batch", "one", "'one' is not numbers"),
    ],
)
def test_options_that_make_no_sense_are_refused(call, trained, option, text, words) -> None:
    result = call("bench", trained, option, text)

    assert result.code == 2
    assert words in result.err


def test_a_runtime_that_does_not_run_on_the_device_is_refused(call, trained) -> None:
    result = call("bench", trained, "--device", "cuda", "--against", "openvino")

    assert result.code == 2
    assert "'openvino' is none of onnxruntime, torch, cupy, which run on cuda" in result.err


def test_without_a_device_the_error_says_what_is_missing(call, trained, monkeypatch) -> None:
    monkeypatch.delenv("FASTCNN_CUDA_EMULATION", raising=False)
    state = runtime.cuda_state()
    if state is not None and "problem" not in state:
        pytest.skip("this machine has a CUDA device")

    result = call("bench", trained, "--device", "cuda", "--against", "cupy,torch")

    assert result.code == 1
    assert "this build has no module _cuda" in result.err or "no usable CUDA device" in result.err


def test_means_are_geometric_and_by_batch_and_threads() -> None:
    def contest(ours: float | None, peer: float, batch: int) -> Contest:
        entries = (Entry("fastcnn", median_ms=ours), Entry("onnxruntime", median_ms=peer))
        return Contest("m", 1, (0,), batch, "onnxruntime", entries)

    found = means([contest(1, 2, 1), contest(1, 8, 1), contest(None, 8, 1), contest(2, 1, 16)])

    assert [(mean["batch"], mean["models"], mean["ratio"]) for mean in found] == [
        (1, 2, pytest.approx(4.0)),
        (16, 1, 0.5),
    ]
