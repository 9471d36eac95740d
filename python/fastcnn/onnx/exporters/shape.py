"""Ops that move elements."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Node
from fastcnn.onnx.exporters.table import exports, exports_as, exports_with_input
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute

exports_as("transpose", "Transpose", "perm")
exports_as("concat", "Concat", "axis")
exports_as("flatten", "Flatten", "axis")
exports_as("gather", "Gather", "axis")
exports_as("range", "Range")
exports_with_input("reshape", "Reshape", "shape")
exports_with_input("expand", "Expand", "shape")
exports_with_input("tile", "Tile", "repeats")
exports_with_input("squeeze", "Squeeze", "axes")
exports_with_input("unsqueeze", "Unsqueeze", "axes")


@exports("shape_of")
def shape_of(g: Writer, node: Node) -> None:
    g.emit(node, "Shape", start=attribute(node, "start"), end=attribute(node, "stop"))


@exports("slice")
def slice_(g: Writer, node: Node) -> None:
    start, stop = g.late(node, "start", "stop")
    axes = g.integers(node, "axes", [attribute(node, "axis")])
    steps = g.integers(node, "steps", [attribute(node, "step")])
    g.emit(node, "Slice", node.inputs[0].name, start, stop, axes, steps)


@exports("pad")
def pad(g: Writer, node: Node) -> None:
    mode = attribute(node, "mode")
    value = np.array(attribute(node, "value"), node.output.type.dtype)
    inputs = [node.inputs[0].name, *g.late(node, "pads"), g.constant(node, "value", value)]
    g.emit(node, "Pad", *inputs, mode=mode, since=19 if mode == "wrap" else 0)


@exports("pad2d")
def pad2d(g: Writer, node: Node) -> None:
    pads = attribute(node, "pads")
    assert isinstance(pads, tuple)
    amounts = g.integers(node, "pads", (0, 0, *pads[:2], 0, 0, *pads[2:]))
    value = g.constant(node, "value", np.array(attribute(node, "value"), node.output.type.dtype))
    g.emit(node, "Pad", node.inputs[0].name, amounts, value)


@exports("resize")
def resize(g: Writer, node: Node) -> None:
    coordinates = attribute(node, "coordinates")
    scales = attribute(node, "scales")
    if scales:
        size = ["", g.constant(node, "scales", np.array(scales, np.float32))]
    else:
        size = ["", "", *g.late(node, "sizes")]
    g.emit(
        node,
        "Resize",
        node.inputs[0].name,
        *size,
        since=19 if coordinates == "half_pixel_symmetric" else 0,
        mode=attribute(node, "mode"),
        coordinate_transformation_mode=coordinates,
        nearest_mode=attribute(node, "rounding"),
        cubic_coeff_a=attribute(node, "cubic_a"),
        exclude_outside=attribute(node, "exclude_outside"),
    )


@exports("depth_to_space")
def depth_to_space(g: Writer, node: Node) -> None:
    g.emit(
        node, "DepthToSpace", blocksize=attribute(node, "block_size"), mode=attribute(node, "mode")
    )


@exports("space_to_depth")
def space_to_depth(g: Writer, node: Node) -> None:
    g.emit(node, "SpaceToDepth", blocksize=attribute(node, "block_size"))


@exports("fill")
def fill(g: Writer, node: Node) -> None:
    value = np.array([attribute(node, "value")], node.output.type.dtype)
    g.emit(node, "ConstantOfShape", *g.late(node, "shape"), value=g.tensor(value))
