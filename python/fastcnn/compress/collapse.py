"""Fewer layers, the same function."""

from __future__ import annotations

from fastcnn.compress.record import recorded
from fastcnn.models import Model
from fastcnn.passes import (
    FoldAffine,
    FoldBatchNorm,
    MergeBranches,
    MergeLinear,
    RemoveDeadNodes,
    Sequence,
)

_COLLAPSE = Sequence(
    "collapse", FoldBatchNorm(), FoldAffine(), MergeBranches(), MergeLinear(), RemoveDeadNodes()
)


def collapse(model: Model) -> Model:
    """A new model in which layers with nothing nonlinear between or around them have become one.

    Batch normalisation goes into the layer before it; convolutions of one image that are added
    (RepVGG's branches) become one; two layers that follow each other without an activation become
    one where that holds no more weights. Exact but for rounding: each step is checked on random
    input and undone where it is not.

    Args:
        model: Left as it is.
    """
    graph, reports = _COLLAPSE.run(model.graph)
    steps = {report.name: report.changes for report in reports if report.kept and report.changes}
    before, after = (
        sum(node.op in ("conv2d", "dense", "batch_norm") for node in one.nodes)
        for one in (model.graph, graph)
    )
    text = f"collapsed {before} layers into {after} of the same function"
    return recorded(model, graph, "collapse", text, {"steps": steps})
