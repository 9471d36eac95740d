"""The profile of least estimated loss within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from fastcnn.compress.choose.knapsack import knapsack
from fastcnn.compress.choose.latency import WEIGHTS
from fastcnn.compress.choose.price import Price, State
from fastcnn.compress.choose.profile import Profile
from fastcnn.compress.choose.sensitivity import Sensitivity
from fastcnn.compress.prune.families import Family
from fastcnn.compress.prune.structures import find_pattern
from fastcnn.typing import Array

LANES = 8
"""Channels left are multiples of this in families of four times as many: vectors stay full."""
_MOST_LEVELS = 16
_STRIDE = 0.85
"""Of the price at most goes in one step, so that what families gain together is seen."""
_REACH = 2
"""Levels that a family may shrink in one step."""
_STEPS = 60


@dataclass(frozen=True)
class Item:
    """One decision.

    Args:
        name: A family, or a layer.
        options: What can be decided: the share of channels kept, or a structure and a sparsity;
            the first is to leave it as it is.
        errors: Estimated, of the same options.
    """

    name: str
    options: tuple[float | tuple[str, float], ...]
    errors: Array

    @property
    def is_family(self) -> bool:
        """Whether it is about channels."""
        return isinstance(self.options[0], float)


class Search:
    """Searches profiles of one model.

    Args:
        families: Whose channels can go.
        found: What parts of the model cost in answers.
        structures: What may be done.
        price: What a state takes.
    """

    def __init__(
        self,
        families: Sequence[Family],
        found: Sensitivity,
        structures: Sequence[str],
        price: Price,
    ) -> None:
        self.price = price
        self._families = {family.name: family for family in families}
        self.items = _items(families, found, structures)

    def __call__(self, budget: float, exponent: float) -> State:
        """The state within `budget` of the least sum of errors raised to `exponent`.

        Each item's gain is taken where the others stand, which is exact for weights and wrong for
        families that meet in a layer. So the price falls step by step: at each one a knapsack is
        solved, in which a family shrinks by few levels, and the gains are told anew. Where the
        budget is out of reach, the state comes as near as it can.

        Source:
            Frantar and Alistarh, "SPDY: Accurate Pruning with Speedup Guarantees", ICML 2022: the
            dynamic program over measured times, and errors weighed by what whole profiles show.
        """
        picks = [0] * len(self.items)
        now = start = self.price(self._state(picks))
        steps = max(1, ceil(log(max(start / budget, 1.0)) / -log(_STRIDE)))
        costs = [item.errors**exponent for item in self.items]
        for step in range(1, steps + _STEPS):
            if now <= budget:
                break
            aim = max(budget, start * (budget / start) ** min(1.0, step / steps))
            if step > steps:
                aim = budget - (step - steps) * 0.005 * budget
            moved = self._step(picks, costs, now, aim)
            if moved == picks and step >= steps:
                break
            picks = moved
            now = self.price(self._state(picks))
        return self._state(self._relaxed(picks, costs, budget))

    def _step(
        self, picks: Sequence[int], costs: Sequence[Array], now: float, aim: float
    ) -> list[int]:
        allowed = [
            range(max(0, pick - 1), min(len(item.options), pick + _REACH + 1))
            if item.is_family
            else range(len(item.options))
            for item, pick in zip(self.items, picks, strict=True)
        ]
        gains = []
        for i, options in enumerate(allowed):
            prices = []
            for option in options:
                other = list(picks)
                other[i] = option
                prices.append(0.0 if option == picks[i] else self.price(self._state(other)) - now)
            gains.append(np.array(prices))
        chosen = knapsack(
            gains,
            [cost[list(options)] for cost, options in zip(costs, allowed, strict=True)],
            aim - now,
        )
        return [options[option] for options, option in zip(allowed, chosen, strict=True)]

    def _relaxed(
        self, picks: Sequence[int], costs: Sequence[Array], budget: float
    ) -> Sequence[int]:
        """The picks, each taken back where the budget allows it, the dearest error first."""
        best = list(picks)
        for i in sorted(range(len(best)), key=lambda i: -costs[i][best[i]]):
            for option in range(len(self.items[i].options)):
                if costs[i][option] < costs[i][best[i]]:
                    other = [*best[:i], option, *best[i + 1 :]]
                    if self.price(self._state(other)) <= budget:
                        best = other
                        break
        return best

    def _state(self, picks: Sequence[int]) -> State:
        kept: dict[str, float] = {}
        weights: dict[str, tuple[str, float]] = {}
        for item, pick in zip(self.items, picks, strict=True):
            option = item.options[pick]
            if isinstance(option, float):
                kept[item.name] = option
            elif option[1]:
                weights[item.name] = option
        return State(kept, weights)

    def neighbours(self, state: State) -> Iterator[tuple[str, State, float]]:
        """States in which one item loses less, or more: what item, the state, how the error rises.

        The errors are those that the search goes by: estimates.
        """
        for item in self.items:
            what = f"{'channels' if item.is_family else 'weights'} of {item.name}"
            now: float | tuple[str, float] = (
                state.kept.get(item.name, 1.0)
                if item.is_family
                else state.weights.get(item.name, item.options[0])
            )
            options = sorted(
                (_lost(option), float(error), option)
                for option, error in zip(item.options, item.errors, strict=True)
                if item.is_family or _lost(option) == 0 or _structure(option) == _structure(now)
            )
            shares, errors, _ = zip(*options, strict=True)
            error = float(np.interp(_lost(now), shares, errors))
            for share, left, option in options:
                if abs(share - _lost(now)) > 1e-9:
                    yield what, _with(state, item.name, option), left - error

    def profile(self, state: State) -> Profile:
        """What the layers lose in `state`."""
        channels = {
            layer: 1 - kept
            for name, kept in state.kept.items()
            for layer in self._families[name].layers
            if kept < 1
        }
        return Profile(channels, state.weights)

    def state(self, profile: Profile) -> State:
        """The state that `profile` describes: its inverse."""
        kept = {
            name: 1 - profile.channels[family.layers[0]]
            for name, family in self._families.items()
            if family.layers[0] in profile.channels
        }
        return State(kept, profile.weights)


def _lost(option: float | tuple[str, float]) -> float:
    """The share that goes."""
    return 1 - option if isinstance(option, float) else option[1]


def _structure(option: float | tuple[str, float]) -> str:
    return "channel" if isinstance(option, float) else option[0]


def _with(state: State, name: str, option: float | tuple[str, float]) -> State:
    kept, weights = dict(state.kept), dict(state.weights)
    if isinstance(option, float):
        kept[name] = option
    else:
        weights[name] = option
    return State(
        {family: share for family, share in kept.items() if share < 1},
        {layer: how for layer, how in weights.items() if how[1] > 0},
    )


def _items(families: Sequence[Family], found: Sensitivity, structures: Sequence[str]) -> list[Item]:
    curves = {key: _curve(found, *key) for key in found.curves}
    items: list[Item] = []
    if "channel" in structures:
        for family in families:
            if (family.name, "channel") in curves:
                shares, errors = curves[family.name, "channel"]
                kept = [k for k in _levels(len(family.groups)) if 1 - k <= shares[-1] + 1e-9]
                lost = np.interp([1 - k for k in kept], shares, errors)
                items.append(Item(family.name, tuple(kept), lost))
    layers = list(dict.fromkeys(part for part, structure in found.curves if structure != "channel"))
    for layer in layers:
        options: list[tuple[str, float]] = [("weight", 0.0)]
        lost_by = [0.0]
        for structure in structures:
            if structure == "channel" or (layer, structure) not in curves:
                continue
            shares, errors = curves[layer, structure]
            own = getattr(find_pattern(structure), "sparsity", None)
            for share in WEIGHTS if own is None else (own,):
                options.append((structure, share))
                lost_by.append(float(np.interp(share, shares, errors)))
        if len(options) > 1:
            items.append(Item(layer, tuple(options), np.array(lost_by)))
    return items


def _curve(found: Sensitivity, part: str, structure: str) -> tuple[list[float], list[float]]:
    """Shares and errors of a part, from nothing on, never falling."""
    points = found.curve(part, structure)
    errors = np.maximum.accumulate([0.0, *(point.error for point in points)])
    return [0.0, *(point.sparsity for point in points)], errors.tolist()


def _levels(size: int) -> list[float]:
    """Shares of `size` channels that may be kept, all of them first."""
    unit = LANES if size >= 4 * LANES else max(1, size // 8)
    counts = [size, *range((size - 1) // unit * unit, 0, -unit)]
    if len(counts) > _MOST_LEVELS:
        chosen = np.linspace(0, len(counts) - 1, _MOST_LEVELS).round().astype(int)
        counts = [counts[i] for i in chosen]
    return [count / size for count in counts]
