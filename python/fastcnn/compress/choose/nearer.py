"""Profiles nearer to a speed than those that a search could pick.

What a search picks from is coarse: whole vectors of channels, few sparsities.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from fastcnn.compress.choose.between import between
from fastcnn.compress.choose.goal import TOLERANCE
from fastcnn.compress.choose.profile import Profile
from fastcnn.compress.choose.start import Found

LOW, HIGH = 1 - TOLERANCE / 4, 1 + TOLERANCE / 2
"""Within these shares of what is asked nothing is corrected any more."""
_HALVINGS, _EASINGS, _TIGHTENINGS = 6, 6, 4

Tried = list[tuple[Found, float]]
"""Profiles and the speeds that were measured."""
Look = Callable[[Found], float]
"""Measures a profile, which joins those tried."""


def look_nearer(ratio: float, tried: Tried, look: Look) -> None:
    """Tries profiles until one is near `ratio`; where speed jumps there may be none.

    On the way from a profile that is too fast to one that is too slow the next channel of a layer
    may start a new vector: speed jumps there. Then one layer at a time is changed on either side
    of the jump.
    """
    if any(ratio * LOW <= got <= ratio * HIGH for _, got in tried):
        return
    if all(got <= ratio for _, got in tried):
        return
    _halve(ratio, tried, look)
    for side in (_ease, _tighten):
        if not any(ratio * LOW <= got <= ratio * (1 + TOLERANCE) for _, got in tried):
            side(ratio, tried, look)


def _sides(ratio: float, tried: Tried) -> tuple[tuple[Found, float], tuple[Found, float] | None]:
    """The one that is the least too fast, and of its start the one that is the least too slow."""
    fast = min((one for one in tried if one[1] > ratio), key=lambda one: one[1])
    slower = [one for one in tried if one[1] < ratio and one[0].start is fast[0].start]
    return fast, max(slower, key=lambda one: one[1], default=None)


def _halve(ratio: float, tried: Tried, look: Look) -> None:
    """All layers go from the one side to the other, by halves."""
    (found, _), slower = _sides(ratio, tried)
    slow = slower[0].profile if slower else Profile()
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        got = look(found.start.made(between(found.profile, slow, share), found.exponent))
        if ratio * LOW <= got <= ratio * HIGH:
            break
        low, high = (share, high) if got > ratio else (low, share)


def _ease(ratio: float, tried: Tried, look: Look) -> None:
    """One layer after the other loses less, from the fast side on, as the time left allows.

    The one goes first whose error falls most.
    """
    (found, got), _ = _sides(ratio, tried)
    limits: dict[str, float] = {}
    for _ in range(_EASINGS):
        best = max(
            (
                one
                for one in found.start.neighbours(found.profile)
                if 0 < -one.rise <= limits.get(one.part, inf)
                and got * found.predicted / one.price >= ratio * LOW
            ),
            key=lambda one: -one.rise,
            default=None,
        )
        if best is None:
            break
        limit, limits[best.part] = limits.get(best.part, inf), -best.rise / 2
        other = found.start.made(best.profile, found.exponent)
        if other.error >= found.error:
            continue
        now = look(other)
        if now < ratio * LOW:
            continue
        found, got = other, now
        limits[best.part] = limit + best.rise
        if got <= ratio * HIGH:
            break


def _tighten(ratio: float, tried: Tried, look: Look) -> None:
    """One layer loses more, from the slow side on, as long as that errs less than what is there."""
    (fast, _), slower = _sides(ratio, tried)
    if slower is None:
        whole = fast.start.made(Profile(), fast.exponent)
        slower = whole, look(whole)
    slow, got = slower
    refused: set[str] = set()
    for _ in range(_TIGHTENINGS):
        best = min(
            (
                one
                for one in slow.start.neighbours(slow.profile)
                if one.rise >= 0
                and one.part not in refused
                and got * slow.predicted / one.price >= ratio
            ),
            key=lambda one: one.rise,
            default=None,
        )
        if best is None:
            break
        refused.add(best.part)
        other = slow.start.made(best.profile, slow.exponent)
        least = min(found.error for found, speed in tried if speed >= ratio * LOW)
        if other.error < least and ratio * LOW <= look(other) <= ratio * (1 + TOLERANCE):
            break
