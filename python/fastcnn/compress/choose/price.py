"""What a profile would take, in milliseconds or in bytes, before any model is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from fastcnn.compress.channels import Axis
from fastcnn.compress.choose.latency import CHANNELS, DENSE, LatencyTable, kept_channels
from fastcnn.compress.prune.families import Family
from fastcnn.compress.prune.kernel import Kernel

_BYTES = 4.0
_BITMAP = 1 / 8
"""Of a pruned kernel each weight takes a bit, each non-zero its bytes."""


@dataclass(frozen=True)
class State:
    """Where a search stands.

    Args:
        kept: By family: the share of its channels that is left.
        weights: By layer: structure and share of its weights that goes; others keep theirs.
    """

    kept: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, tuple[str, float]] = field(default_factory=dict)


class Work:
    """The share of a layer's multiplications that is left when families shrink."""

    def __init__(self, families: Sequence[Family], kernels: Sequence[Kernel]) -> None:
        owners: dict[Axis, list[tuple[str, int]]] = {}
        for family in families:
            counts: dict[Axis, int] = {}
            for group in family.groups:
                for axis, indices in group.members.items():
                    counts[axis] = counts.get(axis, 0) + len(indices)
            for axis, count in counts.items():
                owners.setdefault(axis, []).append((family.name, count))
        self._axes: dict[str, list[tuple[int, list[tuple[str, int]]]]] = {}
        for kernel in kernels:
            axes = [kernel.axis]
            if kernel.node.attrs.get("groups", 1) == 1:
                axes.append(1 - kernel.axis)
            self._axes[kernel.layer] = [
                (kernel.data.shape[axis], owners.get((kernel.name, axis), [])) for axis in axes
            ]

    def of(self, layer: str, kept: Mapping[str, float]) -> float:
        """Outputs times inputs that are left, as a share."""
        return prod(
            1 - sum(count * (1 - kept.get(family, 1.0)) for family, count in owners) / size
            for size, owners in self._axes.get(layer, ())
        )


class TimePrice:
    """Predicts milliseconds from a latency table.

    A layer's time depends on the share of its multiplications that is left, as it does where all
    layers shrink alike, and by a factor on the sparsity of its weights.

    Args:
        table: Times of the layers.
        work: How layers depend on families.
        families: Whose channels can go.
    """

    def __init__(self, table: LatencyTable, work: Work, families: Sequence[Family]) -> None:
        self._table = table
        self._work = work
        measured = [DENSE] + [("channel", s) for s in CHANNELS if ("channel", s) in table.ms]
        self._curves = {layer: self._curve(layer, measured, families) for layer in table.ms[DENSE]}

    def _curve(
        self, layer: str, variants: Sequence[tuple[str, float]], families: Sequence[Family]
    ) -> tuple[list[float], list[float]]:
        points = []
        for variant in variants:
            kept = {
                family.name: kept_channels(len(family.groups), variant[1]) / len(family.groups)
                for family in families
            }
            points.append((self._work.of(layer, kept), self._table.ms[variant][layer]))
        points = sorted(dict(points).items())
        return [work for work, _ in points], [ms for _, ms in points]

    def layer(self, layer: str, state: State) -> float:
        """Of one layer."""
        work, ms = self._curves[layer]
        left = self._work.of(layer, state.kept)
        time = float(np.interp(left, work, ms)) if left >= work[0] else ms[0] * left / work[0]
        return time * self._factor(layer, state)

    def _factor(self, layer: str, state: State) -> float:
        if layer not in state.weights:
            return 1.0
        structure, share = state.weights[layer]
        points = sorted(
            (s, self._table.ratio(layer, (name, s)))
            for name, s in self._table.ms
            if name == structure
        )
        shares, ratios = zip((0.0, 1.0), *points, strict=True)
        return float(np.interp(share, shares, ratios))

    def __call__(self, state: State) -> float:
        """Of the whole model."""
        return sum(self.layer(layer, state) for layer in self._curves)


class SizePrice:
    """Predicts bytes of the saved model.

    Args:
        total: Bytes of the model as it is.
        work: How layers depend on families.
        kernels: Its kernels.
    """

    def __init__(self, total: int, work: Work, kernels: Sequence[Kernel]) -> None:
        self._work = work
        self._sizes = {kernel.layer: kernel.data.size for kernel in kernels}
        self._rest = max(0.0, total - _BYTES * sum(self._sizes.values()))

    def layer(self, layer: str, state: State) -> float:
        """Of one layer."""
        if layer not in self._sizes:
            return 0.0
        numbers = self._sizes[layer] * self._work.of(layer, state.kept)
        if layer not in state.weights:
            return _BYTES * numbers
        return numbers * min(_BYTES, _BYTES * (1 - state.weights[layer][1]) + _BITMAP)

    def __call__(self, state: State) -> float:
        """Of the whole model."""
        return self._rest + sum(self.layer(layer, state) for layer in self._sizes)


Price = TimePrice | SizePrice
