"""Losses and metrics: class counts around the vector widths, sure and impossible answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.ops.cases.case import Case, Maker, each, text
from tests.ops.cases.makers import (
    coins,
    exactly,
    labels,
    normal,
    probabilities,
    repeated,
    uniform,
)

SIZES = ((1, 2), (5, 10), (3, 8), (2, 17), (7, 100), (1, 1))
SAMPLES = ((1, 1), (5, 3), (2, 17), (3, 2, 4), (2, 3, 4, 5))
CLIPPED = {"epsilon": 1e-4}


def cases() -> Iterator[Case]:
    for n, classes in SIZES:
        scores, truth = normal(n, classes, deviation=3), labels(n, classes)
        p, targets = probabilities(n, classes), probabilities(n, classes)
        yield from loss("sparse_softmax_cross_entropy", scores, truth)(n, (n, classes), {})
        yield from loss("softmax_cross_entropy", scores, targets)(n, (n, classes), {})
        yield from choices(n, classes)
        if classes == 1:  # a probability of 1 is clipped: nothing to differentiate
            continue
        yield from loss("sparse_cross_entropy", p, truth)(n, (n, classes), CLIPPED)
        yield from loss("cross_entropy", p, targets)(n, (n, classes), CLIPPED)
    for shape in SAMPLES:
        p, targets = uniform(*shape, low=0.05, high=0.95), coins(*shape)
        yield from loss("binary_cross_entropy", p, targets)(shape[0], shape, CLIPPED)
        half = {"factor": 0.5}
        yield from loss("squared_error", normal(*shape), normal(*shape))(shape[0], shape, half)
        right = each(uniform(*shape, low=0, high=1), targets)
        yield Case("binary_correct", text(shape), right, {"threshold": 0.5}, (0, 1), 8)
    for shape in ((), (1,), (7,), (300,), (5, 17), (2, 9, 4, 5)):
        yield from means(shape)
    yield from sure()
    yield from unknown()


def loss(op: str, scores: Maker, truth: Maker):
    """The loss and its gradient, on the same scores."""

    def both(n: int, shape: tuple[int, ...], attrs: dict[str, Any]) -> Iterator[Case]:
        size = int(np.prod(shape[1:]))
        yield Case(op, text(shape), each(scores, truth), attrs, (0, 1), size)
        backward = each(normal(n), scores, truth)
        yield Case(f"{op}_backward", text(shape), backward, attrs, (0, 1, 2), size)

    return both


def choices(n: int, classes: int) -> Iterator[Case]:
    name = text((n, classes))
    for kind, scores in (("", normal(n, classes)), ("-equal", repeated(n, classes))):
        yield Case("argmax", name + kind, each(scores), batched=(0,))
        for k in (1, 3):
            inputs = each(scores, labels(n, classes))
            yield Case("top_k_correct", f"{name}{kind}-k{k}", inputs, {"k": k}, (0, 1))


def means(shape: tuple[int, ...]) -> Iterator[Case]:
    name, size = text(shape), int(np.prod(shape))
    batched = (0,) if shape else ()
    yield Case("reduce_mean", name, each(normal(*shape)), {}, batched, size)
    grad_batched = (1,) if shape else ()
    yield Case("reduce_mean_backward", name, each(normal(), normal(*shape)), {}, grad_batched)
    yield Case("penalty", name, each(normal(*shape)), {"l1": 0.1, "l2": 0.01}, (), size)


def sure() -> Iterator[Case]:
    """Probabilities of 0 and 1 are clipped, their gradients are 0."""
    p, targets = exactly([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]]), exactly([[1, 0, 0], [1, 0, 0]])
    truth, grad = exactly([0, 0], np.int32), exactly([1, -2])
    attrs = {"epsilon": 2**-6}  # 1 - epsilon is exact in float32
    for op, second in (
        ("sparse_cross_entropy", truth),
        ("cross_entropy", targets),
        ("binary_cross_entropy", targets),
    ):
        yield Case(op, "sure", each(p, second), attrs, (0, 1), 3, finite=False)
        backward = each(grad, p, second)
        yield Case(f"{op}_backward", "sure", backward, attrs, (0, 1, 2), 3, finite=False)
    scores = exactly([[1e4, 0, -1e4], [-1e4, 1e4, 0]])
    for op, second in (
        ("sparse_softmax_cross_entropy", truth),
        ("softmax_cross_entropy", targets),
    ):
        yield Case(op, "sure", each(scores, second), {}, (0, 1), 3, finite=False)
        backward = each(grad, scores, second)
        yield Case(f"{op}_backward", "sure", backward, {}, (0, 1, 2), 3, finite=False)


def unknown() -> Iterator[Case]:
    """Labels that are no class, scores that are no number."""
    p = exactly([[0.25, 0.75], [0.25, 0.75], [0.25, 0.75], [np.nan, 0.75], [0.25, np.nan]])
    truth = exactly([-1, 2, 1, 0, 0], np.int32)
    for op, attrs in (
        ("sparse_softmax_cross_entropy", {}),
        ("sparse_cross_entropy", {"epsilon": 1e-4}),
        ("top_k_correct", {"k": 1}),
    ):
        yield Case(op, "unknown", each(p, truth), attrs, (0, 1), 2, finite=False)
