"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastcnn import random
from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class Dropout(Layer):
    """Sets random elements to 0 in training, and does nothing else.

        y = x / (1 - rate) with probability 1 - rate, else 0

    Args:
        rate: From 0 to below 1.
        seed: An integer that fixes which elements; drawn if None.

    Source:
        Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        JMLR 15, 2014.
    """

    rate: float
    seed: int | None = None

    _stream: int = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        limit = "a number of at least 0 and below 1"
        self.rate = arguments.number(self, "rate", self.rate, 0.0, limit)
        if self.rate >= 1:
            raise self.invalid("rate", self.rate, limit)
        if self.seed is None:
            self._stream = int(random.generator("dropout").integers(random.MAX_SEED))
        else:
            self._stream = arguments.integer(self, "seed", self.seed, 0)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("dropout", x, rate=self.rate, seed=self._stream)
