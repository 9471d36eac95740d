"""Runtimes side by side."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest

import fastcnn as fc
from fastcnn.bench import Contest, Entry, compete, contest
from fastcnn.bench.contest import relative_error
from fastcnn.bench.cpus import pick_cpus
from fastcnn.bench.worker import Worker
from fastcnn.errors import InvalidValueError, PeerError
from fastcnn.ops import Builder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A model of one convolution, in our own form."""
    rng = np.random.default_rng(0)
    g = Builder()
    x = g.input("x", (None, 3, 8, 8))
    w, b = (g.constant(n, rng.random(s, np.float32)) for n, s in (("w", (4, 3, 3, 3)), ("b", (4,))))
    attrs = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
    y = g.apply("conv2d", x, w, b, activation="relu", **attrs)
    path = tmp_path / "small.fcnn"
    fc.models.Model.from_graph(g.build((y,))).save(path)
    return path


def entry(ms: float | None, problem: str = "") -> Entry:
    return Entry("one", median_ms=ms, problem=problem)


def contest_of(*entries: Entry) -> Contest:
    return Contest("m", 1, (0,), 1, "onnxruntime", entries)


def test_a_model_is_timed_alone(small: Path) -> None:
    (one, sixteen) = compete(small, batches=(1, 2), seconds=0, python=sys.executable)

    for found, batch in ((one, 1), (sixteen, 2)):
        (ours,) = found.entries
        assert (found.batch, found.ratio, found.wrong, found.reference) == (batch, None, False, "")
        assert 0 < ours.minimum_ms <= ours.median_ms
        assert ours.runs >= 6
        assert ours.first_answer_s > 0
        assert ours.peak_mb > 1
        assert ours.problem == ""


def test_outputs_are_compared_with_the_peers(small: Path) -> None:
    pytest.importorskip("onnxruntime")

    (found,) = compete(small, against=("onnxruntime",), seconds=0, python=sys.executable)

    ours, peer = found.entries
    assert found.reference == "onnxruntime"
    assert ours.error < 1e-6
    assert peer.error is None
    assert found.ratio == pytest.approx(peer.median_ms / ours.median_ms)


def test_a_wrong_answer_is_not_timed(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(contest, "TOLERANCE", -1.0)

    (found,) = compete(small, against=("onnxruntime",), seconds=0, python=sys.executable)

    ours, peer = found.entries
    assert found.wrong
    assert ours.median_ms is None
    assert "wrong outputs: relative RMS error" in ours.problem
    assert peer.median_ms is not None


def test_a_peer_that_is_not_installed_says_so(small: Path) -> None:
    (found,) = compete(small, against=("openvino",), seconds=0, python=sys.executable)

    ours, peer = found.entries
    assert "No module named 'openvino'" in peer.problem
    assert ours.median_ms is not None
    assert not found.wrong


def test_a_file_that_cannot_be_read_fails_the_contest(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model")

    (found,) = compete(path, seconds=0, python=sys.executable)

    assert found.wrong
    assert "fastcnn: " in found.entries[0].problem


def test_a_process_that_dies_is_told_of() -> None:
    with Worker("fastcnn", "/bin/false", [0]) as worker, pytest.raises(PeerError, match="code 1"):
        worker.call("load", model="x.onnx")


def test_a_worker_runs_on_the_cpus_it_was_given() -> None:
    (cpu,) = pick_cpus(1)

    with Worker("fastcnn", sys.executable, [cpu]) as worker:
        with pytest.raises(PeerError):  # starts the runtime
            worker.call("load", model="missing.onnx")
        assert os.sched_getaffinity(worker.pid) == {cpu}


def test_more_threads_than_cpus_are_refused() -> None:
    allowed = len(os.sched_getaffinity(0))

    with pytest.raises(InvalidValueError, match=f"this process may use {allowed}"):
        pick_cpus(allowed + 1)
    assert len(set(pick_cpus(allowed))) == allowed


def test_the_ratio_is_to_the_fastest_peer_that_was_right() -> None:
    assert contest_of(entry(2.0), entry(6.0), entry(5.0), entry(None, "wrong")).ratio == 2.5
    assert contest_of(entry(None, "wrong"), entry(5.0)).ratio is None
    assert contest_of(entry(2.0), entry(None, "missing")).ratio is None


def test_relative_error_is_the_worst_outputs() -> None:
    truth = np.array([3.0, 4.0], np.float32)

    assert relative_error([truth, truth + np.float32([0, 0.5])], [truth, truth]) == pytest.approx(
        0.1
    )
    assert relative_error([truth.reshape(1, 2)], [truth]) == 0
    assert relative_error([truth * 0], [truth * 0]) == 0
    assert relative_error([truth], [truth * 0]) == math.inf
    assert relative_error([truth * np.nan], [truth]) == math.inf
    assert relative_error([truth[:1]], [truth]) == math.inf
    assert relative_error([], [truth]) == math.inf
