"""Zeros in units: single weights, blocks of a size, whole kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.prune.criteria import Mask
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.structures.pattern import Indices
from fastcnn.compress.prune.targets import Targets
from fastcnn.errors import InvalidValueError
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class Units:
    """Units of `outputs` x `inputs` weights go as a whole; each layer keeps one at least.

    A unit holds neighbouring outputs and inputs at one tap of the kernel, or at all of them. At the
    edges of a kernel that they do not divide, units are smaller. A unit scores the mean of its
    weights.

    Args:
        outputs: Channels or units that a layer gives.
        inputs: Channels or units that it reads, in its group.
        whole_taps: Whether a unit spans all taps, KH x KW.
    """

    outputs: int
    inputs: int
    whole_taps: bool = False

    def __post_init__(self) -> None:
        if self.outputs < 1 or self.inputs < 1:
            raise InvalidValueError(
                "prune: a block must have at least one output and one input, "
                f"it is {self.outputs}x{self.inputs}"
            )

    def labels(self, kernel: Kernel) -> Indices:
        """The number of the unit that each weight belongs to, of the kernel's shape."""
        outputs, inputs, taps = kernel.matrix(kernel.data).shape
        rows = -(-inputs // self.inputs)
        spans = 1 if self.whole_taps else taps
        block = np.arange(outputs)[:, None] // self.outputs * rows
        block = block + np.arange(inputs) // self.inputs
        tap = np.zeros(taps, np.int64) if self.whole_taps else np.arange(taps)
        return kernel.unmatrix(block[..., None] * spans + tap)

    def drop(
        self, kernels: Sequence[Kernel], scores: Sequence[FloatArray], targets: Targets
    ) -> list[Mask]:
        """The units of the lowest scores, as many as come nearest to the share of the weights."""
        labels = [self.labels(kernel) for kernel in kernels]
        sizes = [np.bincount(one.ravel()) for one in labels]
        means = [
            _unit_scores(one, label, size)
            for one, label, size in zip(scores, labels, sizes, strict=True)
        ]
        if targets.is_global:
            everywhere = _lowest(np.concatenate(means), np.concatenate(sizes), targets.overall)
            chosen = np.split(everywhere, np.cumsum([one.size for one in means])[:-1])
        else:
            chosen = [
                _lowest(mean, size, targets.of(kernel.layer))
                for kernel, mean, size in zip(kernels, means, sizes, strict=True)
            ]
        return [one[label] for one, label in zip(chosen, labels, strict=True)]


def _unit_scores(scores: FloatArray, labels: Indices, sizes: Indices) -> FloatArray:
    """Mean scores of units: -inf where all weights are zero, +inf for the best unit."""
    is_zero = np.isneginf(scores).ravel()
    finite = np.where(is_zero, 0, scores.ravel())
    means: FloatArray = np.bincount(labels.ravel(), finite, sizes.size) / sizes
    means[np.bincount(labels.ravel(), is_zero, sizes.size) == sizes] = -np.inf
    means[np.argmax(means)] = np.inf
    return means


def _lowest(scores: FloatArray, sizes: Indices, share: float) -> Mask:
    """Which units go, so that their weights come nearest to the share of all."""
    order = np.argsort(scores, kind="stable")
    removed = np.concatenate([[0], np.cumsum(sizes[order])])
    count = int(np.argmin(np.abs(removed - round(share * removed[-1]))))
    drop = np.zeros(scores.size, np.bool_)
    drop[order[:count]] = True
    return drop & ~np.isposinf(scores)
