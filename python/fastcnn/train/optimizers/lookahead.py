"""Weights that follow another optimizer at a distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.averages import is_multiple, keep
from fastcnn.train.optimizers.optimizer import optimizers
from fastcnn.train.optimizers.wrapper import Wrapper


@optimizers.register("lookahead")
@dataclass(frozen=True)
class Lookahead(Wrapper):
    """Another optimizer explores; every k updates slow weights go part of the way after it.

        w <- as the other optimizer                          at every update
        slow <- slow + slow_step_size (w - slow);  w <- slow     at each k-th one

    Args:
        optimizer: The other one, by name or object.
        sync_period: k.
        slow_step_size: Part of the way, in (0, 1].

    Source:
        Zhang, Lucas, Hinton and Ba, "Lookahead Optimizer: k steps forward, 1 step back",
        NeurIPS 2019, algorithm 1.
    """

    sync_period: int = 6
    slow_step_size: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.sync_period >= 1, "sync_period", "at least 1")
        self.require(0 < self.slow_step_size <= 1, "slow_step_size", "in (0, 1]")

    def emit(
        self,
        g: Builder,
        gradients: Sequence[tuple[Value, Value]],
        learning_rate: Value,
        step: Value,
    ) -> list[Value]:
        fast = self.inner.emit(g, gradients, learning_rate, step)
        is_due = is_multiple(g, g.apply("cast", step, dtype="float32"), self.sync_period)
        rate = g.apply("where", is_due, scalar(g, self.slow_step_size), scalar(g, 0))
        new = []
        for (parameter, _), value in zip(gradients, fast, strict=True):
            old = keep(g, parameter, "slow", fill=None)
            way = g.apply("multiply", g.apply("subtract", value, old), rate)
            slow = g.apply("add", old, way)
            g.update(old, slow)
            new.append(g.apply("where", is_due, slow, value))
        return new
