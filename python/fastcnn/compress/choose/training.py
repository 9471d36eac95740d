"""What is trained on, and what accuracy is told on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.compress.choose.samples import Sample, draw_sample
from fastcnn.compress.prune.evidence import is_pair
from fastcnn.compress.recover import fine_tune
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.callbacks import Callback

_HELD_BACK, _MOST_HELD_BACK = 0.1, 5000
_EPOCHS = 3


@dataclass(frozen=True)
class Training:
    """How a candidate is trained and tested.

    Args:
        learn: Samples, with labels where there are any.
        held: Samples that are not trained on.
        epochs: 0 where nothing is trained.
        fine_tuning: As `fine_tune` takes it.
    """

    learn: Any
    held: Sample
    epochs: int
    fine_tuning: Mapping[str, Any]

    def tune(self, model: Model, graph: Graph, callbacks: Sequence[Callback] = ()) -> Model:
        """`model` with another graph, fine-tuned with the model as its teacher.

        Args:
            model: Left as it is.
            graph: The other.
            callbacks: Beside those that were asked for.
        """
        changed = model.with_graph(graph)
        if not self.epochs:
            return changed
        settings = {"teacher": model, **self.fine_tuning}
        settings["callbacks"] = [*settings.pop("callbacks", ()), *callbacks]
        return fine_tune(changed, self.learn, epochs=self.epochs, **settings)

    def text(self) -> str:
        """In words."""
        if not self.epochs:
            return "nothing is trained"
        return f"{self.epochs} epochs of fine-tuning a candidate"


def plan_training(
    model: Model,
    data: Any,
    validation: Any,
    epochs: int | None,
    seed: int,
    fine_tuning: Mapping[str, Any],
) -> Training:
    """Splits `data`, and says how many epochs are trained.

    Raises:
        CompressionError: Epochs are asked for, there are labels, and the model is not compiled.
        DataError: The data cannot be used.
    """
    if epochs is not None and epochs < 0:
        raise InvalidValueError(f"optimize: epochs must be at least 0, it is {epochs}")
    ready = is_pair(data) and model.settings is not None
    if epochs and is_pair(data) and not ready:
        raise CompressionError(
            "optimize: fine-tuning needs a compiled model; call model.compile() first, or give "
            "epochs=0"
        )
    count = _EPOCHS if epochs is None and ready else epochs or 0
    rng = np.random.default_rng(seed)
    if validation is not None:
        held = draw_sample("optimize", model.graph, validation, 10**9, rng)
        return Training(data, held, count, fine_tuning)
    whole = draw_sample("optimize", model.graph, data, 10**9, rng)
    size = min(_MOST_HELD_BACK, max(1, round(_HELD_BACK * len(whole))))
    if len(whole) <= size:
        return Training(whole.data, whole, count, fine_tuning)
    return Training(
        whole.part(slice(size, None)).data, whole.part(slice(0, size)), count, fine_tuning
    )
