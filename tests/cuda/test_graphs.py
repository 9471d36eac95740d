"""Graphs: runs whose addresses repeat are recorded once, without being run, and replayed."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from fastcnn.errors import DeviceError
from fastcnn.runtime.cuda import make_cuda_plan
from fastcnn.train.losses import SparseCategoricalCrossentropy
from fastcnn.train.optimizers import SGD, Adam
from fastcnn.train.step_graph import training_graph
from tests.cuda.arrays import seeds
from tests.cuda.networks import doubling, mnist_cnn, residual_cnn

SHAPE = (2, 9, 7, 3)


@pytest.fixture
def session(emulated):
    emulated.reset_counters()
    return fc.compile(residual_cnn(), device="cuda")


def counted(emulated, call):
    """Launches, captures and replays of one call."""
    before = emulated.counters()
    call()
    after = emulated.counters()
    return [after[name] - before[name] for name in ("launches", "captures", "replays")]


def test_numpy_arrays_are_recorded_at_the_second_call(emulated, session, rng):
    batches = [rng.random(SHAPE, np.float32) for _ in range(4)]
    expected = [fc.compile(residual_cnn())(batch) for batch in batches]
    results = []
    session(batches[0])

    first, second, third = (
        counted(emulated, lambda i=i: results.append(session(batches[i]))) for i in (1, 2, 3)
    )

    assert (first[1:], second[1:], third[1:]) == ([1, 1], [0, 1], [0, 1])
    assert first[0] == second[0] == third[0] > 0
    for y, truth in zip(results, expected[1:], strict=True):
        np.testing.assert_allclose(y, truth, rtol=1e-5, atol=1e-6)


def test_runs_on_the_same_arrays_are_recorded_once(emulated, session, rng):
    x, out = runtime.to_device(np.zeros(SHAPE, np.float32)), np.zeros((2, 5), np.float32)
    target = runtime.to_device(out)
    for seed in seeds(10):
        emulated.configure(seed=seed)
        stream = emulated.Stream()
        numbers = rng.random(SHAPE, np.float32)
        x.write(numbers, stream.ptr)
        session(x, out=target, stream=stream)
        stream.synchronize()
        np.testing.assert_array_equal(target.numpy(), session(numbers))

    assert emulated.counters()["captures"] == 2  # one for NumPy arrays, one for these


def test_each_set_of_addresses_has_a_graph_and_few_are_kept(emulated, session, rng):
    x = rng.random(SHAPE, np.float32)
    expected = session(x)
    pairs = [
        (runtime.to_device(x), runtime.to_device(np.zeros((2, 5), np.float32))) for _ in range(9)
    ]
    plan = session.plan((SHAPE,))

    for given, out in pairs[:3] * 2:
        session(given, out=out)
    assert plan.graphs == 3
    for given, out in pairs * 2:
        session(given, out=out)
        np.testing.assert_array_equal(out.numpy(), expected)
    assert plan.graphs == 0  # nine in a row: each is forgotten before it comes again
    for given, out in pairs[:2] * 3:
        session(given, out=out)
    assert plan.graphs == 2


def test_addresses_that_never_repeat_are_never_recorded(emulated, rng):
    session = doubling()
    kept = [runtime.to_device(np.full((2, 3), i, np.float32)) for i in range(12)]

    results = [session(x) for x in kept]

    assert emulated.live()["graph_execs"] == 0
    assert [y.numpy()[0, 0] for y in results] == [2.0 * i for i in range(12)]


def test_graphs_can_be_turned_off(emulated, monkeypatch, rng):
    monkeypatch.setenv("FASTCNN_CUDA_GRAPHS", "0")
    session = fc.compile(residual_cnn(), device="cuda")
    emulated.reset_counters()
    for _ in range(3):
        session(rng.random(SHAPE, np.float32))

    assert emulated.counters()["captures"] == 0


def losses_of(optimizer, rng):
    """Of a step at the rates 0, 0, 0.1 and 0."""
    graph = training_graph(mnist_cnn().graph, optimizer, SparseCategoricalCrossentropy())
    step = runtime.compile_step(graph, device="cuda")
    feeds = {
        "input": rng.random((1, 28, 28, 1), np.float32),
        "target": np.int32([3]),
        "step": np.int32(1),
    }
    losses = []
    for rate in (0.0, 0.0, 0.1, 0.0):
        given = {**feeds, "learning_rate": np.float32(rate)}
        losses.append(next(iter(step.run({n: given[n] for n in graph_inputs(graph)}).values())))
    return losses


def test_a_step_that_counts_is_never_recorded(emulated, rng):
    """Its number is an argument of the kernels, which a graph would keep."""
    emulated.reset_counters()

    losses = losses_of(Adam(0.1), rng)

    assert emulated.counters()["captures"] == 0
    assert losses[0] == losses[1] == losses[2] != losses[3]


def test_a_recorded_step_sees_a_new_rate(emulated, rng):
    """Kernels read it where the caller's was copied to."""
    emulated.reset_counters()

    losses = losses_of(SGD(0.1), rng)

    assert emulated.counters()["captures"] == 1
    assert losses[0] == losses[1] == losses[2] > losses[3]


