"""Files of shapes, and the graphs they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastcnn.bench import FOLDER, Shape, read_shapes
from fastcnn.bench.cases import build
from fastcnn.errors import FileFormatError, InvalidValueError, UnsupportedError
from fastcnn.ops.statistics import statistics

SHIPPED = [
    pytest.param(shape, id=f"{path.stem}-{shape}")
    for path in sorted(FOLDER.glob("*.txt"))
    for shape in read_shapes(path)
]


@pytest.mark.parametrize("shape", SHIPPED)
def test_every_shipped_shape_makes_a_graph_of_its_op(shape: Shape) -> None:
    graph = build(shape)

    assert [node.op for node in graph.nodes] == [shape.op]


def test_the_convolutions_of_resnet50_cost_what_the_network_costs() -> None:
    repeats = [1, 1, 3, 4, 2, 1, 1, 4, 1, 3, 3, 1, 1, 6, 1, 5, 5, 1, 1, 3, 1, 2, 2]

    shapes = read_shapes(FOLDER / "resnet50.txt")
    macs = [statistics(build(shape)).macs for shape in shapes]

    assert sum(n * cost for n, cost in zip(repeats, macs, strict=True)) == 4_087_136_256


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
