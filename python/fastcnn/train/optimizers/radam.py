"""Adam that waits until it knows the size of the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.optimizer import optimizers


@optimizers.register("radam")
@dataclass(frozen=True)
class RAdam(AdamLike):
    """Adam that divides by the size of the gradient only once enough squares are averaged.

        r_inf = 2 / (1 - beta_2) - 1,  r(t) = r_inf - 2 t beta_2^t / (1 - beta_2^t)
        c = sqrt((r - 4) (r - 2) r_inf / ((r_inf - 4) (r_inf - 2) r))
        w <- w - lr m / (1 - beta_1^t)                                          where r(t) <= 5
        w <- w - lr m / (1 - beta_1^t) c sqrt(1 - beta_2^t) / (sqrt(v) + epsilon)     afterwards

    Source:
        Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020,
        algorithm 2, with the threshold 5 of its authors' code.
    """

    op: ClassVar[str] = "radam_update"
