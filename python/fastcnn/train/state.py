"""What training changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.typing import Array


class TrainingState:
    """Everything that later training follows from, besides the arguments of the trainer.

    Args:
        arrays: Trained parameters, moving statistics and the optimizer's states, by name. Steps
            write to them.
        weights: Names of those that belong to the graph; the others are the optimizer's.
        seed: Decides the order of samples.
    """

    def __init__(self, arrays: Mapping[str, Array], weights: Collection[str], seed: int) -> None:
        self.arrays = arrays
        self.seed = seed
        self.step = 0
        self.epoch = 0
        self.learning_rate: float | None = None
        self._weights = [name for name in arrays if name in weights]
        self._optimizer = [name for name in arrays if name not in weights]

    def get_weights(self) -> dict[str, Array]:
        """Copies of what belongs to the graph."""
        return {name: self.arrays[name].copy() for name in self._weights}

    def set_weights(self, weights: Mapping[str, Array]) -> None:
        """Writes the arrays that are trained; others are passed over."""
        self._write({name: weights[name] for name in self._weights if name in weights})

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers, and copies of arrays under "weights" and "optimizer"."""
        return {
            "step": self.step,
            "epoch": self.epoch,
            "seed": self.seed,
            "learning_rate": self.learning_rate,
            "weights": self.get_weights(),
            "optimizer": {name: self.arrays[name].copy() for name in self._optimizer},
        }

    def load_dict(self, state: Mapping[str, Any]) -> None:
        """Takes what `to_dict` gave; weights stay where it has none. All or nothing.

        Raises:
            InvalidValueError: It is of another graph or another optimizer.
        """
        strange = sorted(set(state["optimizer"]) ^ set(self._optimizer))
        if strange:
            raise InvalidValueError(
                "training state: is of another graph or another optimizer: "
                f"'{strange[0]}' is on one side only"
            )
        self._write({**state.get("weights", {}), **state["optimizer"]})
        self.step, self.epoch, self.seed = state["step"], state["epoch"], state["seed"]
        self.learning_rate = state["learning_rate"]

    def not_finite(self) -> str | None:
        """The name of an array that holds NaN or infinity, if there is one."""
        return next(
            (name for name, array in self.arrays.items() if not np.isfinite(array).all()), None
        )

    def _write(self, new: Mapping[str, Array]) -> None:
        for name, array in new.items():
            if name not in self.arrays:
                raise InvalidValueError(f"training state: nothing here is named '{name}'")
            if array.shape != self.arrays[name].shape:
                raise InvalidValueError(
                    f"training state: '{name}' has shape {array.shape}, here it is "
                    f"{self.arrays[name].shape}"
                )
        for name, array in new.items():
            self.arrays[name][...] = array
