"""Failures of the device: each is a clear exception, and nothing is left behind."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from fastcnn.errors import DeviceError, FastcnnError, OutOfMemoryError, UnsupportedError
from tests.cuda.networks import residual_cnn

SHAPE = (2, 9, 7, 3)
OUT_OF_MEMORY, UNKNOWN, NO_DRIVER, NO_IMAGE = 2, 999, 35, 209
ILLEGAL_ADDRESS, LAUNCH_FAILURE = 700, 719

CALLS = [
    "cudaMalloc",
    "cudaMallocHost",
    "cudaMemcpy",
    "cudaMemcpyAsync",
    "cudaStreamCreateWithFlags",
    "cudaEventCreateWithFlags",
    "cudaEventRecord",
    "cudaStreamWaitEvent",
    "cudaStreamSynchronize",
    "cudaStreamIsCapturing",
    "cudaStreamBeginCapture",
    "cudaStreamEndCapture",
    "cudaGraphInstantiate",
    "cudaGraphLaunch",
    "cudaGetDevice",
    "cudaPointerGetAttributes",
    "launch",
]


@pytest.fixture
def emulated(emulated):
    yield emulated
    emulated.heal()


def work(x):
    """A session's life: plans, both kinds of arrays, a graph, a stream of the caller's."""
    session = fc.compile(residual_cnn(), device="cuda")
    stream = runtime.cuda.cuda_module().Stream()
    results = [session(x) for _ in range(2)]
    given, out = runtime.to_device(x), runtime.to_device(np.zeros((2, 5), np.float32))
    for _ in range(2):
        session(given, out=out, stream=stream)
    stream.synchronize()
    return [*results, out.numpy(), session(given).numpy()]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails_is_told_and_leaves_nothing(emulated, call, rng):
    x = rng.random(SHAPE, np.float32)
    expected = work(x)
    gc.collect()
    before = emulated.live()
    failed = 0
    for after in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        emulated.plant_fault(call, after=after, error=UNKNOWN)
        told = None
        try:
            results = work(x)
        except FastcnnError as error:
            told = (type(error), str(error)[:6])
            results = work(x)  # the device is well again
        assert told in (None, (DeviceError, "cuda: "))
        failed += told is not None
        emulated.heal()
        for y, truth in zip(results, expected, strict=True):
            np.testing.assert_array_equal(y, truth)
        results = y = None
        gc.collect()
        assert emulated.live() == before, after

    assert failed > 0


@pytest.mark.parametrize("call", ["cudaMalloc", "cudaMallocHost"])
def test_a_full_device_is_an_error_that_says_what_helps(emulated, call, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    emulated.plant_fault(call, error=OUT_OF_MEMORY)

    with pytest.raises(OutOfMemoryError, match=f"cuda: {call}: out of memory; take a smaller"):
        session(rng.random(SHAPE, np.float32))

    # The error is told once: the next launch, which asks for the latest error, finds none.
    assert session(rng.random(SHAPE, np.float32)).shape == (2, 5)


@pytest.mark.parametrize("error", [ILLEGAL_ADDRESS, LAUNCH_FAILURE])
@pytest.mark.parametrize("after", [0, 3])
def test_a_kernel_that_fails_loses_the_device(emulated, error, after, rng):
    x = rng.random(SHAPE, np.float32)
    gc.collect()
    before = emulated.live()
    session = fc.compile(residual_cnn(), device="cuda")
    session(x)
    emulated.plant_fault("kernel", after=after, error=error)

    for _ in range(2):
        with pytest.raises(DeviceError, match="a kernel failed, of this call or of one before"):
            session(x)
    with pytest.raises((DeviceError, UnsupportedError)):
        fc.compile(residual_cnn(), device="cuda")(x)
    del session
    gc.collect()

    assert emulated.live() == before
    np.testing.assert_array_equal(fc.compile(residual_cnn())(x).shape, (2, 5))


def test_a_kernel_that_fails_in_a_stream_of_the_caller_is_told_at_the_next_call(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    given = runtime.to_device(rng.random(SHAPE, np.float32))
    session(given)
    stream = emulated.Stream()
    emulated.plant_fault("kernel", error=ILLEGAL_ADDRESS)

    def call_twice():
        session(given, stream=stream)
        session(given, stream=stream).numpy()

    with pytest.raises(DeviceError, match="illegal memory access"):
        call_twice()


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        ({"call": "cudaGetDeviceCount", "error": NO_DRIVER}, "driver version is insufficient"),
        ({"call": "cudaGetDeviceCount", "error": 100}, "no CUDA-capable device"),
    ],
)
def test_without_a_driver_or_a_device_the_error_says_so(emulated, plant, message):
    emulated.plant_fault(**plant)

    with pytest.raises(UnsupportedError, match=f"no usable CUDA device: .*{message}.*a driver"):
        fc.compile(residual_cnn(), device="cuda")


def test_a_device_that_is_too_old_is_refused(emulated):
    emulated.configure(compute_capability=7)

    with pytest.raises(UnsupportedError, match=r"emulated device has compute capability 7\.0;"):
        fc.compile(residual_cnn(), device="cuda")
    emulated.configure()


def test_a_device_that_the_build_has_no_code_for_is_refused(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    emulated.plant_fault("launch", error=NO_IMAGE)

    with pytest.raises(UnsupportedError, match="this build has no code for this device"):
        session(rng.random(SHAPE, np.float32))


def test_an_export_that_fails_leaves_no_capsule(emulated):
    gc.collect()
    before = emulated.live()
    array = runtime.to_device(np.ones(3, np.float32))
    emulated.plant_fault("cudaMemcpy", error=UNKNOWN)
    with pytest.raises(DeviceError, match="cuda: cudaMemcpy: unknown error"):
        array.numpy()
    del array
    gc.collect()

    assert emulated.live() == before
