"""The choice between kernels by their times on the device, by a clock that the tests set."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.runtime import choices
from tests.tolerance import assert_close

SHAPE = (2, 16, 16, 24)


@pytest.fixture
def emulated(emulated, monkeypatch, tmp_path):
    """The times of a new machine."""
    monkeypatch.setenv("FASTCNN_CACHE_DIR", str(tmp_path))
    choices.shared_on_cuda.cache_clear()
    yield emulated
    choices.shared_on_cuda.cache_clear()


def model(**how):
    """A depthwise convolution, which two kernels take."""
    fc.set_random_seed(6)
    how = {"kernel_size": 3, "padding": "same", "input_shape": SHAPE[1:]} | how
    return models.Sequential([layers.DepthwiseConv2D(**how)])


def chosen(batch=SHAPE[0], **how):
    """The kernel that runs, and why."""
    session = fc.compile(model(**how), device="cuda", measure=True)
    x = np.zeros((batch, *session.graph.inputs[0].shape[1:]), np.float32)
    (row,) = [row for row in session.explain(x).rows if row["op"] == "conv2d"]
    return row["kernel"], row["why"]


@pytest.mark.parametrize(
    ("costs", "winner"),
    [
        ({"conv2d_depthwise": 1.0, "conv2d_gemm": 2.0}, "conv2d_depthwise"),
        ({"conv2d_depthwise": 2.0, "conv2d_gemm": 1.0}, "conv2d_gemm"),
        ({"conv2d_depthwise": 1.0, "conv2d_gemm": 0.99}, "conv2d_depthwise"),
    ],
    ids=["first", "second", "all-but-equal"],
)
def test_the_faster_kernel_runs(emulated, costs, winner):
    for kernel, milliseconds in costs.items():
        emulated.set_cost(kernel, milliseconds)

    kernel, why = chosen()

    assert kernel.startswith(winner)
    assert why.startswith("measured: conv2d_depthwise ")
    assert why.count(" ms") == 2


def test_the_slower_kernel_on_paper_gives_the_same_numbers(emulated, rng):
    emulated.set_cost("conv2d_depthwise", 9.0)
    x = rng.random(SHAPE, np.float32)

    y = fc.compile(model(), device="cuda", measure=True)(x)

    assert_close(y, np.float64(fc.compile(model())(x)), reduction=9)


def test_times_are_kept_for_the_next_process(emulated, tmp_path):
    emulated.set_cost("conv2d_depthwise", 2.0)
    first = chosen()
    choices.shared_on_cuda.cache_clear()
    emulated.set_cost("conv2d_gemm", 9.0)  # would lose, were it measured again

    assert chosen() == first
    content = json.loads((tmp_path / "cuda_kernels.json").read_text())
    (key,) = content["milliseconds"]
    assert key.startswith("emulated device 9.0: conv2d precision=0 ")
    assert "float32(2, 24, 16, 16)" in key
    assert content["machine"].startswith("CUDA 13.0; fastcnn._cuda_emu ")


def test_another_shape_or_another_build_is_measured_anew(emulated, tmp_path):
    emulated.set_cost("conv2d_depthwise", 2.0)
    chosen()
    emulated.set_cost("conv2d_gemm", 9.0)

    assert chosen(batch=3)[0].startswith("conv2d_depthwise")
    choices.shared_on_cuda.cache_clear()
    path = tmp_path / "cuda_kernels.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"machine": "another"}))
    assert chosen()[0].startswith("conv2d_depthwise")


@pytest.mark.parametrize(("milliseconds", "most"), [(1e-4, 250), (0.5, 40), (5000.0, 10)])
def test_measuring_takes_a_bounded_time(emulated, milliseconds, most):
    emulated.set_cost("conv2d", milliseconds)
    emulated.reset_counters()

    chosen()

    assert 4 <= emulated.counters()["launches"] <= most


def test_what_takes_no_time_is_not_measured(emulated):
    emulated.set_cost("conv2d_depthwise", 2.0)

    assert chosen(input_shape=(4, 4, 4))[1] is None


def test_without_memory_for_a_trial_the_first_kernel_runs(emulated):
    emulated.set_cost("conv2d_depthwise", 2.0)
    emulated.plant_fault("cudaMalloc", error=2)

    kernel, why = chosen()

    assert kernel.startswith("conv2d_depthwise")
    assert why == "not measured: no memory for a trial"


def test_the_emulator_does_not_measure_unless_asked(emulated, monkeypatch, tmp_path):
    monkeypatch.setenv("FASTCNN_MEASURE", "1")

    fc.compile(model(), device="cuda")(np.zeros(SHAPE, np.float32))

    assert not (tmp_path / "cuda_kernels.json").exists()
