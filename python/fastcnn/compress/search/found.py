"""What a search of recipes found."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from fastcnn.compress.recipes.measured import Run, is_beaten
from fastcnn.errors import CompressionError
from fastcnn.models import Model, load_model
from fastcnn.runtime.table import Table


@dataclass(frozen=True)
class Tried:
    """A recipe that was tried.

    Args:
        number: Of the trial.
        choices: What was chosen where the recipe is open.
        recipe: What came of it, as a file states it.
        run: Its figures; None where it failed.
        error: Why it failed, or "".
    """

    number: int
    choices: Mapping[str, Any]
    recipe: Mapping[str, Any]
    run: Run | None
    error: str = ""

    @property
    def text(self) -> str:
        """The steps, in a line."""
        steps = [step for one in self.recipe.get("steps", ()) for step in one.items()]
        lines = [" ".join([action, *map(_words, given.items())]) for action, given in steps]
        return "; ".join(lines) or "nothing"


@dataclass(frozen=True)
class Found:
    """The result of `compress.search`.

    Args:
        tried: In the order of the trials.
        before: Score and milliseconds of the model given.
        measured: What the score is: "accuracy" or "agreement".
        folder: Where models and trials lie.
    """

    tried: tuple[Tried, ...]
    before: Mapping[str, float]
    measured: str
    folder: Path

    @property
    def front(self) -> tuple[Tried, ...]:
        """Those that no other beats in speedup and score together, the slowest first.

        The model as it was given is one of the others.
        """
        points = [((one.run.speedup, one.run.score), one) for one in self.tried if one.run]
        rivals = [(1.0, self.before["score"]), *(point for point, _ in points)]
        ordered = sorted(points, key=lambda pair: pair[0])
        return tuple(one for point, one in ordered if not is_beaten(point, rivals))

    def fastest(self, max_drop: float = 0.01) -> Tried:
        """The fastest whose score is at most `max_drop` below that of the model given.

        Raises:
            CompressionError: There is none; the message names the one that comes nearest.
        """
        least = self.before["score"] - max_drop
        enough = [one for one in self.front if one.run and one.run.score >= least]
        if enough:
            return enough[-1]
        runs = [one.run for one in self.front if one.run]
        if runs:
            nearest = f"the best has {max(run.score for run in runs):.4f}"
        elif any(one.run for one in self.tried):
            nearest = "the model as it was given is both faster and no worse than all"
        else:
            nearest = "none was finished"
        raise CompressionError(
            f"search: no recipe keeps {self.measured} at {least:.4f}: {nearest}; try more recipes "
            "or allow a larger drop"
        )

    def model(self, one: Tried) -> Model:
        """What a recipe made, from its file."""
        return load_model(path_of(self.folder, one.number))

    @property
    def table(self) -> Table:
        """One row a recipe of the front, and the number of the others."""
        rows = [
            {
                "trial": one.number,
                "speedup": one.run.speedup,
                self.measured: one.run.score,
                "ms": one.run.ms,
                "MACs": one.run.macs,
                "non-zeros": one.run.nonzeros,
                "recipe": one.text,
            }
            for one in self.front
            if one.run
        ]
        failed = [one for one in self.tried if one.run is None]
        notes = [f"before: {self.measured} {self.before['score']:.4f}, {self.before['ms']:.4f} ms"]
        notes += [f"trial {one.number} failed: {one.error}" for one in failed]
        formats = {"speedup": "{:.2f}", self.measured: "{:.4f}", "ms": "{:.4f}"}
        title = f"{len(rows)} of {len(self.tried)} recipes, beaten by no other"
        return Table(title, rows, notes, formats=formats)

    def __str__(self) -> str:
        """The table."""
        return str(self.table)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "tried": [asdict(one) for one in self.tried],
            "front": [one.number for one in self.front],
            "before": dict(self.before),
            "measured": self.measured,
        }

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes an HTML page: see `fastcnn.report.write_recipes`."""
        import_module("fastcnn.report").write_recipes(path, self)


def path_of(folder: Path, number: int) -> Path:
    """Where the model of a trial lies."""
    return folder / f"trial-{number}.fcnn"


def _words(argument: tuple[str, Any]) -> str:
    name, value = argument
    return f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
