"""Nodes that several losses are made of."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar


def mean_of_sample(g: Builder, x: Value) -> Value:
    """The mean over the elements of each sample, [N]."""
    return g.apply("reduce_mean", x, axes=tuple(range(1, x.type.rank)), name="sample_loss")


def sum_of_sample(g: Builder, x: Value) -> Value:
    """The sum over the elements of each sample, [N]."""
    return g.apply("reduce_sum", x, axes=tuple(range(1, x.type.rank)), name="sample_loss")


def one_minus(g: Builder, x: Value) -> Value:
    """1 - x."""
    return g.apply("subtract", scalar(g, 1), x)


def one_hot(g: Builder, labels: Value, classes: int) -> Value:
    """A row for each label, 1 at its place and 0 elsewhere, [N, classes]."""
    columns = g.constant("classes", np.arange(classes, dtype=np.int32)[None])
    hits = g.apply("equal", g.apply("unsqueeze", labels, axes=(1,)), columns)
    return g.apply("cast", hits, dtype="float32")


def smooth(g: Builder, targets: Value, share: float, classes: int) -> Value:
    """Targets (1 - share) t + share / classes."""
    kept = g.apply("scale", targets, factor=1 - share)
    return g.apply("add", kept, scalar(g, share / classes))
