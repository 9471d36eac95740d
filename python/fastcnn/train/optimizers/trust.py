"""How long a step may be, by layer."""

from __future__ import annotations

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar


def norm(g: Builder, x: Value) -> Value:
    """The Euclidean norm over all elements, a scalar."""
    return g.apply("reduce_l2", x)


def trust_ratio(g: Builder, above: Value, below: Value) -> Value:
    """The quotient of two norms, but 1 where one of them is 0."""
    zero, one = scalar(g, 0), scalar(g, 1)
    product = g.apply("multiply", above, below)
    ratio = g.apply("divide", above, below)
    return g.apply("where", g.apply("greater", product, zero), ratio, one)
