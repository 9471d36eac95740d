"""What a structure of zeros is: which weights stand and fall together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fastcnn.compress.prune.criteria import Mask
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.targets import Targets
from fastcnn.typing import FloatArray

Indices = npt.NDArray[np.int64]


class Pattern(Protocol):
    """A rule for where zeros may stand."""

    def drop(
        self, kernels: Sequence[Kernel], scores: Sequence[FloatArray], targets: Targets
    ) -> list[Mask]:
        """Masks of the weights to remove, of the shapes of the kernels.

        Args:
            kernels: What is pruned.
            scores: Of their weights; minus infinity where a weight is zero already.
            targets: How much is to go.
        """
