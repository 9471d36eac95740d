"""A process that optimizes, and may be killed on the way: MODEL STATE RESULT EVENT NUMBER."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import synthetic_times

from fastcnn import compress, set_random_seed
from fastcnn.models import load_model
from fastcnn.train.callbacks import Callback

model, state, result, fatal, number = sys.argv[1:]
done: Counter[str] = Counter()


def happens(event: str) -> None:
    done[event] += 1
    if (event, done[event]) == (fatal, int(number)):
        os.kill(os.getpid(), signal.SIGKILL)


def announced(event: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        happens(event)
        return function(*arguments, **named)

    return call


class Epochs(Callback):
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        happens("epoch")


with pytest.MonkeyPatch.context() as patch:
    synthetic_times.use(patch, trained_slower=1.2)
    for module, name, event in (
        (synthetic_times.SENSITIVITY, "_curve", "part"),
        (synthetic_times.CHASE, "times_in_fresh_process", "timing"),
    ):
        patch.setattr(module, name, announced(event, getattr(module, name)))
    rng = np.random.default_rng(0)
    set_random_seed(3)
    found = compress.optimize(
        load_model(model),
        (rng.random((64, 8, 8, 3), np.float32), rng.integers(0, 3, 64)),
        target_speedup=2.0,
        criterion="obc",
        epochs=2,
        batch_size=16,
        callbacks=[Epochs()],
        state_dir=state,
    )
found.model.save(result)
print(json.dumps({"outcome": found.to_json(), "done": done}))
