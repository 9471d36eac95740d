"""What criteria may know besides the weights."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from fastcnn.compress.prune.gradients import Gradients, measure_gradients
from fastcnn.compress.prune.hessian import Hessians
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.movement import measure_movement
from fastcnn.compress.prune.responses import Response, measure_responses
from fastcnn.compress.samples import Samples, read_data
from fastcnn.errors import CompressionError
from fastcnn.models import Model
from fastcnn.random import seeded
from fastcnn.train.data import read_inputs
from fastcnn.typing import Array, FloatArray


class Evidence:
    """Measurements of a model on samples, made when a criterion first asks for them.

    What they come to does not depend on who asks first.

    Args:
        model: What is pruned; left as it is.
        data: Samples; samples and labels; or None.
        rng: Source of all chance.
        samples: How many of `data` are used at most.
        share: The largest share of a layer that is to go.
    """

    def __init__(
        self,
        model: Model,
        data: Any,
        rng: np.random.Generator,
        *,
        samples: int = 512,
        share: float = 1.0,
    ) -> None:
        self.rng = rng
        self.share = share
        self._seed = int(rng.integers(2**63))
        self._model = model
        self._data = data
        self._samples = samples

    def gradients(self, kernel: Kernel) -> Gradients:
        """Of the loss by the weights; needs labels and a compiled model."""
        return self._gradients[kernel.name]

    def response(self, kernel: Kernel) -> Response:
        """What the layer answers to samples; needs no labels."""
        return self._responses[kernel.name]

    def movement(self, kernel: Kernel) -> FloatArray:
        """How far training moves each weight from zero; needs labels and a compiled model."""
        return self._movement[kernel.name]

    @cached_property
    def hessians(self) -> Hessians:
        """Second moments of what the layers read; need no labels."""
        rng = np.random.default_rng(self._seed)
        return Hessians(self._model.graph, self._drawn(rng), rng)

    @cached_property
    def _gradients(self) -> dict[str, Gradients]:
        return measure_gradients(self._model, self._labelled())

    @cached_property
    def _responses(self) -> dict[str, Response]:
        rng = np.random.default_rng(self._seed)
        return measure_responses(self._model.graph, self._drawn(rng))

    @cached_property
    def _movement(self) -> dict[str, FloatArray]:
        with seeded(self._seed):
            return measure_movement(self._model, self._labelled())

    def inputs(self) -> dict[str, Array]:
        """Samples without labels, drawn anew."""
        return self._drawn(self.rng)

    def _drawn(self, rng: np.random.Generator) -> dict[str, Array]:
        if self._data is None:
            raise CompressionError(
                "prune: this criterion looks at samples; give data=x (labels are not needed)"
            )
        x = self._data[0] if is_pair(self._data) else self._data
        inputs = read_inputs(self._model.graph, x, caller="prune")
        count = len(next(iter(inputs.values())))
        chosen = rng.permutation(count)[: self._samples]
        return {name: array[chosen] for name, array in inputs.items()}

    def _labelled(self) -> Samples:
        if not is_pair(self._data):
            raise CompressionError(
                "prune: this criterion looks at the loss; give data=(x, y), samples and labels"
            )
        if self._model.settings is None:
            raise CompressionError(
                "prune: this criterion looks at the loss; call model.compile() first"
            )
        rng = np.random.default_rng(self._seed)
        return read_data("prune", self._model.graph, self._data).draw(self._samples, rng)


def is_pair(data: Any) -> bool:
    """Whether `data` are samples with labels."""
    return isinstance(data, tuple | list) and len(data) == 2
