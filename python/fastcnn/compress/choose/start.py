"""A model to shrink, with all that a search must know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.latency import LatencyTable, latency_table
from fastcnn.compress.choose.price import Price, SizePrice, State, TimePrice, Work
from fastcnn.compress.choose.profile import Profile, Shaper
from fastcnn.compress.choose.samples import Sample
from fastcnn.compress.choose.search import Search
from fastcnn.compress.choose.sensitivity import Point, Sensitivity, shrunken
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.stages import Stages
from fastcnn.graph import Graph
from fastcnn.models import Model, file_size

CHANNEL_SHARES = (0.25, 0.5, 0.75, 0.875)
WEIGHT_SHARES = (0.5, 0.8, 0.9, 0.95, 0.98)
EXPONENTS = (0.5, 1.0, 2.0)
_SECONDS, _SECONDS_FOR_SIZE = 4.0, 0.2
"""Spent on the latency table."""
_GAIN = 0.95
"""A structure that leaves more of a layer's time than this gains nothing there."""


@dataclass(frozen=True)
class Means:
    """How a search may shrink models, and what it looks at.

    Args:
        structures: "channel", and structures of weights.
        criterion: For weights.
        fit_on: Samples to fit on.
        judge: Compares with the model given.
        batch: Samples a call.
        threads: Threads a call uses.
        for_size: Whether bytes count, not time.
        seed: Of all chance.
        say: Takes a line of the log.
        stages: Keep what was measured.
    """

    structures: tuple[str, ...]
    criterion: str
    fit_on: Sample
    judge: Judge
    batch: int
    threads: int
    for_size: bool
    seed: int
    say: Callable[[str], None]
    stages: Stages


class Start:
    """A model to shrink: its latency table, its sensitivity, and the search over both.

    Args:
        model: As given, or with layers cut.
        means: How it may shrink.
        cut: The layers that went.
    """

    def __init__(self, model: Model, means: Means, cut: tuple[str, ...] = ()) -> None:
        self.model, self.cut = model, cut
        self._means = means
        graph = model.graph
        families, kernels = find_families(graph), list(find_kernels(graph))
        work = Work(families, kernels)
        told = means.stages.told("latency", list(cut), self._time_layers)
        self.latency = LatencyTable.from_json(told)
        self._shaper = Shaper(
            model,
            means.fit_on.x,
            weights=means.criterion,
            channels="magnitude",
            data=means.fit_on.data,
            deepest=max(WEIGHT_SHARES),
            seed=means.seed,
        )
        self.sensitivity = self._measure()
        self.price: Price = (
            SizePrice(file_size(model), work, kernels)
            if means.for_size
            else TimePrice(self.latency, work, families)
        )
        self.search = Search(families, self.sensitivity, means.structures, self.price)

    @property
    def whole(self) -> float:
        """The price of the model as it is."""
        return self.price(State())

    def best(self, budget: float, exponents: Sequence[float]) -> Found:
        """The profile within `budget` whose outputs differ least, of one search an exponent."""
        tried: dict[str, Found] = {}
        for exponent in exponents:
            state = self.search(budget, exponent)
            profile = self.search.profile(state)
            key = str(profile.to_json())
            if key not in tried:
                tried[key] = self.made(profile, exponent)
        return min(tried.values(), key=lambda one: one.error)

    def made(self, profile: Profile, exponent: float) -> Found:
        """A profile, carried out."""
        shaped = cache(partial(self._shaper, profile))
        price = self.price(self.search.state(profile))
        error = self._means.stages.told(
            "error", name_of(self, profile), lambda: self._means.judge(shaped()).error
        )
        return Found(self, profile, shaped, price, error, exponent)

    def neighbours(self, profile: Profile) -> list[Neighbour]:
        """The profiles in which one part loses less, or more, than in `profile`."""
        return [
            Neighbour(part, self.search.profile(state), rise, self.price(state))
            for part, state, rise in self.search.neighbours(self.search.state(profile))
        ]

    def _time_layers(self) -> dict[str, Any]:
        means = self._means
        return latency_table(
            self.model.graph,
            structures=means.structures,
            batch=means.batch,
            threads=means.threads,
            seconds=_SECONDS_FOR_SIZE if means.for_size else _SECONDS,
        ).to_json()

    def _measure(self) -> Sensitivity:
        means, points = self._means, list[Point]()
        for structure in means.structures:
            is_channel = structure == "channel"
            points += shrunken(
                self._shaper,
                means.judge,
                structure,
                CHANNEL_SHARES if is_channel else WEIGHT_SHARES,
                means.stages,
                layers=None if is_channel or means.for_size else self._gainers(structure),
                cut=self.cut,
            )
        found = len({point.part for point in points})
        means.say(f"sensitivity of {found} parts measured, {len(points)} points")
        return Sensitivity(
            tuple(points),
            means.judge.original.accuracy,
            len(means.judge.samples),
            {"criterion": means.criterion, "structures": means.structures, "seed": means.seed},
        )

    def _gainers(self, structure: str) -> set[str]:
        """The layers that some sparsity in this structure makes faster."""
        variants = [variant for variant in self.latency.ms if variant[0] == structure]
        return {
            layer
            for layer in self.latency.ms[variants[0]]
            if any(self.latency.ratio(layer, variant) < _GAIN for variant in variants)
        }


@dataclass(frozen=True)
class Found:
    """A profile that a search found, carried out.

    Args:
        start: What was shrunken.
        profile: How.
        shaped: Makes the result; made once, it is kept.
        predicted: Its price.
        error: Of its outputs.
        exponent: With which it was found.
    """

    start: Start
    profile: Profile
    shaped: Callable[[], Graph]
    predicted: float
    error: float
    exponent: float

    @property
    def graph(self) -> Graph:
        """The result."""
        return self.shaped()


@dataclass(frozen=True)
class Neighbour:
    """A profile that differs from another in one part.

    Args:
        part: Which.
        profile: How all lose.
        rise: Of the error, estimated.
        price: Predicted.
    """

    part: str
    profile: Profile
    rise: float
    price: float


def name_of(start: Start, profile: Profile) -> list[Any]:
    """What sets a profile apart from all others, as JSON can hold it."""
    return [list(start.cut), dict(profile.channels), dict(profile.weights)]
