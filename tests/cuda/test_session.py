"""Models on `device="cuda"`, in the emulator: what the CPU gives, and errors that tell."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import fastcnn as fc
from fastcnn.errors import OutOfMemoryError, ShapeError, UnsupportedError
from fastcnn.models import zoo
from fastcnn.ops import Builder
from tests.cuda.networks import mnist_cnn, residual_cnn
from tests.tolerance import assert_close

SCHEDULES = 20


@pytest.mark.parametrize(
    ("make", "shape"),
    [(mnist_cnn, (28, 28, 1)), (residual_cnn, (9, 7, 3))],
    ids=["mnist", "residual"],
)
def test_a_model_gives_what_it_gives_on_the_cpu(emulated, make, shape, rng):
    model = make()
    session = fc.compile(model, device="cuda")

    for batch in (1, 3):
        x = rng.random((batch, *shape), np.float32)
        assert_close(session(x), np.float64(fc.compile(model)(x)), reduction=576)


def test_every_schedule_gives_the_same_bits(emulated, rng):
    session = fc.compile(mnist_cnn(), device="cuda")
    x = rng.random((2, 28, 28, 1), np.float32)
    first = session(x)

    for seed in range(SCHEDULES):
        emulated.configure(seed=seed, os_threads=1 + seed % 2)
        np.testing.assert_array_equal(session(x), first)


def test_explain_names_the_kernels(emulated):
    table = fc.compile(mnist_cnn(), device="cuda").explain()

    kernels = [row["kernel"] for row in table.rows]
    assert "conv2d_gemm_f32_64x64x4" in kernels
    assert "max_pool2d_f32_nhwc" in kernels


def test_profile_times_each_step_by_the_clock_of_the_device(emulated):
    emulated.set_cost("conv2d_gemm", 2.0)
    table = fc.compile(mnist_cnn(), device="cuda").profile(runs=3)

    times = {row["node"]: row["ms"] for row in table.rows}
    assert times["conv2d_1"] == pytest.approx(2.0)
    assert times["max_pooling2d"] == pytest.approx(1e-3)


def test_results_go_where_the_caller_wants_them(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    x = rng.random((2, 9, 7, 3), np.float32)
    out = np.zeros((2, 5), np.float32)

    assert session(x, out=out) is out
    np.testing.assert_array_equal(out, session(x))


def test_an_empty_batch_is_legal(emulated):
    y = fc.compile(mnist_cnn(), device="cuda")(np.zeros((0, 28, 28, 1), np.float32))

    assert y.shape == (0, 10)


NETWORKS = {
    "mobilenet_v2": lambda: zoo.mobilenet_v2((24, 24, 3), alpha=0.25, classes=5),
    "resnet": lambda: zoo.resnet_cifar(8, (8, 8, 3)),
    "squeezenet": lambda: zoo.squeezenet((35, 35, 3), classes=5),
    "densenet": lambda: zoo.densenet_cifar(10, 4, (8, 8, 3)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_the_zoo_gives_what_it_gives_on_the_cpu(emulated, name, rng):
    fc.set_random_seed(4)
    model = NETWORKS[name]()
    x = rng.random((1, *model.graph.inputs[0].shape[1:]), np.float32)

    y = fc.compile(model, device="cuda")(x)

    assert_close(y, np.float64(fc.compile(model)(x)), reduction=5000)


def test_every_node_without_a_kernel_is_named(emulated):
    g = Builder()
    x = g.input("x", (2, 3))
    session = fc.compile(g.build([g.apply("sin", g.apply("sin", x))]), device="cuda")

    with pytest.raises(
        UnsupportedError,
        match=r"'sin': sin: has no CUDA kernel; .*; 'sin_1'",
    ):
        session(np.zeros((2, 3), np.float32))


def test_a_wrong_shape_is_an_error(emulated):
    with pytest.raises(ShapeError):
        fc.compile(mnist_cnn(), device="cuda")(np.zeros((1, 28, 27, 1), np.float32))


def test_too_little_memory_is_an_error_that_leaves_nothing(emulated, monkeypatch, rng):
    session = fc.compile(mnist_cnn(), device="cuda")
    x = rng.random((2, 28, 28, 1), np.float32)
    monkeypatch.setenv("FASTCNN_EMULATED_MEMORY", "100000")
    before = emulated.device_bytes()

    with pytest.raises(OutOfMemoryError, match="cudaMalloc: out of memory; take a smaller batch"):
        session(x)

    assert emulated.device_bytes() == before
    monkeypatch.delenv("FASTCNN_EMULATED_MEMORY")
    assert session(x).shape == (2, 10)


def test_without_the_module_the_error_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("FASTCNN_CUDA_EMULATION", raising=False)
    monkeypatch.setitem(sys.modules, "fastcnn._cuda", None)

    with pytest.raises(UnsupportedError, match=r"this build has no module _cuda .*FASTCNN_CUDA=ON"):
        fc.compile(mnist_cnn(), device="cuda")


@pytest.mark.skipif(
    importlib.util.find_spec("fastcnn._cuda") is None, reason="this build has no CUDA module"
)
def test_without_a_device_the_error_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("FASTCNN_CUDA_EMULATION", raising=False)
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a CUDA device")

    with pytest.raises(
        UnsupportedError, match=r"no usable CUDA device.*a driver for CUDA 13 and a GPU"
    ):
        fc.compile(mnist_cnn(), device="cuda")
