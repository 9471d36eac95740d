"""Shape arithmetic, as exporters write it, and what is left of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest

from fastcnn import passes, runtime
from fastcnn.errors import PerformanceWarning
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder, evaluate
from fastcnn.passes.check import Probe, difference


class Exported(Builder):
    """A builder of graphs as PyTorch exports them."""

    def __init__(self, *shape: int | None) -> None:
        super().__init__()
        self.x = self.input("x", shape)

    def vector(self, *numbers: int) -> Value:
        return self.constant("numbers", np.array(numbers, np.int64))

    def extent(self, x: Value, axis: int) -> Value:
        shape = self.apply("shape_of", x)
        return self.apply("gather", shape, self.constant("axis", np.array(axis)), axis=0)

    def join(self, *parts: Value | int) -> Value:
        vectors = [
            self.vector(part) if isinstance(part, int) else self.apply("unsqueeze", part, axes=(0,))
            for part in parts
        ]
        return self.apply("concat", *vectors, axis=0)

    def pool(self, x: Value) -> Value:
        return self.apply("max_pool2d", x, kernel_size=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0))


def view(b: Exported) -> Value:
    """x.view(x.size(0), -1)."""
    x = b.pool(b.x)
    return b.apply("reshape", x, b.join(b.extent(b.x, 0), -1))


def shuffle(b: Exported) -> Value:
    """The channel shuffle of ShuffleNet, all extents taken from x."""
    n, c, h, w = (b.extent(b.x, axis) for axis in range(4))
    two = b.constant("two", np.array(2))
    half = b.apply("divide", c, two)
    x = b.apply("reshape", b.x, b.join(n, 2, half, h, w))
    x = b.apply("transpose", x, perm=(0, 2, 1, 3, 4))
    return b.apply("reshape", x, b.join(n, -1, h, w))


def upsample(b: Exported) -> Value:
    """To twice the size of x, which float arithmetic finds."""
    shape = b.apply("cast", b.apply("shape_of", b.x, start=2), dtype="float32")
    twice = b.apply("multiply", shape, b.constant("two", np.full(2, 2, np.float32)))
    size = b.apply("cast", b.apply("floor", twice), dtype="int64")
    sizes = b.apply("concat", b.apply("shape_of", b.x, start=0, stop=2), size, axis=0)
    return b.apply("resize", b.pool(b.x), sizes, mode="linear")


def crop(b: Exported) -> Value:
    """The left half."""
    w = b.apply("divide", b.extent(b.x, 3), b.constant("two", np.array(2)))
    return b.apply("slice", b.x, w, axis=3, start=0)


def spread(b: Exported) -> Value:
    shape = b.apply("shape_of", b.x)
    ones = b.apply("fill", shape, value=1.0, dtype="float32")
    line = b.apply("range", *(b.apply("squeeze", b.vector(n), axes=(0,)) for n in (0, 6, 1)))
    return b.apply(
        "add",
        b.apply("add", ones, b.apply("expand", b.constant("c", np.ones(1, np.float32)), shape)),
        b.apply("cast", line, dtype="float32"),
    )


def pad(b: Exported) -> Value:
    zeros = b.apply("fill", b.vector(4), value=0, dtype="int64")
    return b.apply("pad", b.x, b.apply("concat", zeros, b.vector(0, 0, 1, 2), axis=0))


def mean(b: Exported) -> Value:
    return b.apply("reduce_mean", b.x, b.vector(2, 3), keepdims=0)


NETS: list[Callable[[Exported], Value]] = [view, shuffle, upsample, crop, spread, pad, mean]
every_net = pytest.mark.parametrize("net", NETS, ids=lambda net: net.__name__)
SHAPES = {
    "static": (2, 4, 8, 6),
    "batch": (None, 4, 8, 6),
    "size": (1, 4, None, None),
    "all": (None, None, None, None),
}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
ARITHMETIC = {"shape_of", "gather", "unsqueeze", "concat", "range", "fill", "divide"}


def graph_of(net: Callable[[Exported], Value], shape: tuple[int | None, ...]) -> Graph:
    b = Exported(*shape)
    return b.build([net(b)])


def late(graph: Graph) -> list[str]:
    """Ops that read shapes."""
    return [node.op for node in graph.nodes if any(v.type.dtype == "int64" for v in node.inputs)]


@every_net
@every_shape
def test_a_graph_with_all_its_extents_has_no_shape_arithmetic(net, shape):
    graph = graph_of(net, shape)
    batch = 1 if shape[0] == 1 else 2

    ready = passes.remove_dead_nodes(passes.specialize(graph, {"x": (batch, 4, 8, 6)}))

    assert late(ready) == []
    assert not {node.op for node in ready.nodes} & ARITHMETIC
    assert all(None not in value.shape for value in ready.values.values())


@every_net
@every_shape
def test_the_function_stays(net, shape, rng):
    graph = graph_of(net, shape)
    x = rng.standard_normal((2 if shape[0] != 1 else 1, 4, 8, 6)).astype(np.float32)

    for new in (passes.ResolveShapes()(graph), passes.specialize(graph, {"x": x.shape})):
        before, after = (evaluate(one, {"x": x})[one.outputs[0].name] for one in (graph, new))
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("net", [view, shuffle, pad, mean, crop])
def test_an_open_batch_keeps_everything_else_static(net):
    new, _ = passes.for_inference(graph_of(net, SHAPES["batch"]))

    assert late(new) == []
    assert all(None not in value.shape[1:] for value in new.values.values())


def test_a_reshape_copies_the_extent_that_is_open():
    new, _ = passes.for_inference(graph_of(view, SHAPES["batch"]))

    assert [node.attrs["shape"] for node in new.nodes if node.op == "reshape"] == [(0, -1)]


def test_extents_that_only_look_alike_are_not_taken_for_each_other(rng):
    b = Exported(None, None)
    y = b.input("y", (None, 6))
    graph = b.build([b.apply("reshape", y, b.join(b.extent(b.x, 0), b.extent(b.x, 1), -1))])

    new = passes.ResolveShapes()(graph)

    assert "shape" not in new.nodes[-1].attrs
    feeds = {"x": np.zeros((3, 2), np.float32), "y": rng.standard_normal((2, 6))}
    assert evaluate(new, feeds)[new.outputs[0].name].shape == (3, 2, 2)


def test_a_strided_extent_is_not_that_of_the_image():
    """An even image loses a row on the way that an odd one keeps."""
    b = Exported(1, 1, None, 8)
    small = b.apply("max_pool2d", b.x, kernel_size=(1, 1), strides=(2, 2), pads=(0, 0, 0, 0))
    wide = b.apply("resize", small, scales=(1.0, 1.0, 2.0, 2.0))
    flat = b.apply("reshape", wide, b.join(1, 1, b.extent(b.x, 2), b.extent(b.x, 3)))

    new = passes.ResolveShapes()(b.build([flat]))

    assert new.nodes[-1].attrs.get("shape") in (None, (1, 1, -1, 8))


def test_what_the_caller_reads_stays():
    b = Exported(2, 3)
    shape = b.apply("shape_of", b.x)
    graph = b.build([shape, b.apply("reshape", b.x, shape)])

    new = passes.ResolveShapes()(graph)

    assert [node.op for node in new.nodes] == ["shape_of", "reshape"]
    assert new.nodes[1].attrs["shape"] == (2, 3)


def test_parameters_are_not_folded():
    b = Exported(None, 3)
    w = b.parameter("w", np.ones(3, np.float32))
    graph = b.build([b.apply("multiply", b.x, b.apply("negative", w))])

    assert passes.ResolveShapes().apply(graph)[1] == 0


@every_net
def test_sessions_run_them_at_any_size(net, rng):
    session = runtime.compile(graph_of(net, SHAPES["all"]), check=False)

    for shape in ((1, 4, 8, 6), (3, 2, 4, 6)):
        x = rng.standard_normal(shape).astype(np.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerformanceWarning)
            y = session(x)
        graph = session.graph
        wanted = evaluate(graph, {"x": x})[graph.outputs[0].name]
        np.testing.assert_allclose(y, wanted, rtol=1e-5, atol=1e-5)


def test_probes_draw_for_open_sizes():
    graph = graph_of(upsample, SHAPES["all"])
    probe = Probe(graph)

    new, _ = passes.for_inference(graph)

    assert difference(probe.outputs(graph), probe.outputs(new)) == 0
