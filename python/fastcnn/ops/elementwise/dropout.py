"""Dropout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.elementwise.philox import philox
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Dropout(Elementwise):
    """Dropout at inference: the identity. Training puts `dropout_train` in its place.

        y = x

    Args:
        rate: Share of elements dropped in training; at least 0, below 1.
        seed: Key of the random stream; from 0 to 2^63 - 1.
        whole_channels: 1: in training the whole of a channel is kept or dropped.

    Shape:
        x: any, rank 2 or more with `whole_channels`. y: as x.
    """

    name = "dropout"

    def infer(self, x: Type, *, rate: float, seed: int, whole_channels: int = 0) -> Type:
        _check(self.name, rate, seed)
        if checks.flag(self.name, "whole_channels", whole_channels):
            checks.rank_at_least(self.name, 2, x=x)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, rate: float, seed: int, whole_channels: int = 0) -> Array:
        return x

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        return grads


@register
class DropoutTrain(Op):
    """Dropout in training: keeps an element with probability 1 - rate, and divides by it.

    Element i in row-major order is kept where word i mod 4 of

        Philox4x32-10(counter = (i / 4 as low, high word, step, 0), key = (seed low, seed high))

    is at least floor(rate 2^32). So what is dropped depends on seed, step and place alone.

    Args:
        rate: At least 0, below 1.
        seed: From 0 to 2^63 - 1.

    Shape:
        x: any. step: int32 scalar. y: as x.
    Source:
        Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        JMLR 15, 2014.
    """

    name = "dropout_train"

    def infer(self, x: Type, step: Type, *, rate: float, seed: int) -> Type:
        checks.dtype(self.name, "int32", step=step)
        checks.rank(self.name, 0, step=step)
        _check(self.name, rate, seed)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, step: Array, *, rate: float, seed: int) -> Array:
        index = np.arange(-(-x.size // 4), dtype=np.uint64)
        counters = np.zeros((len(index), 4), np.uint32)
        counters[:, 0] = index.astype(np.uint32)
        counters[:, 1] = (index >> np.uint64(32)).astype(np.uint32)
        counters[:, 2] = np.asarray(step, np.int32).view(np.uint32)
        words = philox(counters, (seed & 0xFFFFFFFF, seed >> 32)).reshape(-1)[: x.size]
        kept = words.reshape(x.shape) >= np.uint32(int(rate * 2**32))
        return np.where(kept, x / (1 - rate), 0)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """The same elements are kept, and divided by the same."""
        (grad_y,) = grads
        assert grad_y is not None
        rate, seed = node.attrs["rate"], node.attrs["seed"]
        return [g.apply(self.name, grad_y, node.inputs[1], rate=rate, seed=seed), None]


def _check(op: str, rate: object, seed: object) -> None:
    checks.integer(op, "seed", seed, 0, 2**63 - 1)
    if checks.number(op, "rate", rate, 0.0, 1.0) == 1.0:
        raise InvalidValueError(f"{op}: rate must be below 1, or nothing would be kept")
