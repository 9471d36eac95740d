"""The layers of a network as lines of a file of shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from fastcnn.bench.shapes import Shape
from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import for_inference, specialize

Describe: TypeAlias = Callable[[Node], dict[str, int]]


def shapes_of(graph: Graph, *, batch: int = 1) -> list[tuple[Shape, int]]:
    """The different layers that run when `graph` does, and how often each occurs.

    Layers are those that the passes for inference leave, in order of first appearance; ones that
    the microbenchmarks have no line for are left out.

    Args:
        graph: In inference form.
        batch: Images in a call.
    """
    ready, _ = for_inference(graph, check=False)
    inputs = {value.name: (batch, *value.shape[1:]) for value in ready.inputs}
    counts: Counter[str] = Counter()
    shapes: dict[str, Shape] = {}
    for node in specialize(ready, inputs).nodes:
        describe = _DESCRIBE.get(node.op)
        if describe is not None:
            shape = Shape(node.op, describe(node))
            shapes[str(shape)] = shape
            counts[str(shape)] += 1
    return [(shapes[line], count) for line, count in counts.items()]


def write_shapes(title: str, shapes: Sequence[tuple[Shape, int]]) -> str:
    """The text of a file of shapes."""
    width = max((len(str(shape)) for shape, _ in shapes), default=0)
    lines = [
        f"{shape!s:{width}}  # {count} times" if count > 1 else str(shape)
        for shape, count in shapes
    ]
    return "\n".join([f"# {title}", *lines, ""])


def _image(value: Value) -> dict[str, int]:
    """n, c, h and w, or n and c."""
    extents = [0 if extent is None else extent for extent in value.shape]
    return dict(zip("nchw", extents, strict=False))


def _attrs(node: Node) -> dict[str, Any]:
    return dict(node.attrs)


def _pair(name: str, pair: Sequence[int], default: int | None = None) -> dict[str, int]:
    height, width = pair
    if height != width:
        return {f"{name}h": height, f"{name}w": width}
    return {} if height == default else {name: height}


def _window(node: Node) -> dict[str, int]:
    pads = _attrs(node)["pads"]
    if len(set(pads)) == 1:
        sides = {"p": pads[0]} if pads[0] else {}
    else:
        sides = dict(zip(("pt", "pl", "pb", "pr"), pads, strict=True))
    return _pair("s", _attrs(node)["strides"], 1) | sides


def _conv2d(node: Node) -> dict[str, int]:
    oc, _, *kernel = (extent or 0 for extent in node.inputs[1].shape)
    groups = _attrs(node)["groups"]
    return (
        _image(node.inputs[0])
        | {"oc": oc}
        | _pair("k", kernel)
        | _window(node)
        | _pair("d", _attrs(node)["dilations"], 1)
        | ({"groups": groups} if groups > 1 else {})
    )


def _dense(node: Node) -> dict[str, int]:
    n, k = (extent or 0 for extent in node.inputs[0].shape)
    return {"n": n, "k": k, "m": node.inputs[1].shape[1] or 0}


def _pool(node: Node) -> dict[str, int]:
    return _image(node.inputs[0]) | _pair("k", _attrs(node)["kernel_size"]) | _window(node)


def _elementwise(node: Node) -> dict[str, int]:
    return _image(node.inputs[0])


_DESCRIBE: dict[str, Describe] = {
    "conv2d": _conv2d,
    "dense": _dense,
    "max_pool2d": _pool,
    "average_pool2d": _pool,
    **dict.fromkeys(
        ("global_average_pool2d", "batch_norm", "relu", "clip", "add", "softmax"), _elementwise
    ),
}
