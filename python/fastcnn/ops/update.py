"""What all updates have in common: regularisation, and zeros that are held."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.typing import Array


def update_types(
    op: str,
    state: dict[str, Type],
    *,
    lr: Type,
    l1: float,
    l2: float,
    hold_zeros: int,
    step: Type | None = None,
) -> Type:
    """The type of w and of every tensor of the state; raises where something does not fit.

    Args:
        op: Name of the operation.
        state: w, its gradient and what the optimiser keeps for it, by name.
        lr: Learning rate, a float32 scalar.
        l1: Coefficient of sum |w| in the loss; at least 0.
        l2: Coefficient of sum w^2 in the loss; at least 0.
        hold_zeros: 1 where zeros of w stay.
        step: Number of this update, an int32 scalar.
    """
    checks.floats(op, lr=lr)
    checks.rank(op, 0, lr=lr)
    if step is not None:
        checks.dtype(op, "int32", step=step)
        checks.rank(op, 0, step=step)
    checks.number(op, "l1", l1, 0.0)
    checks.number(op, "l2", l2, 0.0)
    checks.flag(op, "hold_zeros", hold_zeros)
    return checks.same_floats(op, **state)


def regularised(w: Array, g: Array, l1: float, l2: float) -> Array:
    """The gradient of loss + l1 sum |w| + l2 sum w^2, where g is that of the loss."""
    gradient: Array = g + l1 * np.sign(w) + 2 * l2 * w
    return gradient


def held(old: Array, new: Array, hold_zeros: int) -> Array:
    """The new weights; with hold_zeros, 0 wherever the old one is 0."""
    return np.where(old == 0, 0, new) if hold_zeros else new
