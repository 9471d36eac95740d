"""Where training moves the weights."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.recover import fine_tune
from fastcnn.compress.samples import Samples
from fastcnn.models import Model
from fastcnn.typing import FloatArray


def measure_movement(model: Model, samples: Samples) -> dict[str, FloatArray]:
    """How far one epoch on `samples` moves each weight of each kernel from zero, by kernel.

        movement = (w_after^2 - w_before^2) / 2 = integral of w dw along the path of w

    A copy is trained, in the order of the samples; `model` stays as it is.
    """
    before = {kernel.name: kernel.data for kernel in find_kernels(model.graph)}
    tuned = fine_tune(model, (samples.x, samples.y), epochs=1, batch_size=32, shuffle=False)
    after = {kernel.name: kernel.data for kernel in find_kernels(tuned.graph)}
    return {
        name: (np.square(after[name], dtype=np.float64) - np.square(w, dtype=np.float64)) / 2
        for name, w in before.items()
    }
