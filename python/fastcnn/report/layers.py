"""Two models side by side, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.report.data import Layer


@dataclass(frozen=True)
class Pair:
    """A layer before and after; None on the side that lacks it."""

    before: Layer | None
    after: Layer | None

    @property
    def name(self) -> str:
        """The layer's name."""
        layer = self.after or self.before
        return layer.name if layer else ""

    @property
    def kept(self) -> float | None:
        """Share of the non-zeros that is left; None where there were none before."""
        if self.before is None or not self.before.nonzeros:
            return None
        return (self.after.nonzeros if self.after else 0) / self.before.nonzeros


def pair_layers(before: Sequence[Layer], after: Sequence[Layer]) -> list[Pair]:
    """Matches layers by name, in the order of `before`; new ones stand where they run.

    A layer of `after` without a namesake follows its predecessor in `after`.
    """
    known = {layer.name for layer in before}
    found = {layer.name: layer for layer in after}
    followers: dict[str, list[Layer]] = {}
    last = ""
    for layer in after:
        if layer.name in known:
            last = layer.name
        else:
            followers.setdefault(last, []).append(layer)
    pairs = [Pair(None, layer) for layer in followers.get("", ())]
    for layer in before:
        pairs.append(Pair(layer, found.get(layer.name)))
        pairs += [Pair(None, follower) for follower in followers.get(layer.name, ())]
    return pairs
