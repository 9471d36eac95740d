"""Sessions: any batch, any image size the graph leaves open, clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Graph
from fastcnn.ops import Builder


def convolution(height: int | None, width: int | None) -> Graph:
    rng = np.random.default_rng(5)
    g = Builder()
    x = g.input("x", (None, 3, height, width))
    w = g.parameter("w", rng.standard_normal((5, 3, 3, 3)).astype(np.float32))
    b = g.parameter("b", np.zeros(5, np.float32))
    y = g.apply(
        "conv2d", x, w, b, strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1), groups=1,
        activation="linear",
    )  # fmt: skip
    return g.build([g.apply("relu", y)])


@pytest.mark.parametrize("size", [(7, 9), (1, 1), (20, 4)])
def test_one_session_runs_every_image_size_that_the_graph_leaves_open(size, rng):
    graph = convolution(None, None)
    session = runtime.compile(graph)
    x = rng.standard_normal((2, 3, *size)).astype(np.float32)

    y = session(x)

    np.testing.assert_allclose(y, runtime.reference(graph, {"x": x})[0], atol=1e-4)


def test_an_empty_batch_gives_an_empty_answer():
    session = runtime.compile(convolution(7, 9))

    assert session(np.zeros((0, 3, 7, 9), np.float32)).shape == (0, 5, 7, 9)


def test_explain_and_profile_name_the_kernel_of_the_convolution():
    session = runtime.compile(convolution(7, 9), threads=1)

    explained, profiled = session.explain(), session.profile(runs=2)

    assert any("conv2d" in row["kernel"] and row["ms"] > 0 for row in explained.rows)
    assert any(row["GFLOP/s"] for row in profiled.rows)
    assert "conv2d" in str(explained)


def test_passes_of_small_graphs_are_checked_and_say_so():
    session = runtime.compile(convolution(7, 9))

    assert any(report.largest_error is not None for report in session.reports)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"device": "tpu"}, UnsupportedError),
        ({"precision": "float8"}, UnsupportedError),
        ({"threads": 0}, InvalidValueError),
    ],
)
def test_what_is_not_there_is_refused_by_name(arguments, error):
    with pytest.raises(error, match=next(iter(map(str, arguments.values())))):
        runtime.compile(convolution(7, 9), **arguments)


def test_text_is_no_input():
    with pytest.raises(InvalidValueError, match="'x'"):
        runtime.compile(convolution(7, 9))(np.full((1, 3, 7, 9), "a"))
