"""Pruning: the least important weights are set to zero, or channels removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from fastcnn.compress.prune import criteria
from fastcnn.compress.prune.plan import LayerChange, PrunePlan, Structure
from fastcnn.compress.prune.structures import prune_channels, prune_weights
from fastcnn.compress.record import recorded
from fastcnn.compress.recover import fine_tune
from fastcnn.compress.selection import check_layers, check_share
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model

STRUCTURES: dict[str, Structure] = {"weight": prune_weights, "channel": prune_channels}


def prune(
    model: Model,
    *,
    sparsity: float,
    structure: str = "weight",
    criterion: str | criteria.Criterion = "magnitude",
    scope: str | None = None,
    exclude: Iterable[str] = (),
    round_to: int = 1,
    data: Any = None,
    epochs: int = 0,
    seed: int = 0,
    **fine_tuning: Any,
) -> Model:
    """A new model without the least important share of its weights or channels.

    Args:
        model: Left as it is.
        sparsity: Share to remove, in [0, 1).
        structure: "weight" sets single weights of kernels to zero and holds them there;
            "channel" removes filters and neurons, with everything that depends on them.
        criterion: What is important: "magnitude", "energy", "random", or an object.
        scope: "layer" removes the share from each layer, "global" from all layers together; if
            None, global for weights (small kernels need theirs) and per layer for channels.
        exclude: Names of layers that keep everything.
        round_to: Channels only: the number kept is rounded up to a multiple of this, so that
            vectors stay full.
        data: Samples and labels for fine-tuning.
        epochs: Epochs of fine-tuning at the end.
        seed: Of all chance.
        **fine_tuning: As `compress.fine_tune` takes it.

    Raises:
        CompressionError: Nothing can be removed.
        InvalidValueError: An argument is outside its limits.
    """
    if structure not in STRUCTURES:
        raise InvalidValueError(
            f"prune: structure must be one of {', '.join(STRUCTURES)}, it is '{structure}'"
        )
    if scope is None:
        scope = "global" if structure == "weight" else "layer"
    if scope not in ("layer", "global"):
        raise InvalidValueError(f"prune: scope must be layer or global, it is '{scope}'")
    if round_to < 1:
        raise InvalidValueError(f"prune: round_to must be at least 1, it is {round_to}")
    plan = PrunePlan(
        check_share("prune", "sparsity", sparsity),
        criteria.get(criterion),
        scope,
        check_layers("prune", model.graph, exclude),
        round_to,
        np.random.default_rng(seed),
    )
    graph, changes = STRUCTURES[structure](model.graph, plan)
    details = {
        "structure": structure,
        "sparsity": plan.sparsity,
        "criterion": plan.criterion.name,
        "scope": scope,
        "table": [asdict(change) for change in changes],
    }
    pruned = recorded(model, graph, "prune", _text(structure, plan, changes), details)
    return fine_tune(pruned, data, epochs=epochs, **fine_tuning)


def _text(structure: str, plan: PrunePlan, changes: list[LayerChange]) -> str:
    before, after = (sum(getattr(c, side) for c in changes) for side in ("before", "after"))
    return (
        f"removed {before - after} of {before} {structure}s in {len(changes)} layers, by "
        f"{plan.criterion.name}, per {'layer' if plan.scope == 'layer' else 'model'}"
    )
