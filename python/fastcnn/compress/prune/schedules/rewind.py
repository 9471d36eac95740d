"""Round after round, each from the same early weights."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.schedules.iterative import Iterative
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model


@dataclass(frozen=True)
class Rewind(Iterative):
    """As `Iterative`, but what is left takes the values of an early state before it is trained.

    Args:
        rounds: At least 1.
        to: The model early in its training, or new: of the same shapes. All parameters go back to
            it, and pruned weights stay zero.

    Source:
        Frankle and Carbin, "The Lottery Ticket Hypothesis", ICLR 2019; Frankle et al., "Linear Mode
        Connectivity and the Lottery Ticket Hypothesis", ICML 2020 (rewinding).
    """

    name = "rewind"
    _: KW_ONLY
    to: Model

    def run(self, pruning: Pruning) -> Model:
        """Prunes, goes back and tunes in turn."""
        pruning.require_training(self.name)
        shapes = [
            {name: value.shape for name, value in model.graph.parameters.items()}
            for model in (pruning.model, self.to)
        ]
        if shapes[0] != shapes[1]:
            raise InvalidValueError(
                "rewind: `to` must be the same model earlier in its training, but its parameters "
                "have other names or shapes"
            )
        return super().run(pruning)

    def rewound(self, model: Model) -> Model:
        """The early weights where there are weights."""
        early = {
            name: value.data
            for name, value in self.to.graph.parameters.items()
            if value.data is not None
        }
        for kernel in find_kernels(model.graph):
            if kernel.value.traits is not None and kernel.value.traits.pruned:
                zero = np.float32(0)
                early[kernel.name] = np.where(kernel.data == 0, zero, early[kernel.name])
        return model.with_graph(model.graph.with_data(early))
