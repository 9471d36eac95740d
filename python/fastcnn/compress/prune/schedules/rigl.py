"""Zeros that move while the network trains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.prune.gradients import GradientSession
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.schedules.schedule import Schedule, register
from fastcnn.compress.prune.schedules.updates import Updates
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model
from fastcnn.typing import Array, FloatArray


@register
@dataclass(frozen=True)
class RigL(Schedule):
    """Pruned at once, then trained, while weights that matter little and zeros that matter swap.

    At time t each kernel loses the share

        fraction / 2 (1 + cos(pi t / end))

    of its weights, the smallest, and as many zeros of the largest gradient grow, by one step of
    gradient descent from zero. The sparsity of each layer stays as it is.

    Args:
        fraction: Share of the weights that is swapped at first, in (0, 1).
        end: When the last are swapped, as a share of all batches.
        updates: How many times weights are swapped.

    Source:
        Evci et al., "Rigging the Lottery: Making All Tickets Winners", ICML 2020.
    """

    name = "rigl"
    fraction: float = 0.3
    end: float = 0.75
    updates: int = 20

    def __post_init__(self) -> None:
        self.require(0 < self.fraction < 1, "fraction", "in (0, 1)")
        self.require(0 < self.end <= 1, "end", "in (0, 1]")
        self.require(self.updates >= 1, "updates", "at least 1")

    def run(self, pruning: Pruning) -> Model:
        """Prunes, then tunes with zeros that move."""
        pruning.require_training(self.name)
        if pruning.structure != "weight":
            raise InvalidValueError(
                f"rigl: swaps single weights; give structure='weight', it is '{pruning.structure}'"
            )
        model = pruning.model
        sparse = model.with_graph(pruning.removed(model))

        def change(time: float) -> Mapping[str, Array]:
            trainer = updates.trainer
            assert trainer.current_fit is not None
            gradients = GradientSession(trainer.graph, trainer.loss)(trainer.current_fit.feeds)
            share = self.fraction / 2 * (1 + math.cos(math.pi * time))
            return {
                kernel.name: swap(kernel, gradients[kernel.name], share, trainer.learning_rate)
                for kernel in find_kernels(trainer.graph)
                if kernel.layer not in pruning.exclude
            }

        updates = Updates(self.name, change, self.updates, 0.0, self.end)
        return pruning.tuned(sparse, pruning.epochs, [updates])


def swap(kernel: Kernel, gradient: FloatArray, share: float, rate: float) -> FloatArray:
    """The kernel with a share of its weights zero, and as many zeros grown where g is largest."""
    w: FloatArray = kernel.data.ravel().copy()
    g = gradient.ravel()
    alive, dead = np.flatnonzero(w), np.flatnonzero((w == 0) & (g * np.float32(rate) != 0))
    count = min(round(share * alive.size), dead.size)
    smallest = alive[np.argsort(np.abs(w[alive]), kind="stable")[:count]]
    steepest = dead[np.argsort(-np.abs(g[dead]), kind="stable")[:count]]
    w[smallest] = 0
    w[steepest] = -np.float32(rate) * g[steepest]
    swapped: FloatArray = w.reshape(kernel.data.shape)
    return swapped
