"""Sum over all axes but the channels."""

from __future__ import annotations

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class ChannelSum(Op):
    """Sum over every axis but axis 1: the gradient of a bias.

        y[c] = sum over n, ... of x[n, c, ...]

    Shape:
        x: [N, C, ...]. y: [C].
    """

    name = "channel_sum"

    def infer(self, x: Type) -> Type:
        checks.floats(self.name, x=x)
        checks.rank_at_least(self.name, 2, x=x)
        return Type((checks.known(self.name, x.shape[1], "the channels of x"),))

    def reference(self, x: Array) -> Array:
        y: Array = x.sum(axis=(0, *range(2, x.ndim)))
        return y
