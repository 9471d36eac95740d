"""Sessions in streams: who waits for whom."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from fastcnn.errors import InvalidValueError
from tests.cuda.arrays import Foreign, Packed, StreamOf, late, seeds
from tests.cuda.networks import doubling, residual_cnn

SHAPE = (2, 9, 7, 3)


@pytest.fixture
def session(emulated):
    return fc.compile(residual_cnn(), device="cuda")


@pytest.fixture
def x(rng):
    return rng.random(SHAPE, np.float32)


def test_the_producers_stream_is_waited_for(emulated, x):
    session = fc.compile(residual_cnn(), device="cuda")
    expected = session(x)
    for seed in seeds(20):
        emulated.configure(seed=seed)
        producer, consumer = emulated.Stream(), emulated.Stream()
        own = session(late(emulated, x, producer))
        np.testing.assert_array_equal(own.numpy(), expected)
        theirs = session(late(emulated, x, producer), stream=consumer)
        np.testing.assert_array_equal(theirs.numpy(), expected)


def test_without_its_stream_the_numbers_are_not_there_in_time(emulated, x):
    """What the test above would see if nothing waited."""
    session, wrong = doubling(), 0
    numbers = np.ones((2, 3), np.float32)
    kept = []  # to free is to wait for everything
    for seed in seeds(20):
        emulated.configure(seed=seed)
        producer = emulated.Stream()
        array = Foreign(late(emulated, numbers, producer)._array, version=2, stream=Foreign)
        kept += [producer, array, session(array)]
        wrong += bool(np.isnan(kept[-1].numpy()).any())

    assert wrong > 0


def test_a_stream_of_the_caller_is_not_waited_for(emulated):
    session, pending = doubling(), 0
    given = runtime.to_device(np.ones((2, 3), np.float32))
    for seed in seeds(20):
        emulated.configure(seed=seed)
        stream = emulated.Stream()
        y = session(given, stream=stream)
        pending += not emulated.Event(stream.ptr).reached()
        np.testing.assert_array_equal(y.numpy(), np.full((2, 3), 2))

    assert pending > 0


def test_runs_in_several_streams_do_not_meet_in_the_arena(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    batches = [rng.random(SHAPE, np.float32) for _ in range(4)]
    expected = [session(batch) for batch in batches]
    given = [runtime.to_device(batch) for batch in batches]
    for seed in seeds(20):
        emulated.configure(seed=seed)
        streams = [emulated.Stream() for _ in batches]
        results = [session(x, stream=s) for x, s in zip(given, streams, strict=True)]
        for y, truth in zip(results, expected, strict=True):
            np.testing.assert_array_equal(y.numpy(), truth)


def test_what_a_run_reads_lives_until_it_is_done(emulated):
    session, kept = doubling(), []
    for seed in seeds(20):
        emulated.configure(seed=seed)
        stream = emulated.Stream()
        packed = Packed(runtime.to_device(np.ones((2, 3), np.float32)), spoil=True)
        kept += [packed, stream, session(packed, stream=stream)]
        np.testing.assert_array_equal(kept[-1].numpy(), np.full((2, 3), 2))
        stream.synchronize()
    session(runtime.to_device(np.ones((2, 3), np.float32)), stream=1)
    del session
    gc.collect()

    assert {packed.deleted for packed in kept[::3]} == {1}


@pytest.mark.parametrize("name", ["ptr", "cuda_stream", "handle"])
def test_stream_objects_have_a_number(emulated, session, x, name):
    stream = emulated.Stream()
    given = runtime.to_device(x)

    for number in (stream.ptr, 0, 1, 2):
        y = session(given, stream=StreamOf(name, number))
        np.testing.assert_array_equal(y.numpy(), session(x))
    assert y.__cuda_array_interface__["stream"] == 2
    assert session(given, stream=StreamOf(name, 0)).__cuda_array_interface__["stream"] == 1


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (0, "stream is 0, which may mean two streams"),
        (-1, "stream is -1; streams are"),
        (True, "stream is of type bool"),
        ("default", "stream is of type str"),
        (12345, "invalid resource handle; a stream that exists"),
    ],
)
def test_illegal_streams(session, x, stream, message):
    with pytest.raises(InvalidValueError, match=message):
        session(runtime.to_device(x), stream=stream)


def test_a_stream_that_is_captured_is_refused(emulated, session, x):
    given = runtime.to_device(x)
    stream = emulated.Stream()
    session(given, stream=stream)
    emulated.capture(stream.ptr, True, mode=2)

    with pytest.raises(InvalidValueError, match="the stream is being captured"):
        session(given, stream=stream)

    emulated.capture(stream.ptr, False)


def test_a_stream_for_numpy_arrays_is_refused(session, x):
    with pytest.raises(InvalidValueError, match="stream= is for arrays on the device"):
        session(x, stream=1)


def test_results_tell_consumers_when_they_are_there(emulated):
    session = doubling()
    x = runtime.to_device(np.ones((2, 3), np.float32))
    stream = emulated.Stream()

    done, pending = session(x), session(x, stream=stream)

    assert done.__cuda_array_interface__["stream"] is None
    assert pending.__cuda_array_interface__["stream"] == stream.ptr
    assert done.__dlpack_device__() == (2, 0)
    for seed in seeds(20):
        emulated.configure(seed=seed)
        pending = session(x, stream=stream)
        chained = session(Packed(pending), stream=emulated.Stream())
        again = session(pending, stream=emulated.Stream())
        np.testing.assert_array_equal(again.numpy(), np.full((2, 3), 4))
        stream.synchronize()
        assert chained.shape == (2, 3)
