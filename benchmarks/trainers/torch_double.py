"""PyTorch in float64: what PyTorch in float32 would compute without rounding."""

from __future__ import annotations

import numpy as np
import torch

from trainers import torch as single


class Trainer(single.Trainer):
    """As in float32, by the same loop."""

    version = f"{single.Trainer.version}, float64"

    def __init__(self, network: str, threads: int) -> None:
        super().__init__(network, threads)
        self.module.double()

    def _images(self, x: np.ndarray) -> torch.Tensor:
        return super()._images(x).double()
