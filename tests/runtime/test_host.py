"""Nodes that no native implementation takes: NumPy steps of the plan, told of and refusable."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

from fastcnn import ops, runtime
from fastcnn.errors import FastcnnError, PerformanceWarning, ShapeError, UnsupportedError
from fastcnn.graph import Graph, Type
from fastcnn.ops import Builder
from fastcnn.ops import op as registry
from fastcnn.runtime.plan import make_plan
from fastcnn.typing import DTYPES, Array


class Reversed(ops.Op):
    """The elements in reverse order: an op without a native implementation."""

    name = "reversed"
    failure: Exception | None = None
    denormal: float | None = None

    def infer(self, x: Type) -> Type:
        return x

    def reference(self, x: Array) -> Array:
        if self.failure:
            raise self.failure
        self.denormal = float(np.float32(1e-39) * np.float32(1.5))
        return x.reshape(-1)[::-1].reshape(x.shape)


@pytest.fixture
def op(monkeypatch):
    op = Reversed()
    monkeypatch.setitem(registry._REGISTRY, "reversed", op)
    return op


def graph(dtype: str = "float32", rank: int = 4) -> Graph:
    g = Builder()
    x = g.input("x", (None, 3, 5, 4)[:rank], dtype)
    y = g.apply("reversed", x, name="turn")
    return g.build([g.apply("relu", y) if dtype == "float32" else y])


@pytest.fixture
def session(op):
    with pytest.warns(PerformanceWarning):
        return runtime.compile(graph())


def draw(rng) -> Array:
    return rng.standard_normal((2, 3, 5, 4)).astype(np.float32)


def test_a_host_step_stands_between_native_ones(session, rng):
    x = draw(rng)

    y = session(x)

    np.testing.assert_array_equal(y, np.maximum(x.reshape(-1)[::-1].reshape(x.shape), 0))


def test_explain_and_profile_show_host_steps(session):
    assert "numpy_reference" in {row["kernel"] for row in session.explain().rows}
    assert "numpy_reference" in {row["kernel"] for row in session.profile(runs=2).rows}
    assert "no such operation" in str(session.explain())


def test_compile_warns_once_and_names_the_node(op):
    with pytest.warns(PerformanceWarning, match=r"1 node of 2 .*\n  turn \(reversed\)") as caught:
        session = runtime.compile(graph())

    session(np.zeros((1, 3, 5, 4), np.float32))
    session(np.zeros((2, 3, 5, 4), np.float32))
    assert len(caught) == 1


def test_the_first_call_warns_where_compile_cannot_know(op):
    g = Builder()
    session = runtime.compile(g.build([g.apply("reversed", g.input("x", (None, None)))]))

    with pytest.warns(PerformanceWarning, match="reversed"):
        session(np.zeros((1, 2), np.float32))


def test_strict_refuses_by_op_node_and_remedy(op):
    with pytest.raises(UnsupportedError, match=r"turn \(reversed\)[\s\S]*strict=False"):
        runtime.compile(graph(), strict=True)
    with pytest.raises(UnsupportedError, match="turn"):
        make_plan(runtime.session.specialize(graph(), {"x": (1, 3, 5, 4)}), threads=1, strict=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_element_type_passes_through(op, dtype, rng):
    with pytest.warns(PerformanceWarning):
        session = runtime.compile(graph(dtype))
    x = rng.integers(0, 2, (2, 3, 5, 4)).astype(dtype)

    y = session(x)

    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, x.reshape(-1)[::-1].reshape(x.shape))


def test_an_empty_batch_passes_through(session):
    assert session(np.zeros((0, 3, 5, 4), np.float32)).shape == (0, 3, 5, 4)


@pytest.mark.parametrize(
    ("failure", "kind"), [(ValueError("odd"), FastcnnError), (ShapeError("odd"), ShapeError)]
)
def test_an_exception_names_the_node_and_leaves_the_session_whole(session, op, failure, kind, rng):
    x = draw(rng)
    wanted = session(x)
    op.failure = failure

    with pytest.raises(kind, match=r"odd.*|.*turn.*odd") as caught:
        session(x)
    assert "turn" in str(caught.value)

    op.failure = None
    np.testing.assert_array_equal(session(x), wanted)


def test_a_result_of_another_shape_is_an_error(session, op, monkeypatch):
    monkeypatch.setattr(op, "reference", lambda x: x[:, :1])

    with pytest.raises(ShapeError, match="turn"):
        session(np.zeros((1, 3, 5, 4), np.float32))


def test_numpy_computes_with_denormals_as_usual(session, op, rng):
    session(draw(rng))

    assert op.denormal != 0


def test_threads_share_a_session_with_host_steps(session, rng):
    inputs = [draw(rng) for _ in range(4)]
    wanted = [session(x) for x in inputs]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(50):
            if not np.array_equal(session(inputs[i]), wanted[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert wrong == []


def test_nothing_outlives_the_session(op, rng):
    with pytest.warns(PerformanceWarning):
        session = runtime.compile(graph())
    session(draw(rng))
    gone = weakref.ref(session)

    del session
    gc.collect()

    assert gone() is None
