"""Where whole vectors of channels cost the same, speed jumps; a promise is kept all the same."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
import synthetic_times

from fastcnn import compress, layers, models
from fastcnn.compress.choose.goal import TOLERANCE
from fastcnn.compress.choose.outcome import Trial
from fastcnn.random import set_random_seed

NEARER = import_module("fastcnn.compress.choose.nearer")


def chosen(widths: tuple[int, ...], target: float) -> Trial:
    """What a search makes of a network whose vectors hold 16 channels."""
    set_random_seed(0)
    convolutions = [layers.Conv2D(w, 3, padding="same", activation="relu") for w in widths]
    model = models.Sequential(
        [
            layers.Input((8, 8, 3)),
            *convolutions,
            layers.GlobalAveragePooling2D(),
            layers.Dense(5),
        ]
    )
    x = np.random.default_rng(0).random((64, 8, 8, 3), np.float32)
    result = compress.optimize(
        model, x, target_speedup=target, structures=("channel",), cuts=0, samples=64
    )
    (found,) = [trial for trial in result.frontier if trial.chosen]
    return found


def test_beside_a_jump_one_layer_at_a_time_comes_nearer_and_errs_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    synthetic_times.use_steps(monkeypatch)
    found = chosen((16, 32, 32), 2.5)
    for side in ("_ease", "_tighten"):
        monkeypatch.setattr(NEARER, side, lambda *_: None)
    before = chosen((16, 32, 32), 2.5)

    assert before.speedup > 2.5 * (1 + TOLERANCE)
    assert 2.5 * (1 - TOLERANCE) <= found.speedup <= 2.5 * (1 + TOLERANCE)
    assert found.error < before.error


@pytest.mark.parametrize("target", [1.5, 2.0, 3.0])
@pytest.mark.parametrize("widths", [(32, 64, 64), (64, 32, 64, 32)], ids=str)
def test_a_promise_is_kept(
    widths: tuple[int, ...], target: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic_times.use_steps(monkeypatch)

    assert chosen(widths, target).speedup >= target * (1 - TOLERANCE)
