"""Plans: memory sharing, updates, guards, errors."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import GraphError, InvalidValueError, ShapeError
from fastcnn.graph import Graph
from fastcnn.ops import Builder
from fastcnn.passes import specialize
from fastcnn.runtime import Session, Step
from fastcnn.runtime.plan import make_plan


def chain(length: int) -> Graph:
    g = Builder()
    value = g.input("x", (None, 1000))
    for _ in range(length):
        value = g.apply("transpose", value, perm=(1, 0)) if length % 2 else value
        value = g.apply("scale", value, factor=1.5)
    return g.build([value])


def test_a_long_chain_needs_no_more_memory_than_a_short_one():
    short, long = (
        make_plan(specialize(chain(length), {"x": (4, 1000)}), threads=1).arena_bytes
        for length in (4, 40)
    )

    assert short == long


def test_working_in_place_never_changes_what_others_still_read(rng):
    g = Builder()
    x = g.input("x", (None, 8))
    a = g.apply("scale", x, factor=2.0)
    b = g.apply("relu", a)
    c = g.apply("add", a, b, activation="linear")
    session = Session(g.build([a, b, c]), threads=1, guard=True)
    array = rng.standard_normal((3, 8)).astype(np.float32)

    results = session(array)

    np.testing.assert_array_equal(results[a.name], 2 * array)
    np.testing.assert_array_equal(results[b.name], np.maximum(2 * array, 0))
    np.testing.assert_array_equal(results[c.name], 2 * array + np.maximum(2 * array, 0))


def test_inputs_are_never_written_to(rng):
    array = rng.standard_normal((3, 1000)).astype(np.float32)
    before = array.copy()

    Session(chain(4), threads=1)(array)

    np.testing.assert_array_equal(array, before)


def test_an_input_a_constant_and_one_value_twice_may_be_outputs(rng):
    g = Builder()
    x = g.input("x", (2, 4))
    one = g.constant("one", np.ones((2, 4), np.float32))
    y = g.apply("relu", x)
    flat = g.apply("reshape", y, shape=(8,))
    plan = make_plan(g.build([x, one, y, y, flat]), threads=1, guard=True)
    array = rng.standard_normal((2, 4)).astype(np.float32)

    results = plan.run([array])

    relu = np.maximum(array, 0)
    for result, truth in zip(
        results, (array, np.ones((2, 4)), relu, relu, relu.ravel()), strict=True
    ):
        np.testing.assert_array_equal(result, truth)


def counter_step() -> Step:
    """w <- 0.5 w + 0.5 mean(x), y = w x elementwise, both from the old w."""
    g = Builder()
    x = g.input("x", (None, 4))
    w = g.parameter("w", np.zeros(4, np.float32))
    mean = g.apply("scale", g.apply("channel_sum", x), factor=0.5)
    g.update(w, g.apply("moving_average", w, mean, momentum=0.5))
    y = g.apply("batch_norm", x, *(w for _ in range(4)), epsilon=1.0, momentum=0.9)
    return Step(g.build([y]), threads=1, guard=True)


def test_readers_of_a_state_see_it_as_it_was_before_the_update():
    step = counter_step()
    x = np.ones((2, 4), np.float32)

    first = step.run({"x": x})
    second = step.run({"x": x})

    # gamma = beta = mean = variance = w: w (1 - w) / sqrt(w + 1) + w, w = 0, then 0.5.
    assert all((y == 0).all() for y in first.values())
    np.testing.assert_allclose(next(iter(second.values())), 0.25 / np.sqrt(1.5) + 0.5, rtol=1e-6)
    np.testing.assert_array_equal(step.state["w"], np.full(4, 0.75, np.float32))


def test_plans_of_all_batch_sizes_share_the_state():
    step = counter_step()

    for rows in (2, 1, 2):
        step.run({"x": np.full((rows, 4), 2.0 / rows, np.float32)})

    np.testing.assert_array_equal(step.state["w"], np.full(4, 0.875, np.float32))


def test_sessions_answer_several_threads_at_once(rng):
    session = Session(chain(4), threads=2)
    inputs = [rng.standard_normal((5, 1000)).astype(np.float32) for _ in range(8)]
    wrong: list[int] = []

    def work(i: int) -> None:
        expected = session(inputs[i])
        for _ in range(200):
            if not np.array_equal(session(inputs[i]), expected):
                wrong.append(i)

    workers = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert wrong == []


def test_an_input_of_another_shape_is_refused_by_name():
    with pytest.raises(ShapeError, match="input 'x'"):
        Session(chain(4), threads=1)(np.zeros((3, 999), np.float32))


def test_a_missing_input_is_named():
    with pytest.raises(InvalidValueError, match=r"\['x'\]"):
        Session(chain(4), threads=1)(z=np.zeros((3, 1000), np.float32))


def test_a_graph_with_an_open_shape_has_no_plan():
    with pytest.raises(GraphError, match="'x'"):
        make_plan(chain(4), threads=1)


def test_the_number_of_threads_has_limits():
    with pytest.raises(InvalidValueError, match="257"):
        runtime.set_num_threads(257)


def test_an_unknown_isa_names_the_known_ones():
    with pytest.raises(InvalidValueError, match="scalar"):
        runtime.set_isa("mmx")
