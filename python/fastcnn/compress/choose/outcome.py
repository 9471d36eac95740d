"""What a search for a faster model found."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from fastcnn.compress.choose.latency import LatencyTable
from fastcnn.compress.choose.sensitivity import Sensitivity
from fastcnn.models import Model
from fastcnn.runtime.table import Table


@dataclass(frozen=True)
class Trial:
    """A whole profile, tried.

    Args:
        speedup: Measured in a fresh process; of the size on disk, where bytes were asked for.
        ms: Milliseconds of a call; bytes, where those were asked for.
        error: Relative error of the outputs, before any training.
        score: Accuracy on samples held back, or agreement without labels, at the end.
        profile: What each layer lost.
        cut: The layers that went as a whole.
        chosen: Whether it is the result.
    """

    speedup: float
    ms: float
    error: float
    score: float | None
    profile: Mapping[str, Any]
    cut: tuple[str, ...] = ()
    chosen: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of `optimize`.

    Args:
        model: The new model; its last record tells everything that follows, but the tables.
        met: Whether every constraint holds.
        headline: One plain sentence: faster by how much, at what loss.
        frontier: All that was tried, the slowest first.
        before: Figures of the model given: ms, bytes, score.
        after: Those of the new one.
        measured: What the score is: "accuracy" or "agreement".
        latency: Times of the layers.
        sensitivity: What the layers cost in answers.
        log: What was done, line by line.
    """

    model: Model
    met: bool
    headline: str
    frontier: tuple[Trial, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    measured: str
    latency: LatencyTable
    sensitivity: Sensitivity
    log: tuple[str, ...]

    def summary(self) -> str:
        """The headline, what was tried, and what each layer lost."""
        tried = Table(
            "Tried",
            [
                {
                    "speedup": trial.speedup,
                    "error": trial.error,
                    self.measured: trial.score,
                    "cut": ", ".join(trial.cut) or None,
                    "result": "<" if trial.chosen else None,
                }
                for trial in self.frontier
            ],
            formats={"speedup": "{:.2f}", "error": "{:.4f}", self.measured: "{:.4f}"},
        )
        return f"{self.headline}\n\n{tried}\n\n{self.layers}"

    __str__ = summary

    @property
    def layers(self) -> Table:
        """What each layer lost in the result."""
        chosen = next(trial for trial in self.frontier if trial.chosen)
        channels, weights = chosen.profile["channels"], chosen.profile["weights"]
        rows = []
        for layer in dict.fromkeys([*channels, *weights]):
            zeros = weights.get(layer)
            rows.append(
                {
                    "layer": layer,
                    "channels removed": channels.get(layer),
                    "weights": None if zeros is None else zeros["structure"],
                    "weights removed": None if zeros is None else zeros["sparsity"],
                }
            )
        shares = dict.fromkeys(("channels removed", "weights removed"), "{:.1%}")
        return Table("Layers that changed", rows, formats=shares)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "met": self.met,
            "headline": self.headline,
            "before": dict(self.before),
            "after": dict(self.after),
            "measured": self.measured,
            "frontier": [asdict(trial) for trial in self.frontier],
            "log": list(self.log),
        }

    def report(self, path: str | os.PathLike[str], before: Model, data: Any = None) -> None:
        """Writes an HTML page: see `fastcnn.report.write_optimization`."""
        pages = import_module("fastcnn.report")  # a room to the right: it knows this one
        pages.write_optimization(path, before, self, data)
