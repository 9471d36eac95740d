"""The trials of a search, in Optuna's storage."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastcnn.compress.recipes.measured import Run
from fastcnn.compress.recipes.recipe import Recipe
from fastcnn.compress.search.found import Tried
from fastcnn.compress.search.job import Job
from fastcnn.compress.search.space import Range
from fastcnn.errors import CompressionError, UnsupportedError

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

_NAME = "search"
_BY_CHANCE = 10
_LOCKED_SECONDS = 120
_OPEN = "RUNNING"


class Study:
    """The trials of a job; several processes may have one of it at a time.

    Args:
        job: What is tried; its folder holds the database.
        worker: Number of this process, so that not all choose alike.

    Raises:
        CompressionError: The folder holds trials of another job.
        UnsupportedError: Optuna is not installed.
    """

    def __init__(self, job: Job, worker: int = 0) -> None:
        try:
            import optuna
        except ImportError as error:
            raise UnsupportedError(
                "search: needs Optuna; install it with: pip install 'fastcnn[search]'"
            ) from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = optuna.storages.RDBStorage(
            f"sqlite:///{job.folder.resolve() / 'trials.db'}",
            engine_kwargs={"connect_args": {"timeout": _LOCKED_SECONDS}},
        )
        self._study = optuna.create_study(
            storage=storage,
            study_name=_NAME,
            directions=["maximize", "maximize"],
            load_if_exists=True,
        )
        self._study.sampler = optuna.samplers.TPESampler(
            seed=job.seed + 1000 * len(self._study.trials) + worker, n_startup_trials=_BY_CHANCE
        )
        self._states = optuna.trial.TrialState
        self._expect(job)

    def _expect(self, job: Job) -> None:
        origin = json.loads(json.dumps(job.origin))
        known = self._study.user_attrs.get("origin")
        if known is None:
            self._study.set_user_attr("origin", origin)
            return
        differing = [name for name in origin if origin[name] != known.get(name)]
        if differing:
            raise CompressionError(
                f"search: '{job.folder}' holds trials of another {' and '.join(differing)}; give "
                "another state_dir, or remove that folder"
            )

    def take_over(self) -> None:
        """Queues again what was under way when its process ended. For one process alone."""
        for trial in self._study.trials:
            if trial.state.name == _OPEN:
                self._study.tell(trial.number, state=self._states.FAIL)
                self._study.enqueue_trial(trial.params)

    @property
    def finished(self) -> list[Tried]:
        """The trials that came to an end, in their order."""
        trials = [trial for trial in self._study.trials if "recipe" in trial.user_attrs]
        return [_tried(trial) for trial in trials if trial.state.is_finished()]

    def ask(self) -> Trial:
        """The next trial."""
        return self._study.ask()

    def tell(self, trial: Trial, recipe: Recipe, run: Run) -> None:
        """Keeps the figures of a trial."""
        trial.set_user_attr("recipe", recipe.to_json())
        trial.set_user_attr("run", asdict(run))
        self._study.tell(trial, (run.speedup, run.score))

    def fail(self, trial: Trial, recipe: Recipe, error: Exception) -> None:
        """Keeps why a trial came to nothing."""
        trial.set_user_attr("recipe", recipe.to_json())
        trial.set_user_attr("error", str(error))
        self._study.tell(trial, state=self._states.FAIL)


class TrialChooser:
    """Settles what a recipe leaves open as Optuna suggests.

    Args:
        trial: Of Optuna.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def option(self, name: str, labels: tuple[str, ...]) -> int:
        """The index of one of the options."""
        return labels.index(self._trial.suggest_categorical(name, labels))

    def number(self, name: str, range: Range) -> float:
        """A number of the range."""
        if range.whole:
            step = 1 if range.step is None else int(range.step)
            low, high = int(range.low), int(range.high)
            return int(self._trial.suggest_int(name, low, high, step=step, log=range.log))
        return float(
            self._trial.suggest_float(name, range.low, range.high, step=range.step, log=range.log)
        )


def _tried(trial: FrozenTrial) -> Tried:
    held: dict[str, Any] = trial.user_attrs
    run = held.get("run")
    return Tried(
        trial.number,
        trial.params,
        held["recipe"],
        None if run is None else Run(**run),
        held.get("error", ""),
    )