def graph_inputs(graph):
    return [value.name for value in graph.inputs]


def test_a_session_leaves_no_graph(emulated, rng):
    gc.collect()
    before = emulated.live()
    session = fc.compile(residual_cnn(), device="cuda")
    for _ in range(3):
        session(rng.random(SHAPE, np.float32))
    y = session(runtime.to_device(rng.random(SHAPE, np.float32)))
    during = emulated.live()
    del session, y
    gc.collect()

    assert during["graph_execs"] > before["graph_execs"]
    assert during["pinned_bytes"] > before["pinned_bytes"]
    assert emulated.live() == before


# What CUDA forbids while a stream is captured is an error here, and the capture is lost.
def synchronise(module, stream, array):
    stream.synchronize()


def write_pageable(module, stream, array):
    array.write(np.zeros(3, np.float32), stream.ptr)


def allocate(module, stream, array):
    module.DeviceArray(np.zeros(3, np.float32))


@pytest.mark.parametrize("illegal", [synchronise, write_pageable, allocate])
def test_the_emulator_refuses_what_a_capture_forbids(emulated, illegal):
    stream, array = emulated.Stream(), emulated.DeviceArray(np.ones(3, np.float32))
    emulated.capture(stream.ptr, True)

    with pytest.raises(DeviceError, match="operation not permitted when stream is capturing"):
        illegal(emulated, stream, array)
    with pytest.raises(DeviceError, match="due to a previous error during capture"):
        emulated.capture(stream.ptr, False)
    stream.synchronize()
    np.testing.assert_array_equal(array.numpy(), np.ones(3))


def test_the_emulator_refuses_what_would_tie_a_capture_to_other_work(emulated):
    session, stream = doubling(), emulated.Stream()
    y = session(runtime.to_device(np.ones((1, 3), np.float32)), stream=emulated.Stream())
    emulated.capture(stream.ptr, True)

    with pytest.raises(DeviceError, match="dependency created on uncaptured work"):
        y.__dlpack__(stream=stream.ptr)
    with pytest.raises(DeviceError, match="due to a previous error during capture"):
        emulated.capture(stream.ptr, False)


def test_another_thread_may_allocate_while_one_captures(emulated):
    """As plans capture: of their own thread only."""
    stream, made = emulated.Stream(), []
    emulated.capture(stream.ptr, True)
    thread = threading.Thread(
        target=lambda: made.append(emulated.DeviceArray(np.ones(3, np.float32)))
    )
    thread.start()
    thread.join()
    emulated.capture(stream.ptr, False)

    np.testing.assert_array_equal(made[0].numpy(), np.ones(3))


def test_a_guarded_plan_replays_too(emulated, rng):
    session = fc.compile(residual_cnn(), device="cuda")
    graph = session._specialized((SHAPE,))
    plan = make_cuda_plan(graph, guard=True)
    x = rng.random(SHAPE, np.float32)

    results = [plan.run([x])[0] for _ in range(3)]

    assert plan.graphs == 1
    for y in results:
        np.testing.assert_array_equal(y, session(x))
