"""What a criterion is, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.typing import FloatArray

Mask = npt.NDArray[np.bool_]


class Criterion:
    """Base of every criterion: says how much each weight matters.

    A slice of weights scores the sum of theirs, unless the criterion says otherwise.
    """

    name: ClassVar[str]
    comparable: ClassVar[bool] = False
    """Whether scores of channels of different layers are in one unit. Where they are not, each
    layer's are divided by their mean."""

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Scores of the weights, of the shape of `kernel.data`; the lowest are removed first."""
        raise NotImplementedError

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Scores of the channels the kernel makes: [channels].

        A normalisation that follows counts as part of the kernel.
        """
        normalised = kernel.normalised()
        return kernel.per_channel(self.scores(normalised, evidence))

    def remaining(
        self, kernel: Kernel, dropped: Mask, evidence: Evidence
    ) -> tuple[FloatArray, FloatArray | None]:
        """The kernel without the weights where `dropped`, and a new bias or None.

        Those that stay keep their values unless the criterion fits them anew.
        """
        return np.where(dropped, np.float32(0), kernel.data), None

    def settled(
        self, before: Graph, after: Graph, kernels: Sequence[Kernel], evidence: Evidence
    ) -> Graph:
        """The pruned graph as it is to be, once all layers have lost what they are to lose.

        Args:
            before: The graph before.
            after: The same with the weights that `remaining` gave.
            kernels: Those of `before` that were pruned, in the order of the graph.
            evidence: What may be measured.
        """
        return after


class ChannelCriterion(Criterion):
    """Base of criteria that know channels only."""

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Raises InvalidValueError: there is no such thing."""
        raise InvalidValueError(
            f"prune: criterion '{self.name}' judges channels, not weights; give "
            "structure='channel', or another criterion"
        )

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Scores of the channels the kernel makes: [channels]."""
        raise NotImplementedError


_REGISTRY: dict[str, Criterion] = {}


def register(cls: type[Criterion]) -> type[Criterion]:
    """Class decorator: makes the criterion known under `cls.name`."""
    _REGISTRY[cls.name] = cls()
    return cls


def get(criterion: str | Criterion) -> Criterion:
    """The criterion of that name; a criterion is given back as it is."""
    if isinstance(criterion, Criterion):
        return criterion
    try:
        return _REGISTRY[criterion]
    except KeyError:
        raise InvalidValueError(
            f"prune: '{criterion}' is no criterion; known: {', '.join(names())}"
        ) from None


def names() -> list[str]:
    """Names of all criteria, sorted."""
    return sorted(_REGISTRY)
