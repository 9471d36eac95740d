"""Several recipes side by side, over several seeds."""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.promise import times_in_fresh_process
from fastcnn.compress.choose.provenance import hash_of_data, hash_of_graph, versions
from fastcnn.compress.choose.samples import draw_sample
from fastcnn.compress.recipes.measured import Run, is_beaten, measured_run
from fastcnn.compress.recipes.recipe import Recipe
from fastcnn.compress.recipes.run import run_recipe
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph.atomic import write_atomically
from fastcnn.models import Model
from fastcnn.runtime import get_num_threads
from fastcnn.runtime.table import Table

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval.

    Args:
        mean: Of all seeds.
        half_width: The interval is mean +- this; NaN for one seed.
    """

    mean: float
    half_width: float

    @staticmethod
    def of(values: Sequence[float]) -> Interval:
        """The 95 % interval of Student's t distribution.

            mean +- t(0.975, n - 1) * s / sqrt(n)

        Source:
            Student, "The probable error of a mean", Biometrika 6(1), 1908.
        """
        mean = statistics.fmean(values)
        if len(values) < 2:
            return Interval(mean, math.nan)
        try:
            from scipy import stats  # type: ignore[import-untyped]
        except ImportError as error:
            raise UnsupportedError(
                "compare: confidence intervals need SciPy; install it with: "
                "pip install 'fastcnn[compress]', or give one seed"
            ) from error
        quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
        return Interval(mean, quantile * statistics.stdev(values) / math.sqrt(len(values)))

    def __str__(self) -> str:
        """As `0.9912 +- 0.0008`."""
        spread = "" if math.isnan(self.half_width) else f" +- {self.half_width:.4f}"
        return f"{self.mean:.4f}{spread}"


@dataclass(frozen=True)
class Comparison:
    """Recipes side by side.

    Args:
        runs: One a recipe and seed.
        before: Score and milliseconds of the model given.
        measured: What the score is: "accuracy" or "agreement".
    """

    runs: tuple[Run, ...]
    before: Mapping[str, float]
    measured: str

    @property
    def recipes(self) -> list[str]:
        """Their names, in order."""
        return list(dict.fromkeys(run.recipe for run in self.runs))

    def interval(self, recipe: str, figure: str) -> Interval:
        """Of a field of `Run`, over the seeds."""
        return Interval.of([getattr(run, figure) for run in self.runs if run.recipe == recipe])

    @property
    def front(self) -> list[str]:
        """The recipes that no other beats in mean speedup and mean score together."""
        means = {
            name: (self.interval(name, "speedup").mean, self.interval(name, "score").mean)
            for name in self.recipes
        }
        return [name for name, point in means.items() if not is_beaten(point, means.values())]

    @property
    def table(self) -> Table:
        """One row a recipe."""
        rows = [
            {
                "recipe": name,
                self.measured: str(self.interval(name, "score")),
                "speedup": str(self.interval(name, "speedup")),
                "MACs": round(self.interval(name, "macs").mean),
                "non-zeros": round(self.interval(name, "nonzeros").mean),
                "bytes": round(self.interval(name, "bytes").mean),
                "front": "front" if name in self.front else None,
            }
            for name in self.recipes
        ]
        seeds = len({run.seed for run in self.runs})
        return Table(
            f"{len(rows)} recipes, {seeds} seeds; means with 95 % intervals",
            rows,
            [f"before: {self.measured} {self.before['score']:.4f}, {self.before['ms']:.4f} ms"],
        )

    def __str__(self) -> str:
        """The table."""
        return str(self.table)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "runs": [asdict(run) for run in self.runs],
            "before": dict(self.before),
            "measured": self.measured,
            "front": self.front,
        }

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes an HTML page: see `fastcnn.report.write_recipes`."""
        import_module("fastcnn.report").write_recipes(path, self)


def compare(
    model: Model,
    recipes: Sequence[Recipe],
    data: Any,
    *,
    test: Any,
    seeds: Sequence[int] = (0, 1, 2),
    batch: int = 1,
    threads: int | None = None,
    state_dir: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
) -> Comparison:
    """Runs several recipes with the same seeds on the same data, and measures each result.

    Args:
        model: Left as it is.
        recipes: Of different names; the seeds take the place of theirs.
        data: What the recipes learn and measure on.
        test: (x, y), or x alone, that the results are tested on and nothing learns from.
        seeds: One or more.
        batch: Samples a call, for times.
        threads: Threads a call uses; all if None.
        state_dir: Folder for finished runs: the same call goes on from there.
        say: Takes a line a run.

    Raises:
        InvalidValueError: There is no recipe or no seed, or two recipes share a name.
    """
    names = [recipe.name for recipe in recipes]
    if not names or len(set(names)) < len(names):
        raise InvalidValueError(f"compare: needs recipes of different names, got {names}")
    if not seeds:
        raise InvalidValueError("compare: give one seed or more")
    judge = Judge(
        model.graph, draw_sample("compare", model.graph, test, 10**9, np.random.default_rng(0))
    )
    threads = threads or get_num_threads()
    before = times_in_fresh_process(model, model, batch=batch, threads=threads)
    origin = {
        "model": hash_of_graph(model.graph),
        "data": hash_of_data(data),
        "test": hash_of_data(test),
        "batch": batch,
        "threads": threads,
        "versions": versions(),
    }
    runs: list[Run] = []
    for recipe in recipes:
        for seed in seeds:
            seeded = recipe.with_seed(seed)
            note = None if state_dir is None else Path(state_dir) / f"{len(runs)}.json"
            wanted = json.loads(json.dumps(origin | {"recipe": seeded.to_json()}))
            run = _kept(note, wanted)
            if run is None:
                folder = None if note is None else note.with_suffix("")
                made = run_recipe(model, seeded, data, state_dir=folder)
                run = measured_run(model, made, seeded, judge, batch, threads)
                if note is not None:
                    note.parent.mkdir(parents=True, exist_ok=True)
                    entry = {"wanted": wanted, "run": asdict(run)}
                    write_atomically(note, json.dumps(entry, indent=2).encode())
            runs.append(run)
            if say is not None:
                say(f"{run.recipe}, seed {seed}: {run.score:.4f}, {run.speedup:.2f}x")
    original = judge.original
    return Comparison(
        tuple(runs),
        {"score": original.score, "ms": before.before_ms},
        "agreement" if original.accuracy is None else "accuracy",
    )


def _kept(note: Path | None, wanted: Any) -> Run | None:
    """The run of a note; None where there is none, or one of other work."""
    if note is None:
        return None
    try:
        entry = json.loads(note.read_text(encoding="utf-8"))
        return Run(**entry["run"]) if entry["wanted"] == wanted else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
