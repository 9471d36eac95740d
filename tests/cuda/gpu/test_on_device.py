"""What only a device can show: streams that overlap, arrays of other libraries, times."""

from __future__ import annotations

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from tests.cuda.networks import mnist_cnn, residual_cnn

pytestmark = pytest.mark.gpu


def test_every_run_gives_the_same_bits(emulated, rng):
    x = rng.random((64, 28, 28, 1), np.float32)
    session = fc.compile(mnist_cnn(), device="cuda")
    first = session(x)

    for _ in range(20):
        np.testing.assert_array_equal(session(x), first)


def test_streams_and_graphs_give_what_numpy_arrays_give(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    streams = [emulated.Stream() for _ in range(4)]
    given = [runtime.to_device(np.zeros((64, 9, 7, 3), np.float32)) for _ in streams]
    outputs = [runtime.to_device(np.zeros((64, 5), np.float32)) for _ in streams]
    for _ in range(10):
        batches = [rng.random((64, 9, 7, 3), np.float32) for _ in streams]
        for x, batch, out, stream in zip(given, batches, outputs, streams, strict=True):
            x.write(batch, stream.ptr)
            session(x, out=out, stream=stream)
        for batch, out, stream in zip(batches, outputs, streams, strict=True):
            stream.synchronize()
            np.testing.assert_array_equal(out.numpy(), session(batch))

    assert session.plan(((64, 9, 7, 3),)).graphs == 5


@pytest.mark.parametrize("library", ["cupy", "torch"])
def test_arrays_of_other_libraries_go_in_and_come_out(emulated, library, rng):
    module = pytest.importorskip(library)
    x = rng.random((8, 9, 7, 3), np.float32)
    session = fc.compile(residual_cnn(), device="cuda")
    expected = session(x)
    if library == "cupy":
        stream = module.cuda.Stream(non_blocking=True)
        with stream:
            y = session(module.asarray(x), stream=stream)
            again = session(module.asarray(x))
            found = [module.asnumpy(module.from_dlpack(y)), module.asnumpy(again)]
    else:
        stream = module.cuda.Stream()
        with module.cuda.stream(stream):
            y = session(module.from_numpy(x).cuda(), stream=stream)
            again = session(module.from_numpy(x).cuda())
            found = [module.from_dlpack(y).cpu().numpy(), module.from_dlpack(again).cpu().numpy()]

    for array in found:
        np.testing.assert_array_equal(array, expected)


def test_profile_tells_times(emulated):
    table = fc.compile(mnist_cnn(), device="cuda").profile(runs=5)

    assert all(row["ms"] >= 0 for row in table.rows)
    assert sum(row["ms"] for row in table.rows) > 0
