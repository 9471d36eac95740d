"""Pruning: the least important weights are set to zero, or channels removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from fastcnn.compress.prune import criteria, schedules
from fastcnn.compress.prune.plan import LayerChange, Structure
from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.structures import NOfM, find_pattern, prune_channels, prune_weights
from fastcnn.compress.prune.targets import Sparsity, Targets
from fastcnn.compress.record import recorded
from fastcnn.compress.selection import check_layers
from fastcnn.compress.stages import Stages
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model


def prune(
    model: Model,
    *,
    sparsity: Sparsity | None = None,
    structure: str = "weight",
    criterion: str | criteria.Criterion = "magnitude",
    scope: str | None = None,
    exclude: Iterable[str] = (),
    round_to: int = 1,
    schedule: str | schedules.Schedule = "one_shot",
    data: Any = None,
    samples: int = 512,
    epochs: int = 0,
    seed: int = 0,
    state_dir: str | os.PathLike[str] | None = None,
    **fine_tuning: Any,
) -> Model:
    """A new model without the least important share of its weights or channels.

    Args:
        model: Left as it is.
        sparsity: Share to remove, in [0, 1); or shares by layer name (layers that are not named
            keep everything), or a function from layer name to share. N:M patterns have their own.
        structure: What goes together, and is held at zero from then on: "weight", single weights;
            "N:M", all but N of M neighbouring inputs ("2:4"); "AxB", blocks of A outputs by B
            inputs ("1x16", "4x1"); "kernel", the whole window from one input to one output. Or
            "channel": filters and neurons are removed, with everything that depends on them.
        criterion: What is important, by name or object; see `compress.criteria`.
        scope: "layer" removes the share from each layer, "global" from all layers together; if
            None, global for one share of weights, blocks or kernels (small kernels need theirs)
            unless the criterion is "obc", and per layer otherwise.
        exclude: Names of layers that keep everything.
        round_to: Channels only: the number kept is rounded up to a multiple of this, so that
            vectors stay full.
        schedule: When how much goes, by name or object; see `compress.schedules`: "one_shot",
            "iterative", "gradual", "rigl", or `schedules.Rewind(to=...)`.
        data: Samples and labels (x, y), for criteria that measure and for fine-tuning; x alone
            where neither needs labels.
        samples: How many of `data` criteria measure on, at most.
        epochs: Epochs of fine-tuning in all, at the end unless the schedule says otherwise.
        seed: Of all chance.
        state_dir: Folder for what is done: killed, the same call goes on from there. To be removed
            afterwards.
        **fine_tuning: As `compress.fine_tune` takes it.

    Raises:
        CompressionError: Nothing can be removed, or the criterion lacks data.
        InvalidValueError: An argument is outside its limits.
    """
    exclude = check_layers("prune", model.graph, exclude)
    remove, sparsity = _structure(structure, sparsity)
    judge = criteria.get(criterion)
    if scope is None:
        scope = _scope(structure, sparsity, judge)
    if round_to < 1:
        raise InvalidValueError(f"prune: round_to must be at least 1, it is {round_to}")
    if samples < 1:
        raise InvalidValueError(f"prune: samples must be at least 1, it is {samples}")
    work = {
        "how": (sparsity, structure, judge, scope, exclude, round_to, schedule),
        "data": data,
        "counts": (samples, epochs, seed),
    }
    pruning = Pruning(
        model,
        structure,
        remove,
        judge,
        Targets.read(model.graph, sparsity, scope),
        exclude,
        round_to,
        data,
        samples,
        epochs,
        fine_tuning,
        np.random.default_rng(seed),
        Stages(state_dir, "prune", [model], work),
    )
    plan = schedules.get(schedule)
    pruned = plan.run(pruning)
    changes = pruning.changes(pruned)
    details = {
        "structure": structure,
        "sparsity": sparsity
        if isinstance(sparsity, int | float)
        else dict(pruning.targets.by_layer),
        "criterion": judge.name,
        "scope": scope,
        "schedule": plan.name,
        "table": [asdict(change) for change in changes],
    }
    text = _text(structure, judge, pruning.targets, changes)
    pruned.records = recorded(model, pruned.graph, "prune", text, details).records
    return pruned


def _structure(structure: str, sparsity: Sparsity | None) -> tuple[Structure, Sparsity]:
    """How to remove, and how much."""
    pattern = find_pattern(structure)
    if pattern is None and structure != "channel":
        raise InvalidValueError(
            "prune: structure must be one of weight, kernel, channel, N:M (as 2:4), AxB (as 1x16), "
            f"it is '{structure}'"
        )
    if isinstance(pattern, NOfM):
        if sparsity not in (None, pattern.sparsity):
            raise InvalidValueError(
                f"prune: structure {structure} has sparsity {pattern.sparsity}, not {sparsity}; "
                "leave it out"
            )
        sparsity = pattern.sparsity
    if sparsity is None:
        raise InvalidValueError("prune: sparsity must be given, in [0, 1), it is None")
    return partial(prune_weights, pattern=pattern) if pattern else prune_channels, sparsity


def _scope(structure: str, sparsity: Sparsity, criterion: criteria.Criterion) -> str:
    """Where `prune` looks for what matters least unless told."""
    is_share = isinstance(sparsity, int | float) and ":" not in structure
    return "global" if is_share and structure != "channel" and criterion.name != "obc" else "layer"


def _text(
    structure: str, criterion: criteria.Criterion, targets: Targets, changes: list[LayerChange]
) -> str:
    before, after = (sum(getattr(c, side) for c in changes) for side in ("before", "after"))
    what = "channels" if structure == "channel" else "weights"
    how = "" if structure in ("channel", "weight") else f" ({structure})"
    return (
        f"removed {before - after} of {before} {what}{how} in {len(changes)} layers, by "
        f"{criterion.name}, per {'model' if targets.is_global else 'layer'}"
    )
