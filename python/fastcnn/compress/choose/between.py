"""Profiles between two others."""

from __future__ import annotations

from fastcnn.compress.choose.profile import Profile
from fastcnn.compress.prune.structures import find_pattern


def between(fast: Profile, slow: Profile, share: float) -> Profile:
    """`fast` where `share` is 0, `slow` where it is 1, and all the way from one to the other.

    Every share that a layer loses goes evenly from one profile's to the other's; what one does not
    name, it does not lose. A structure that has its own sparsity, or that only one of them uses
    where the other has another, stays as in `fast`.
    """

    def mean(a: float, b: float) -> float:
        return (1 - share) * a + share * b

    channels = {
        layer: mean(fast.channels.get(layer, 0.0), slow.channels.get(layer, 0.0))
        for layer in dict.fromkeys([*fast.channels, *slow.channels])
    }
    weights: dict[str, tuple[str, float]] = {}
    for layer in dict.fromkeys([*fast.weights, *slow.weights]):
        structure, lost = fast.weights.get(layer) or (slow.weights[layer][0], 0.0)
        other, lost_there = slow.weights.get(layer, (structure, 0.0))
        fixed = getattr(find_pattern(structure), "sparsity", None) is not None
        weights[layer] = structure, lost if fixed or other != structure else mean(lost, lost_there)
    return Profile(
        {layer: lost for layer, lost in channels.items() if lost > 0},
        {layer: how for layer, how in weights.items() if how[1] > 0},
    )
