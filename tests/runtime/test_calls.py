"""Calls of a session: results in the caller's arrays, many calls from many threads."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from fastcnn.errors import DTypeError, InvalidValueError, ShapeError
from fastcnn.ops import Builder
from fastcnn.runtime import Session

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(3, 8)


def relu() -> Session:
    g = Builder()
    return Session(g.build([g.apply("relu", g.input("x", (None, 8)))]), threads=1)


def relu_and_its_sum() -> Session:
    """Two outputs, one of them read again by the step that makes the other."""
    g = Builder()
    x = g.input("x", (None, 8))
    y = g.apply("relu", x)
    return Session(g.build([y, g.apply("add", x, y)]), threads=1, guard=True)


def test_the_result_goes_where_the_caller_says():
    out = np.full_like(X, np.nan)

    result = relu()(X, out=out)

    assert result is out
    np.testing.assert_array_equal(out, np.maximum(X, 0))


def test_several_results_go_where_the_caller_says_by_name():
    session = relu_and_its_sum()
    out = {value.name: np.full_like(X, np.nan) for value in session.graph.outputs}

    results = session(X, out=out)

    assert all(results[name] is out[name] for name in out)
    for array, truth in zip(out.values(), (np.maximum(X, 0), X + np.maximum(X, 0)), strict=True):
        np.testing.assert_array_equal(array, truth)


@pytest.mark.parametrize(
    "given",
    [
        X,
        X.astype(np.float64),
        np.asfortranarray(X),
        np.repeat(X, 2, axis=1)[:, ::2],
        X.astype(">f4"),
    ],
    ids=["as wanted", "float64", "columns", "every second", "swapped bytes"],
)
def test_a_known_shape_takes_any_array(given):
    session = relu()
    session(X)

    np.testing.assert_array_equal(session(given), np.maximum(X, 0))


def read_only() -> np.ndarray:
    out = np.empty_like(X)
    out.flags.writeable = False
    return out


@pytest.mark.parametrize(
    ("out", "error", "words"),
    [
        (np.empty((3, 9), np.float32), ShapeError, r"output 'relu.*\(3, 8\)"),
        (np.empty((3, 8), np.int32), DTypeError, "output 'relu.* must be float32"),
        (np.empty((8, 3), np.float32).T, InvalidValueError, "contiguous"),
        (read_only(), InvalidValueError, "read-only"),
        (X, InvalidValueError, "shares memory"),
        ({"z": X}, InvalidValueError, r"`out` has \['z'\]"),
    ],
    ids=["shape", "dtype", "strides", "read-only", "overlap", "name"],
)
def test_an_array_that_cannot_take_the_result_is_refused(out, error, words):
    with pytest.raises(error, match=words):
        relu()(X, out=out)


def test_one_array_cannot_take_two_results():
    session = relu_and_its_sum()
    out = np.empty_like(X)

    with pytest.raises(InvalidValueError, match="another output"):
        session(X, out={value.name: out for value in session.graph.outputs})


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_100_000_calls_from_8_threads_give_equal_answers_and_leave_no_memory_behind():
    session = relu()
    expected = np.maximum(X, 0)
    wrong: list[int] = []

    def work(calls: int) -> None:
        for i in range(calls):
            if not np.array_equal(session(X), expected):
                wrong.append(i)

    def from_8_threads(calls: int) -> None:
        workers = [threading.Thread(target=work, args=(calls,)) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    from_8_threads(500)
    before = resident_bytes()
    from_8_threads(12_500)

    assert wrong == []
    assert resident_bytes() - before < 2 * 2**20  # twenty bytes a call


def test_a_call_of_a_tiny_network_takes_a_few_microseconds():
    """What a call costs beside its kernels: 2.5 us on Zen 3, with room for slower machines."""
    session = relu()

    def round_of_calls() -> float:
        start = time.perf_counter()
        for _ in range(200):
            session(X)
        return (time.perf_counter() - start) / 200

    assert min(round_of_calls() for _ in range(100)) < 10e-6
