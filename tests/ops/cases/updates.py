"""Updates: lengths around the vector widths, with and without regularisation and held zeros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import exactly, normal, sparse, uniform

SHAPES = ((), (1,), (7,), (8,), (33,), (3, 5), (8, 4, 3, 3))
LR, STEP = exactly(0.05), exactly(3, np.int32)
REGULARISED = (
    {"l1": 0.0, "l2": 0.0, "hold_zeros": 0, "weight_decay": 0.0},
    {"l1": 0.01, "l2": 0.02, "hold_zeros": 0, "weight_decay": 0.1},
    {"l1": 0.01, "l2": 0.02, "hold_zeros": 1, "weight_decay": 0.1},
)
BETAS = {"beta1": 0.9, "beta2": 0.999}
RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sgd_update", {"momentum": 0.0, "nesterov": 0}),
    ("sgd_update", {"momentum": 0.9, "nesterov": 0}),
    ("sgd_update", {"momentum": 0.9, "nesterov": 1}),
    ("adagrad_update", {"epsilon": 1e-7}),
    ("rmsprop_update", {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}),
    ("rmsprop_update", {"rho": 0.9, "momentum": 0.5, "epsilon": 1e-7}),
    ("adadelta_update", {"rho": 0.9, "epsilon": 1e-3}),
    ("adamax_update", {**BETAS, "epsilon": 1e-7}),
    ("lion_update", BETAS),
    ("adam_update", {**BETAS, "epsilon": 1e-7}),
    ("adam_direction", {**BETAS, "epsilon": 1e-7}),
    ("nadam_update", {**BETAS, "epsilon": 1e-7, "momentum_decay": 1.0}),
    ("radam_update", {**BETAS, "epsilon": 1e-7}),
    ("radam_update", {"beta1": 0.9, "beta2": 0.5, "epsilon": 1e-7}),
)


def cases() -> Iterator[Case]:
    for shape in SHAPES:
        positive = uniform(*shape, low=0.1, high=2.0)
        averages = [normal(*shape), positive, LR, STEP]
        state = {
            "sgd_update": [normal(*shape), LR],
            "adagrad_update": [positive, LR],
            "adadelta_update": [positive, positive, LR],
            "rmsprop_update": [positive, normal(*shape), LR],
            "lion_update": [normal(*shape), LR],
        }
        for op, rule in RULES:
            for extra in REGULARISED:
                numbers = [*rule.values(), *extra.values()]
                yield Case(
                    op,
                    f"{text(shape)}-{'-'.join(map(str, numbers))}",
                    each(sparse(*shape), normal(*shape), *state.get(op, averages)),
                    {**rule, **extra},
                    reduction=16,
                )
