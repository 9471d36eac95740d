"""Files of shapes, and the graphs they become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fastcnn.bench import FOLDER, Shape, read_shapes, shapes_of, write_shapes
from fastcnn.bench.cases import build
from fastcnn.errors import FileFormatError, InvalidValueError, UnsupportedError
from fastcnn.graph import Value
from fastcnn.ops import Builder

LARGEST_WEIGHTS = 10_000_000
"""Elements; the few dense layers over it are built like all others, but take a second each."""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_shipped_shape_makes_a_graph_of_its_op(path: Path) -> None:
    for shape in read_shapes(path):
        if shape.op == "dense" and shape.extents["k"] * shape.extents["m"] > LARGEST_WEIGHTS:
            continue

        graph = build(shape)

        assert [node.op for node in graph.nodes] == [shape.op]


def test_a_network_is_listed_layer_by_layer() -> None:
    rng = np.random.default_rng(0)
    g = Builder()
    x = g.input("x", (None, 8, 9, 9))

    def constant(*shape: int) -> Value:
        return g.constant(f"c{rng.integers(1 << 60)}", rng.random(shape, np.float32))

    attrs = {"strides": (1, 1), "dilations": (1, 1), "activation": "linear"}
    for _ in range(2):
        x = g.apply(
            "conv2d", x, constant(8, 8, 3, 3), constant(8), pads=(1, 1, 1, 1), groups=1, **attrs
        )
    x = g.apply(
        "conv2d", x, constant(8, 1, 1, 3), constant(8), pads=(0, 0, 0, 1), groups=8, **attrs
    )
    x = g.apply("max_pool2d", x, kernel_size=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0))
    x = g.apply("reshape", g.apply("global_average_pool2d", x), shape=(0, -1))
    x = g.apply("dense", x, constant(8, 5), constant(5), activation="linear")

    found = shapes_of(g.build((x,)), batch=2)

    assert [(str(shape), times) for shape, times in found] == [
        ("conv2d n=2 c=8 h=9 w=9 oc=8 k=3 p=1", 2),
        ("conv2d n=2 c=8 h=9 w=9 oc=8 kh=1 kw=3 pt=0 pl=0 pb=0 pr=1 groups=8", 1),
        ("max_pool2d n=2 c=8 h=9 w=8 k=2 s=2", 1),
        ("global_average_pool2d n=2 c=8 h=4 w=4", 1),
        ("dense n=2 k=8 m=5", 1),
    ]
    for shape, _ in found:
        assert [node.op for node in build(shape).nodes] == [shape.op]


def test_the_text_of_shapes_is_read_as_the_same_shapes(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    shapes = [(Shape("relu", {"n": 1, "c": 8}), 3), (Shape("dense", {"n": 1, "k": 4, "m": 2}), 1)]

    path.write_text(write_shapes("A net.", shapes))

    assert path.read_text().splitlines()[:2] == ["# A net.", "relu n=1 c=8       # 3 times"]
    assert read_shapes(path) == [shape for shape, _ in shapes]


def test_comments_and_empty_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "shapes.txt"
    path.write_text("# all\n\nrelu n=1 c=8  # small\n")

    assert [str(shape) for shape in read_shapes(path)] == ["relu n=1 c=8"]


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shapes.txt"
    path.write_text("relu n=1 c=8\nrelu n=one\n")

    with pytest.raises(FileFormatError, match=r"line 2: 'n=one' is not name=number"):
        read_shapes(path)


def test_a_missing_extent_and_an_unknown_op_are_named() -> None:
    with pytest.raises(InvalidValueError, match="'dense n=1 k=4' lacks 'm'"):
        build(Shape("dense", {"n": 1, "k": 4}))
    with pytest.raises(UnsupportedError, match="no case for 'fft'"):
        build(Shape("fft", {}))
