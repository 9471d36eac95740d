"""N:M sparsity: of every M neighbours, N at most are not zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.prune.criteria import Mask
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.targets import Targets
from fastcnn.errors import InvalidValueError
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class NOfM:
    """Of every `m` neighbouring inputs of one output at one tap, the best `n` stay.

    Groups begin at input 0; the last one is shorter where `m` does not divide the inputs. A layer
    that reads at most `n` inputs, such as a depthwise convolution, stays whole.

    Args:
        n: Weights that stay in a group.
        m: Weights of a group.

    Source:
        Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021 (2:4);
        Zhou et al., "Learning N:M Fine-grained Structured Sparse Neural Networks from Scratch",
        ICLR 2021.
    """

    n: int
    m: int

    def __post_init__(self) -> None:
        if not 1 <= self.n < self.m:
            raise InvalidValueError(
                f"prune: N:M keeps N of M weights, 1 <= N < M, it is {self.n}:{self.m}"
            )

    @property
    def sparsity(self) -> float:
        """Share of zeros where M divides the inputs."""
        return 1 - self.n / self.m

    def drop(
        self, kernels: Sequence[Kernel], scores: Sequence[FloatArray], targets: Targets
    ) -> list[Mask]:
        """All but the best of each group; on the way there, M - N are approached one by one.

        A layer whose target is zero stays whole.
        """
        kept = self.m - round(targets.progress * (self.m - self.n))
        return [
            self._drop(kernel, one, kept)
            if targets.of(kernel.layer)
            else np.zeros(one.shape, np.bool_)
            for kernel, one in zip(kernels, scores, strict=True)
        ]

    def _drop(self, kernel: Kernel, scores: FloatArray, kept: int) -> Mask:
        matrix = kernel.matrix(scores)
        outputs, inputs, taps = matrix.shape
        missing = -inputs % self.m
        padded = np.pad(matrix, ((0, 0), (0, missing), (0, 0)), constant_values=-np.inf)
        groups = padded.reshape(outputs, -1, self.m, taps)
        # Ranks from the end: of equal scores, as in the padding, the later ones go first.
        ranks = np.argsort(np.argsort(-groups, axis=2, kind="stable"), axis=2, kind="stable")
        drop = (ranks >= kept).reshape(outputs, -1, taps)[:, :inputs]
        return kernel.unmatrix(drop)
