"""A search that comes near to the speed it promised, whatever it may pick from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fastcnn.compress.choose.between import between
from fastcnn.compress.choose.chase import Chase
from fastcnn.compress.choose.profile import Profile
from fastcnn.compress.choose.promise import Times
from fastcnn.compress.stages import Stages


def test_all_shares_go_from_one_profile_to_the_other() -> None:
    fast = Profile({"a": 0.5, "b": 0.25}, {"d": ("weight", 0.9)})
    slow = Profile({"a": 0.25}, {"e": ("weight", 0.5)})

    middle = between(fast, slow, 0.5)

    assert middle.channels == {"a": 0.375, "b": 0.125}
    assert middle.weights == {"d": ("weight", 0.45), "e": ("weight", 0.25)}
    assert between(fast, slow, 0.0) == Profile(fast.channels, fast.weights)
    assert between(fast, slow, 1.0) == slow


def test_a_structure_with_its_own_sparsity_stays() -> None:
    fast = Profile(weights={"d": ("2:4", 0.5), "e": ("weight", 0.9)})
    slow = Profile(weights={"e": ("1x16", 0.5)})

    assert between(fast, slow, 0.5).weights == fast.weights


class Coarse:
    """A start whose search knows but few shares; a model runs 1 / (1 - share) times as fast."""

    whole = 1.0
    cut = ()

    def __init__(self, shares: tuple[float, ...]) -> None:
        self._shares = shares

    def best(self, budget: float, exponents: Any) -> Any:
        enough = [share for share in self._shares if 1 - share <= budget]
        return self.made(Profile({"a": min(enough, default=max(self._shares))}), 1.0)

    def neighbours(self, profile: Profile) -> list[Any]:
        return []

    def made(self, profile: Profile, exponent: float) -> Any:
        share = profile.channels.get("a", 0.0)
        return SimpleNamespace(
            start=self, profile=profile, graph=share, predicted=1 - share, error=share, exponent=1.0
        )


def chase_of(start: Coarse, slower: float = 1.0) -> tuple[Chase, list[float]]:
    """A chase of which only the arithmetic is left, and the shares that were trained."""
    trained: list[float] = []
    chase = Chase.__new__(Chase)
    chase.start, chase._cuts, chase._correction = start, 0, 1.0  # type: ignore[assignment]
    chase.say, chase.reached, chase.measured = lambda line: None, [], "accuracy"
    chase.score_before = 1.0
    chase.model = SimpleNamespace(with_graph=lambda share: share)  # type: ignore[assignment]
    chase._test = lambda graph: SimpleNamespace(score=1.0)  # type: ignore[assignment]

    def tune(model: Any, share: float, callbacks: Any) -> Any:
        trained.append(share)
        return SimpleNamespace(graph=share)

    def ratio(model: Any, times: Any) -> float:
        return 1 / (1 - model) if times is None else slower / (1 - model.graph)

    chase._training = SimpleNamespace(tune=tune, epochs=1)  # type: ignore[assignment]
    chase._looks, chase._stages = 0, Stages(None, "optimize", [], {})
    chase._time = lambda model, processes=3: Times(1.0, 1.0, 1.0)  # type: ignore
    chase._ratio = ratio  # type: ignore[method-assign]
    return chase, trained


@pytest.mark.parametrize("ratio", [1.5, 2.0, 3.0, 3.7])
def test_what_the_search_cannot_pick_lies_between_what_it_can(ratio: float) -> None:
    chase, trained = chase_of(Coarse((0.0, 0.25, 0.75)))

    reached = chase.reach(ratio)

    assert reached.ratio == pytest.approx(ratio, rel=0.05)
    assert len(trained) == 1


def test_a_profile_that_fits_a_smaller_budget_and_is_too_slow_is_not_the_end() -> None:
    chase, _ = chase_of(Coarse((0.0, 0.5, 0.75)))

    def ratio(model: Any, times: Any) -> float:
        share = model if times is None else model.graph
        return 0.7 / (1 - share) if share else 1.0

    chase._ratio = ratio  # type: ignore[method-assign]

    assert chase.reach(1.5).ratio == pytest.approx(1.5, rel=0.05)


@pytest.mark.parametrize("slower", [0.85, 1.15])
def test_a_model_that_is_slower_once_trained_is_aimed_for_anew(slower: float) -> None:
    chase, trained = chase_of(Coarse((0.0, 0.25, 0.75)), slower)

    reached = chase.reach(2.0)

    assert reached.ratio == pytest.approx(2.0, rel=0.05)
    assert len(trained) == 2


def test_where_speed_jumps_a_little_too_slow_is_nearer_than_far_too_fast() -> None:
    chase, _ = chase_of(Coarse((0.0, 0.25, 0.75)))

    def ratio(model: Any, times: Any) -> float:
        return 2.36 if (model if times is None else model.graph) > 0.5 else 1.94

    chase._ratio = ratio  # type: ignore[method-assign]

    assert chase.reach(2.0).ratio == 1.94


def test_a_model_that_keeps_the_promise_is_better_than_a_nearer_one_that_does_not() -> None:
    chase, trained = chase_of(Coarse((0.0, 0.25, 0.75)))
    slower = iter((0.89, 1.04))

    def ratio(model: Any, times: Any) -> float:
        return 1 / (1 - (model if times is None else model.graph)) * (1 if times is None else now)

    now = 1.0
    tune = chase._training.tune

    def tuned(model: Any, share: Any, callbacks: Any) -> Any:
        nonlocal now
        now = next(slower)
        return tune(model, share, callbacks)

    chase._training = SimpleNamespace(tune=tuned, epochs=1)  # type: ignore[assignment]
    chase._ratio = ratio  # type: ignore[method-assign]

    reached = chase.reach(2.0)

    assert len(trained) == 2
    assert [one.ratio >= 1.9 for one in chase.reached] == [False, True]
    assert reached is chase.reached[1]


def test_a_doubtful_speed_is_measured_again_by_more_processes() -> None:
    chase, trained = chase_of(Coarse((0.0, 0.25, 0.75)))
    asked: list[int] = []

    def timed(model: Any, processes: int = 3) -> Times:
        asked.append(processes)
        return Times(1.0, 1.0, 1.78 if processes < 10 else 2.0)

    chase._time = timed  # type: ignore[method-assign]
    chase._ratio = lambda model, times: (  # type: ignore[method-assign]
        1 / (1 - model) if times is None else times.speedup
    )

    assert chase.reach(2.0).ratio == 2.0
    assert len(trained) == 1
    assert asked == [5, 11]


def test_the_budget_is_a_share_of_the_whole_model_where_a_layer_was_cut() -> None:
    chase, _ = chase_of(Coarse((0.0, 0.5)))
    shorter = Coarse((0.0, 0.2, 0.4, 0.6, 0.8))
    shorter.whole = 0.5
    budgets: list[float] = []
    best = shorter.best

    def recorded(budget: float, exponents: Any) -> Any:
        budgets.append(budget)
        return best(budget, exponents)

    shorter.best = recorded  # type: ignore[method-assign]
    chase._best_start = lambda budget: shorter.best(budget, ())  # type: ignore[method-assign]

    chase.reach(2.0)

    assert budgets[0] == pytest.approx(0.5)
    assert all(budget > 0.3 for budget in budgets)
