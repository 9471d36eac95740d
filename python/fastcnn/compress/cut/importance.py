"""How much a model loses without one of its units, measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.cut.bridge import bridged
from fastcnn.compress.cut.bypass import bypass, readers_to_refit, resamplings
from fastcnn.compress.cut.refit import refit
from fastcnn.compress.cut.units import Unit
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.samples import Samples
from fastcnn.errors import CompressionError, InvalidValueError, ShapeError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.passes import infer
from fastcnn.typing import Array

_BRIDGE = "bridge"


@dataclass(frozen=True)
class Importance:
    """What a model is without one unit.

    Args:
        unit: What was taken out.
        how: In what way, in words; where it cannot be cut, why; empty where nobody tried.
        graph: The graph without the unit; None where it cannot be cut.
        quality: Loss and metrics without it.
        score: By which units are compared; the lowest is cut.
    """

    unit: Unit
    how: str = ""
    graph: Graph | None = None
    quality: Quality | None = None
    score: float | None = None


def importance(
    model: Model,
    unit: Unit,
    fit_on: Mapping[str, Array],
    measure_on: Samples,
    rng: np.random.Generator,
) -> Importance:
    """The best of the ways to do without `unit`, by the loss on `measure_on`.

    Where its readers cannot read its entry instead, a 1x1 convolution takes its place.
    """
    if unit.refusal:
        return Importance(unit, unit.refusal)
    tried: list[Importance] = []
    refusals: list[str] = []
    for resampling in (*resamplings(unit), _BRIDGE):
        if resampling == _BRIDGE and tried:
            break
        try:
            if resampling == _BRIDGE:
                graph, how = bridged(model.graph, unit, fit_on, rng)
            else:
                graph, how = without(model.graph, unit, resampling, fit_on, rng)
        except (CompressionError, InvalidValueError, ShapeError) as error:
            refusals.append(str(error))
            continue
        tried.append(Importance(unit, how, graph, quality(model.with_graph(graph), measure_on)))
    if not tried:
        return Importance(unit, "; ".join(dict.fromkeys(refusals)))
    return min(tried, key=lambda one: one.quality.loss if one.quality else np.inf)


def without(
    graph: Graph, unit: Unit, resampling: str, fit_on: Mapping[str, Array], rng: np.random.Generator
) -> tuple[Graph, str]:
    """`graph` without `unit`, its readers refitted where they can be, and how that was done.

    Raises:
        CompressionError: The channels change and a reader cannot follow.
        ShapeError: A reader cannot take the new shape.
    """
    shorter, there = bypass(graph, unit, resampling)
    how = "bypassed" if resampling == "identity" else f"{resampling} pooling in its place"
    try:
        readers = readers_to_refit(shorter, there)
    except CompressionError:
        if there.shape[1] != unit.exit.shape[1]:
            raise
        return infer(shorter), how
    names = " and ".join(dict.fromkeys(node.layer or node.name for node in readers))
    return refit(graph, shorter, readers, fit_on, rng), f"{how}, {names} refitted"
