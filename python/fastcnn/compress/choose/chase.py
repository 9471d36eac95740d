"""Chases a measured speed: predict, make, measure, correct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from math import inf
from typing import Any

from fastcnn.compress.choose.goal import TOLERANCE
from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.nearer import HIGH, LOW, Tried, look_nearer
from fastcnn.compress.choose.profile import Profile
from fastcnn.compress.choose.promise import Times, times_in_fresh_process
from fastcnn.compress.choose.sensitivity import without_unit
from fastcnn.compress.choose.start import EXPONENTS, Found, Means, Start, name_of
from fastcnn.compress.choose.training import Training
from fastcnn.compress.cut.units import Unit, find_units
from fastcnn.compress.selection import layer_of
from fastcnn.graph import Graph
from fastcnn.models import Model, file_size

_CORRECTIONS = 6
_LESS = 0.98
"""Of what a profile that is too slow should have taken: the next budget, where it comes again."""
_TRAININGS = 2
_LAST_PROCESSES = 5
"""The model that is given is timed more often than those on the way to it, which are thrice."""
_PROCESSES_IN_DOUBT = 11
"""Where that shows another speed than was seen on the way."""
_MOST = 16.0
"""The largest speedup that is looked for where no target is given."""


@dataclass(frozen=True, eq=False)
class Reached:
    """A model, measured.

    Args:
        model: Trained, where training is asked for.
        times: Beside the original, in a fresh process.
        ratio: Speedup; or how many times smaller, where bytes count.
        score: Accuracy on samples held back, or agreement.
        drop: What it lost of that.
        found: The profile; None for the original.
    """

    model: Model
    times: Times
    ratio: float
    score: float
    drop: float
    found: Found | None

    @property
    def profile(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return (self.found.profile if self.found else Profile()).to_json()


class Chase:
    """Finds models of given speeds.

    Args:
        model: The original.
        means: How it may shrink.
        training: How candidates are trained and tested.
        cuts: Layers that may go as a whole, at most.
    """

    attempts = 5
    """Speeds that are tried where the loss is limited."""

    def __init__(self, model: Model, means: Means, training: Training, cuts: int) -> None:
        self.model, self._means, self._training, self._cuts = model, means, training, cuts
        self.say = means.say
        self._test = Judge(model.graph, training.held)
        self.measured = "agreement" if self._test.original.accuracy is None else "accuracy"
        self.score_before = self._test.original.score
        self.start = Start(model, means)
        self.reached: list[Reached] = []
        self._correction = 1.0
        self._looks = 0
        self._stages = means.stages

    @cached_property
    def _times(self) -> Times:
        return self._kept_times([], lambda: self._time(self.model))

    @property
    def before_ms(self) -> float:
        """Milliseconds of a call of the original, in a fresh process."""
        return self._times.before_ms

    @property
    def most(self) -> float:
        """The largest ratio to look for."""
        return _MOST

    def as_it_is(self) -> Reached:
        """The original."""
        reached = Reached(self.model, self._times, 1.0, self.score_before, 0.0, None)
        self.reached.append(reached)
        return reached

    def reach(self, ratio: float) -> Reached:
        """The model of least error that is measured to be `ratio` times as fast, trained.

        Where training, or a second measurement, shows another speed than the search saw, the
        search aims anew by as much and the result of that is trained.
        """
        best: Reached | None = None
        aim = ratio
        for _ in range(_TRAININGS):
            found, seen = self._correct(aim)
            if best is not None and best.found is not None and found.profile == best.found.profile:
                break
            reached = self._trained(ratio, found, seen)
            if best is None or _rank(reached.ratio, ratio) < _rank(best.ratio, ratio):
                best = reached
            is_near = _miss(reached.ratio, ratio) <= 0
            if is_near or _miss(seen, aim) > 0:
                break
            aim *= ratio / reached.ratio
        assert best is not None
        return best

    def _trained(self, ratio: float, found: Found, seen: float) -> Reached:
        which = [len(self.reached), *name_of(found.start, found.profile)]
        if self._training.epochs:
            model = self._stages.step(
                "tuned",
                lambda more: self._training.tune(self.model, found.graph, more),
                of=which,
            )
        else:
            model = self.model.with_graph(found.graph)
        times = self._kept_times(which, lambda: self._time(model, _LAST_PROCESSES))
        got = self._ratio(model, times)
        if abs(got / seen - 1) > TOLERANCE:
            self.say(f"measured {got:.2f}x, {seen:.2f}x before: measured again")
            times = self._kept_times(
                ["again", *which], lambda: self._time(model, _PROCESSES_IN_DOUBT)
            )
            got = self._ratio(model, times)
        verdict = self._test(model.graph)
        reached = Reached(
            model, times, got, verdict.score, self.score_before - verdict.score, found
        )
        self.say(
            f"{ratio:.2f}x asked, {got:.2f}x measured: {self.measured} {verdict.score:.4f}, "
            f"{self.score_before:.4f} before"
        )
        self.reached.append(reached)
        return reached

    def _correct(self, ratio: float) -> tuple[Found, float]:
        """The profile of least error that is measured to be `ratio` times as fast.

        Where nothing else is near, a little too slow is fast enough; where nothing is, it is the
        fastest.
        """
        tried: Tried = []
        start: Start = self.start
        exponents: Sequence[float] = EXPONENTS
        most = inf
        for attempt in range(_CORRECTIONS):
            budget = min(most, self._correction * self.start.whole / ratio)
            if attempt == 0:
                found = self._best_start(budget)
                start, exponents = found.start, (found.exponent,)
            else:
                found = start.best(budget, exponents)
            if any(found.profile == other.profile for other, _ in tried):
                if any(got >= ratio * LOW for _, got in tried):
                    break
                most = _LESS * found.predicted
                continue
            got = self._seen(found, tried)
            if ratio * LOW <= got <= ratio * HIGH:
                break
            self._correction *= min(2.0, max(0.5, got / ratio * 0.995))
        look_nearer(ratio, tried, lambda found: self._seen(found, tried))
        for low, high in ((LOW, 1 + TOLERANCE), (1 - TOLERANCE * 3 / 4, 1 + TOLERANCE), (LOW, inf)):
            if any(ratio * low <= got <= ratio * high for _, got in tried):
                enough = [one for one in tried if one[1] >= ratio * low]
                return min(enough, key=lambda one: (one[0].error, one[1]))
        return max(tried, key=lambda one: one[1])

    def _seen(self, found: Found, tried: Tried) -> float:
        """The measured ratio of a profile, which joins those tried."""
        self._looks += 1
        got = self._stages.told(
            "ratio",
            [self._looks, *name_of(found.start, found.profile)],
            lambda: self._ratio(self.model.with_graph(found.graph), None),
        )
        tried.append((found, got))
        self.say(
            f"predicted {self.start.whole / found.predicted:.2f}x, measured {got:.2f}x, "
            f"error {found.error:.4f}"
        )
        return got

    def _best_start(self, budget: float) -> Found:
        """The best profile of the model, or of the model without a layer that is missed less."""
        best = self.start.best(budget, EXPONENTS)
        start = self.start
        for _ in range(self._cuts):
            shorter = self._shorter(start, best.error)
            if shorter is None:
                break
            found = shorter.best(budget, EXPONENTS)
            self.say(f"without {shorter.cut[-1]} error {found.error:.4f}, with it {best.error:.4f}")
            if found.error >= best.error:
                break
            best, start = found, shorter
        return best

    def _shorter(self, start: Start, error: float) -> Start | None:
        """Without the unit that saves most time for its error; None if each alone errs more."""
        best: tuple[float, Unit] | None = None
        for unit in find_units(start.model.graph):
            own = self._stages.told(
                "without",
                [list(start.cut), unit.name],
                partial(self._error_without, start, unit),
            )
            if own is None or own >= error:
                continue
            saved = sum(
                start.latency.ms[("dense", 0.0)].get(layer_of(node), 0.0) for node in unit.nodes
            )
            if best is None or saved / max(own, 1e-9) > best[0]:
                best = saved / max(own, 1e-9), unit
        if best is None:
            return None
        unit = best[1]
        graph = self._without(start, unit)
        assert graph is not None
        return Start(self.model.with_graph(graph), self._means, (*start.cut, unit.name))

    def _without(self, start: Start, unit: Unit) -> Graph | None:
        means = self._means
        return without_unit(start.model.graph, unit, means.fit_on, means.judge, means.seed)

    def _error_without(self, start: Start, unit: Unit) -> float | None:
        graph = self._without(start, unit)
        return None if graph is None else self._means.judge(graph).error

    def _kept_times(self, which: list[Any], measure: Callable[[], Times]) -> Times:
        return Times(**self._stages.told("times", which, lambda: asdict(measure())))

    def _time(self, model: Model, processes: int = 3) -> Times:
        return times_in_fresh_process(
            self.model,
            model,
            batch=self._means.batch,
            threads=self._means.threads,
            processes=processes,
        )

    def _ratio(self, model: Model, times: Times | None) -> float:
        if self._means.for_size:
            return file_size(self.model) / file_size(model)
        return (times or self._time(model)).speedup

    def why_not(self, ratio: float | None, result: Reached, fast: bool) -> str:
        """Why a goal was missed, in words."""
        if not fast:
            end = "the smallest that the structures allow" if self._at_end else "the nearest found"
            return f"{ratio:.2f}x was asked for; this is {end}"
        return "nothing faster keeps the accuracy that was asked for"

    @property
    def _at_end(self) -> bool:
        least = min(self.start.price(self.start.search(1e-9, 1.0)), self.start.whole)
        found = self.reached[-1].found
        return found is not None and found.predicted <= 1.02 * least


def _rank(got: float, ratio: float) -> tuple[bool, float]:
    """Orders speeds: one that falls short by more than the tolerance breaks the promise."""
    return got < ratio * (1 - TOLERANCE), _miss(got, ratio)


def _miss(got: float, ratio: float) -> float:
    """How far a ratio is from the one asked for, beyond the tolerance, as a share."""
    return max(0.0, abs(got / ratio - 1) - TOLERANCE)
