"""Softmax and batch normalisation: channels around the vector widths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fastcnn.ops import get
from tests.ops.cases.case import Array, Case, each, text
from tests.ops.cases.makers import exactly, normal, probabilities, uniform

SHAPES = (
    (3, 1),
    (2, 3),
    (5, 10),
    (3, 8),
    (2, 17),
    (7, 100),
    (2, 9, 3, 4),
    (1, 16, 2, 2),
    (2, 5, 3),
)
STATISTICS = {"epsilon": 1e-3, "momentum": 0.9}
EXTREMES = [
    [1e4, 0.0, -1e4],
    [-1e4, -1e4, -1e4],
    [np.inf, 0.0, 1.0],
    [-np.inf, 0.0, 1.0],
    [np.nan, 0.0, 1.0],
]


def cases() -> Iterator[Case]:
    for shape in SHAPES:
        yield from softmax(shape)
        yield from batch_norm(shape)
        channels = shape[1]
        yield Case(
            "moving_average",
            text(shape),
            each(normal(channels), normal(channels)),
            {"momentum": 0.9},
        )
    for op in ("softmax", "log_softmax"):
        yield Case(op, "extremes", each(exactly(EXTREMES)), batched=(0,), finite=False)


def softmax(shape: tuple[int, ...]) -> Iterator[Case]:
    name, classes = text(shape), shape[1]

    def log_probabilities(rng: np.random.Generator) -> Array:
        return np.log(probabilities(*shape)(rng))

    for op, y in (("softmax", probabilities(*shape)), ("log_softmax", log_probabilities)):
        x = each(normal(*shape, deviation=3))
        yield Case(op, name, x, batched=(0,), reduction=classes)
        yield Case(
            f"{op}_backward", name, each(normal(*shape), y), batched=(0, 1), reduction=classes
        )


def batch_norm(shape: tuple[int, ...]) -> Iterator[Case]:
    shape = (max(shape[0], 4), *shape[1:])  # fewer elements have no gradient but rounding
    name, channels, elements = text(shape), shape[1], int(np.prod(shape)) // shape[1]

    def offset(rng: np.random.Generator) -> Array:
        return normal(*shape)(rng) + np.float32(3)

    gamma, beta = uniform(channels, low=0.5, high=2.0), normal(channels)
    mean, variance = normal(channels), uniform(channels, low=0.25, high=4.0)
    inputs = each(offset, gamma, beta, mean, variance)
    for act in ({}, {"activation": "relu"}, {"activation": "relu6"}):
        id = "-".join([name, *act.values()])
        yield Case("batch_norm", id, inputs, {**STATISTICS, **act}, batched=(0,), reduction=4)
        yield Case(
            "batch_norm_train",
            id,
            each(offset, gamma, beta),
            {"epsilon": 1e-3, **act},
            batched=(0,),
            reduction=elements,
        )
        yield Case(
            "batch_norm_train",
            f"{id}-residual",
            each(offset, gamma, beta, normal(*shape)),
            {"epsilon": 1e-3, **act},
            batched=(0, 3),
            reduction=elements,
        )

    def backward(rng: np.random.Generator) -> list[Array]:
        x, scale = offset(rng), gamma(rng)
        _, centre, _, inv_std = get("batch_norm_train").reference(x, scale, scale, epsilon=1e-3)
        return [normal(*shape)(rng), x, scale, centre, inv_std]

    def with_beta(rng: np.random.Generator) -> list[Array]:
        return [*backward(rng), 3 * beta(rng)]

    for act in ("linear", "relu", "relu6"):
        linear = act == "linear"
        yield Case(
            "batch_norm_backward",
            name if linear else f"{name}-{act}",
            backward if linear else with_beta,
            {} if linear else {"activation": act},
            batched=(0, 1),
            reduction=elements,
        )
