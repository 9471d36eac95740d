"""One pruning under way: what schedules direct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fastcnn.compress.prune.criteria import Criterion
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.plan import LayerChange, PrunePlan, Structure
from fastcnn.compress.prune.targets import Targets
from fastcnn.compress.recover import fine_tune
from fastcnn.compress.stages import Stages
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.callbacks import Callback


@dataclass
class Pruning:
    """What `prune` was asked for, carried out step by step.

    Args:
        model: What is pruned; left as it is.
        structure: Its name.
        remove: Removes weights or channels of a graph.
        criterion: Says which.
        targets: How much in the end.
        exclude: Names of layers that keep everything.
        round_to: As `prune` takes it.
        data: Samples, or samples and labels.
        samples: How many criteria measure on, at most.
        epochs: Epochs of fine-tuning in all.
        fine_tuning: As `fine_tune` takes it.
        rng: Source of all chance.
        stages: Keeps what is done.
    """

    model: Model
    structure: str
    remove: Structure
    criterion: Criterion
    targets: Targets
    exclude: frozenset[str]
    round_to: int
    data: Any
    samples: int
    epochs: int
    fine_tuning: Mapping[str, Any]
    rng: np.random.Generator
    stages: Stages
    _tunings: int = 0
    _before: dict[str, int] = field(default_factory=dict)
    _after: dict[str, int] = field(default_factory=dict)

    @property
    def largest(self) -> float:
        """The largest share that a layer loses in the end."""
        return self.targets.largest

    def removed(self, model: Model, progress: float = 1.0, done: float = 0.0) -> Graph:
        """The graph of `model` without `progress` times the shares.

        Args:
            model: Pruned before, or not.
            progress: In (0, 1].
            done: Channels only: the progress at which `model` is.
        """
        if self.structure != "channel":
            done = 0.0
        targets = replace(self.targets, progress=progress, done=done)
        evidence = Evidence(
            model, self.data, self.rng, samples=self.samples, share=targets.largest * progress
        )
        plan = PrunePlan(targets, self.criterion, evidence, self.exclude, self.round_to)
        graph, changes = self.remove(model.graph, plan)
        for change in changes:
            self._before.setdefault(change.layer, change.before)
            self._after[change.layer] = change.after
        return graph

    def tuned(self, model: Model, epochs: int, callbacks: Sequence[Callback] = ()) -> Model:
        """A new model, trained further; see `fine_tune`."""
        if not epochs:
            return model
        self._tunings += 1

        def tune(more: Sequence[Callback]) -> Model:
            given = {**self.fine_tuning}
            given["callbacks"] = [*callbacks, *given.pop("callbacks", ()), *more]
            return fine_tune(model, self.data, epochs=epochs, **given)

        return self.stages.step(f"tuned-{self._tunings}", tune)

    def changes(self, pruned: Model) -> list[LayerChange]:
        """What has been removed of each layer: channels, or weights that are not zero."""
        if self.structure == "channel":
            return [
                LayerChange(layer, before, self._after[layer])
                for layer, before in self._before.items()
            ]
        after = {kernel.name: kernel.data for kernel in find_kernels(pruned.graph)}
        return [
            LayerChange(
                kernel.layer,
                int(np.count_nonzero(kernel.data)),
                int(np.count_nonzero(after[kernel.name])),
            )
            for kernel in find_kernels(self.model.graph)
            if kernel.layer not in self.exclude
        ]

    def require_training(self, schedule: str) -> None:
        """Raises InvalidValueError where a schedule that prunes while it trains cannot."""
        if self.structure == "channel":
            raise InvalidValueError(
                f"prune: schedule '{schedule}' works while training runs, and channels cannot go "
                "then; give schedule='iterative'"
            )
        if not self.epochs:
            raise InvalidValueError(
                f"prune: schedule '{schedule}' prunes while it trains; give epochs of at least 1, "
                "and data=(x, y)"
            )
