"""Momentum made orthogonal."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.averages import keep
from fastcnn.train.optimizers.gradient import Gradient
from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.orthogonalize import orthogonalize
from fastcnn.train.optimizers.update_rule import UpdateRule, apply_update
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("muon")
@dataclass(frozen=True)
class Muon(UpdateRule):
    """Momentum whose singular values are all brought near 1, for kernels; AdamW for the rest.

        M <- momentum M + (1 - momentum) G'
        D = momentum M + (1 - momentum) G'        with Nesterov, else M
        O = U V^T, roughly, for D = U S V^T
        w <- w - lr weight_decay w - lr scale O

    A kernel is a parameter of two axes or more, seen as a matrix: [inputs, units] of a dense layer,
    [filters, inputs x height x width] of a convolution. The matrix has n rows and k columns;
    scale = rms_rate sqrt(max(n, k)) gives the update the size of an update of AdamW, so that one
    learning rate fits both.

    Args:
        learning_rate: lr.
        adam_beta_1: How slowly AdamW forgets old gradients, in [0, 1).
        adam_beta_2: The same for their squares.
        adam_weight_decay: Weight decay of what AdamW updates; None: no decay.
        epsilon: Keeps the divisor of AdamW from zero.
        weight_decay: Weight decay of kernels; None: no decay.
        exclude_layers: Regular expressions; a kernel whose name one of them is found in goes to
            AdamW. Name the last layer here.
        adam_lr_ratio: Learning rate of AdamW, in units of lr.
        momentum: How slowly the momentum forgets, in [0, 1).
        ns_steps: Newton-Schulz iterations.
        nesterov: Whether the momentum looks one step ahead.
        rms_rate: Root mean square of an element of an update, in units of lr; None:
            scale = sqrt(max(1, units / inputs)), as Jordan has it, for rates around 0.02.

    Source:
        Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. Liu et al.,
        "Muon is Scalable for LLM Training", 2025, section 2.2: the scale.
    """

    op: ClassVar[str] = "adam_update"

    learning_rate: float | str | Schedule = 0.001
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float | None = 0.004
    epsilon: float = 1e-7
    weight_decay: float | None = 0.004
    exclude_layers: Sequence[str] = ()
    adam_lr_ratio: float = 1.0
    momentum: float = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "exclude_layers", tuple(self.exclude_layers))
        require_share(self, "adam_beta_1", "adam_beta_2", "momentum")
        self.require((self.adam_weight_decay or 0) >= 0, "adam_weight_decay", "at least 0, or None")
        self.require(self.epsilon > 0, "epsilon", "positive")
        self.require(self.adam_lr_ratio >= 0, "adam_lr_ratio", "at least 0")
        self.require(self.ns_steps >= 1, "ns_steps", "at least 1")
        self.require(self.rms_rate is None or self.rms_rate > 0, "rms_rate", "positive, or None")

    def states(self) -> Mapping[str, float]:
        return {"m": 0.0, "v": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {
            "beta1": float(self.adam_beta_1),
            "beta2": float(self.adam_beta_2),
            "epsilon": float(self.epsilon),
            "weight_decay": float(self.adam_weight_decay or 0.0),
        }

    def update(self, g: Builder, gradient: Gradient, learning_rate: Value, step: Value) -> Value:
        parameter = gradient.parameter
        is_excluded = any(re.search(name, parameter.name) for name in self.exclude_layers)
        if parameter.type.rank >= 2 and not is_excluded:
            return self._update_kernel(g, gradient.whole(g), learning_rate)
        if self.adam_lr_ratio != 1:
            learning_rate = g.apply("scale", learning_rate, factor=float(self.adam_lr_ratio))
        return apply_update(
            g, self.op, gradient, self.states(), (learning_rate, step), self.attributes()
        )

    def _update_kernel(self, g: Builder, gradient: Gradient, learning_rate: Value) -> Value:
        w = gradient.parameter
        old, share = keep(g, w, "m"), float(self.momentum)
        momentum = g.apply("moving_average", old, gradient.value, momentum=share)
        g.update(old, momentum)
        direction = momentum
        if self.nesterov:
            direction = g.apply("moving_average", momentum, gradient.value, momentum=share)
        extents = known_shape(w)
        rows, columns = extents[0], math.prod(extents[1:])
        matrix = g.apply("reshape", direction, shape=(rows, columns))
        flat = orthogonalize(g, matrix, self.ns_steps)
        move = g.apply(
            "scale",
            g.apply("reshape", flat, shape=extents),
            factor=self._scale(w, rows, columns),
        )
        if self.weight_decay:
            decay = g.apply("scale", w, factor=float(self.weight_decay))
            move = g.apply("add", move, decay)
        if gradient.holds_zeros:
            is_zero = g.apply("equal", w, scalar(g, 0))
            move = g.apply("where", is_zero, scalar(g, 0), move)
        return g.apply("subtract", w, g.apply("multiply", move, learning_rate))

    def _scale(self, w: Value, rows: int, columns: int) -> float:
        if self.rms_rate is not None:
            return self.rms_rate * math.sqrt(max(rows, columns))
        units, inputs = (columns, rows) if w.type.rank == 2 else (rows, columns)
        return math.sqrt(max(1.0, units / inputs))


def known_shape(w: Value) -> tuple[int, ...]:
    """The extents of a parameter."""
    assert w.data is not None
    return w.data.shape
