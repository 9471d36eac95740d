"""The models nobody beats."""

from __future__ import annotations

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points no other point beats, by the first coordinate.

    More is better in both coordinates. A point is beaten by one that is at least as good in both
    and better in one; of equal points the first stays.

    Args:
        points: Pairs (speed, accuracy).
    """
    order = sorted(range(len(points)), key=lambda i: (-points[i][0], -points[i][1], i))
    front: list[int] = []
    best = float("-inf")
    for i in order:
        if points[i][1] > best:
            front.append(i)
            best = points[i][1]
    return front[::-1]
