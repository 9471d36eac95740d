"""Times that follow from the weights that are left, so that a search is the same every time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from fastcnn.compress.choose.latency import CHANNELS, DENSE, WEIGHTS, LatencyTable, variant_of
from fastcnn.compress.choose.price import Work
from fastcnn.compress.choose.promise import Times
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.graph import Graph
from fastcnn.models import Model

CHASE, OPTIMIZE, SENSITIVITY, START = (
    import_module(f"fastcnn.compress.choose.{name}")
    for name in ("chase", "optimize", "sensitivity", "start")
)
"""The modules: functions of their names stand before some of them in the package."""


def proportional(graph: Graph) -> LatencyTable:
    """Times as the multiplications that are left, a millisecond each, and zeros cost nothing."""
    variants = [DENSE, *(("channel", s) for s in CHANNELS), *(("weight", s) for s in WEIGHTS)]
    families = find_families(graph)
    work = Work(families, list(find_kernels(graph)))
    ms: dict[tuple[str, float], dict[str, float]] = {}
    for variant in variants:
        shrunken = variant_of(graph, variant)
        ms[variant] = {
            kernel.layer: float(np.count_nonzero(kernel.data))
            if variant[0] == "weight"
            else work.of(
                kernel.layer,
                {
                    family.name: len(
                        shrunken.values[family.makers[0][0]].data.take(0, 1 - family.makers[0][1])
                    )
                    / len(family.groups)
                    for family in families
                },
            )
            * kernel.data.size
            for kernel in find_kernels(shrunken if variant[0] == "weight" else graph)
        }
    return LatencyTable(ms, sum(ms[DENSE].values()), 1, 1)


def times_of(before: Model, after: Model, slower: float = 1.0) -> Times:
    """As many milliseconds as kernels hold weights that are not zero."""
    old, new = (
        float(sum(np.count_nonzero(kernel.data) for kernel in find_kernels(model.graph)))
        for model in (before, after)
    )
    return Times(old, new * slower, old / (new * slower))


def use(monkeypatch: pytest.MonkeyPatch, trained_slower: float = 1.0) -> None:
    """Makes `optimize` go by these times; models are timed as slower once they are trained."""

    def in_process(before: Model, after: Model, *, processes: int = 3, **_: Any) -> Times:
        return times_of(before, after, trained_slower if processes > 3 else 1.0)

    monkeypatch.setattr(CHASE, "times_in_fresh_process", in_process)
    monkeypatch.setattr(START, "latency_table", lambda graph, **_: proportional(graph))


LANES = 16


def stepped(graph: Graph) -> dict[str, float]:
    """By layer: multiplications where outputs are counted in whole vectors."""
    found: dict[str, float] = {}
    for kernel in find_kernels(graph):
        outputs = kernel.data.shape[kernel.axis]
        whole = -(-outputs // LANES) * LANES
        found[kernel.layer] = whole * kernel.data.size / outputs
    return found


def use_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `optimize` go by `stepped`; all structures but channels are without gain."""

    def table(graph: Graph, **_: Any) -> LatencyTable:
        variants = [DENSE, *(("channel", s) for s in CHANNELS)]
        ms = {variant: stepped(variant_of(graph, variant)) for variant in variants}
        return LatencyTable(ms, sum(ms[DENSE].values()), 1, 1)

    def in_process(before: Model, after: Model, **_: Any) -> Times:
        old, new = (sum(stepped(model.graph).values()) for model in (before, after))
        return Times(old, new, old / new)

    monkeypatch.setattr(CHASE, "times_in_fresh_process", in_process)
    monkeypatch.setattr(START, "latency_table", table)
