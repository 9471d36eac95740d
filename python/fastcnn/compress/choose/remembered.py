"""A criterion that scores each kernel once."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from fastcnn.compress.prune.criteria import Criterion, Mask
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.graph import Graph
from fastcnn.typing import FloatArray


class Remembered(Criterion):
    """Another criterion, whose scores are kept for the kernels of one graph.

    They do not depend on the order in which the kernels come.

    Args:
        criterion: The other.
        deepest: The largest share of a layer that will ever go, for criteria whose work grows
            with it.
        seed: Of all chance.
    """

    def __init__(self, criterion: Criterion, deepest: float, seed: int) -> None:
        self.name = criterion.name  # type: ignore[misc]
        self.comparable = criterion.comparable  # type: ignore[misc]
        self._criterion = criterion
        self._deepest = deepest
        self._seed = seed
        self._scores: dict[str, FloatArray] = {}

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Those of the other criterion, at the first call."""
        if kernel.name not in self._scores:
            evidence.share = self._deepest
            evidence.rng = np.random.default_rng([self._seed, crc32(kernel.name.encode())])
            self._scores[kernel.name] = self._criterion.scores(kernel, evidence)
        return self._scores[kernel.name]

    def remaining(
        self, kernel: Kernel, dropped: Mask, evidence: Evidence
    ) -> tuple[FloatArray, FloatArray | None]:
        """As the other criterion has it."""
        return self._criterion.remaining(kernel, dropped, evidence)

    def settled(
        self, before: Graph, after: Graph, kernels: Sequence[Kernel], evidence: Evidence
    ) -> Graph:
        """As the other criterion has it; a layer alone has no errors ahead of it to make up for."""
        if len(kernels) < 2:
            return after
        evidence.rng = np.random.default_rng(self._seed)
        return self._criterion.settled(before, after, kernels, evidence)
