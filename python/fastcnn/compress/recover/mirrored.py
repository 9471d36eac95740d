"""An image and its mirror image, answered together."""

from __future__ import annotations

from fastcnn.compress.record import recorded
from fastcnn.errors import CompressionError
from fastcnn.graph import Value
from fastcnn.models import Model
from fastcnn.ops import Builder

_FAR = -(2**31)
"""Ahead of the first column of any image."""


def mirrored(model: Model, *, axis: int = 2) -> Model:
    """A model that gives the mean of what `model` gives for an image and for its mirror image.

        y(x) = (f(x) + f(mirror(x))) / 2

    Often right where one answer is wrong, at twice the work: a better teacher than `model`. Both
    halves share their parameters.

    Args:
        model: Takes one image; left as it is.
        axis: Along which images are mirrored: 2, the columns of [N, height, width, channels], or 3
            where channels come first.

    Raises:
        CompressionError: The model has several inputs, or its input has no such axis.
    """
    graph = model.graph
    if len(graph.inputs) != 1 or not 0 < axis < graph.inputs[0].type.rank:
        shapes = ", ".join(f"'{value.name}' {value.type}" for value in graph.inputs)
        raise CompressionError(
            f"mirrored: takes a model of one image with an axis {axis}; this one reads {shapes}"
        )
    g = Builder(graph)
    (image,) = graph.inputs
    flipped = g.apply(
        "slice", image, name=f"{image.name}/mirrored", axis=axis, start=-1, stop=_FAR, step=-1
    )
    known = {image.name: flipped}

    def find(value: Value) -> Value:
        return known.get(value.name, value)

    for node in graph.nodes:
        inputs = [find(value) for value in node.inputs]
        outputs = g.apply_all(
            node.op, *inputs, name=f"{node.name}/mirrored", layer=node.layer, **node.attrs
        )
        known |= {old.name: new for old, new in zip(node.outputs, outputs, strict=True)}
    means = [
        g.apply("scale", g.apply("add", value, find(value)), name=f"{value.name}/mean", factor=0.5)
        for value in graph.outputs
    ]
    text = f"answers with the mean over an image and its mirror image along axis {axis}"
    return recorded(model, g.build(means), "mirrored", text, {"axis": axis})
