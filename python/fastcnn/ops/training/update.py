"""What all updates of weights have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op
from fastcnn.typing import Array

Limits: TypeAlias = "Mapping[str, tuple[float, float]]"
"""Attributes by name, with the least and the greatest value."""

SHARE = (0.0, 1.0)
POSITIVE = (0.0, math.inf)


class Update(Op):
    """One step of an optimiser for one parameter.

        g' = g + l1 sign(w) + 2 l2 w
        w, states = rule(w - lr weight_decay w, g', states)

    A subclass says what the optimiser keeps beside w, which numbers it takes, and its rule, which
    its docstring states in terms of g' and of the w that has decayed.

    Args:
        l1, l2: Coefficients of sum |w| and sum w^2 in the loss; at least 0.
        weight_decay: Share of w lost in a step, in units of lr; at least 0.
        hold_zeros: 1: an element of w that is 0 stays 0.

    Shape:
        w, g, the states: the same. lr: a scalar. step: int32 scalar, counted from 1. Outputs: w,
        the states.
    """

    states: ClassVar[tuple[str, ...]]
    """What the optimiser keeps, in the order of inputs and outputs."""
    takes_step: ClassVar[bool] = False
    """Whether the number of the step is an input, after lr."""
    limits: ClassVar[Limits] = {}
    """Attributes of its own."""
    flags: ClassVar[tuple[str, ...]] = ()
    """Those of them that are 0 or 1."""

    def rule(self, *arrays: Any, **numbers: Any) -> tuple[Array, ...]:
        """The new w and states from w, g' and the states.

        Takes as keywords lr, the step (where `takes_step`) and the attributes of its own.
        """
        raise NotImplementedError

    def infer(
        self,
        w: Type,
        g: Type,
        *rest: Type,
        l1: float,
        l2: float,
        hold_zeros: int,
        weight_decay: float = 0.0,
        **numbers: float,
    ) -> tuple[Type, ...]:
        names = (*self.states, "lr", "step")[: len(self.states) + 1 + self.takes_step]
        if len(rest) != len(names):
            raise InvalidValueError(
                f"{self.name}: takes w, g, {', '.join(names)}; {2 + len(rest)} inputs are given"
            )
        given = dict(zip(names, rest, strict=True))
        checks.floats(self.name, lr=given["lr"])
        checks.rank(self.name, 0, lr=given["lr"])
        if self.takes_step:
            checks.dtype(self.name, "int32", step=given["step"])
            checks.rank(self.name, 0, step=given["step"])
        strange = sorted(numbers.keys() ^ self.limits.keys())
        if strange:
            raise InvalidValueError(
                f"{self.name}: attribute '{strange[0]}' is missing or unknown; "
                f"it takes {', '.join(self.limits)}"
            )
        for name, (low, high) in self.limits.items():
            checks.number(self.name, name, numbers[name], low, high)
        for name, value in (("l1", l1), ("l2", l2), ("weight_decay", weight_decay)):
            checks.number(self.name, name, value, 0.0)
        for name in self.flags:
            checks.flag(self.name, name, numbers[name])
        checks.flag(self.name, "hold_zeros", hold_zeros)
        kept = {name: given[name] for name in self.states}
        type_ = checks.same_floats(self.name, w=w, g=g, **kept)
        return (type_,) * (1 + len(self.states))

    def reference(
        self,
        w: Array,
        g: Array,
        *rest: Array,
        l1: float,
        l2: float,
        hold_zeros: int,
        weight_decay: float = 0.0,
        **numbers: float,
    ) -> tuple[Array, ...]:
        states, lr = rest[: len(self.states)], rest[len(self.states)]
        if self.takes_step:
            numbers["step"] = int(rest[-1])
        g = g + l1 * np.sign(w) + 2 * l2 * w
        new, *moved = self.rule(w - lr * weight_decay * w, g, *states, lr=lr, **numbers)
        return np.where(w == 0, 0, new) if hold_zeros else new, *moved
