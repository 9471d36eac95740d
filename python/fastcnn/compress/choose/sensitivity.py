"""What each layer's share costs in answers: the model's sensitivity."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from fastcnn.compress.choose.judge import Judge, Verdict
from fastcnn.compress.choose.profile import Profile, Shaper
from fastcnn.compress.choose.samples import Sample, draw_sample
from fastcnn.compress.cut.bypass import resamplings
from fastcnn.compress.cut.importance import without
from fastcnn.compress.cut.units import Unit, find_units
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.structures import find_pattern
from fastcnn.compress.selection import check_share
from fastcnn.compress.stages import Stages
from fastcnn.errors import CompressionError, InvalidValueError, ShapeError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.runtime.table import Table

SPARSITIES = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Point:
    """The model with one change.

    Args:
        part: What was changed: a layer, or layers whose channels are tied, joined by " + ".
        structure: "channel", a structure of weights as `prune` takes it, or "cut".
        sparsity: The share that went; 1 for a cut.
        error: Mean square change of the output ahead of a softmax, as a share of its variance.
        agreement: Share of samples whose largest output stayed the same.
        accuracy: Share of right answers; None without labels.
    """

    part: str
    structure: str
    sparsity: float
    error: float
    agreement: float
    accuracy: float | None


@dataclass(frozen=True)
class Sensitivity:
    """How much a model suffers when one of its parts shrinks or goes.

    Args:
        points: The changes, part by part, each with rising sparsity.
        original: The model itself, its accuracy; None without labels.
        samples: How many samples the figures are of.
        settings: The arguments, as JSON can hold them.
    """

    points: tuple[Point, ...]
    original: float | None
    samples: int
    settings: dict[str, Any]

    def curve(self, part: str, structure: str) -> tuple[Point, ...]:
        """The points of one part in one structure."""
        return tuple(p for p in self.points if (p.part, p.structure) == (part, structure))

    @property
    def curves(self) -> list[tuple[str, str]]:
        """The pairs (part, structure) there are."""
        return list(dict.fromkeys((point.part, point.structure) for point in self.points))

    @property
    def table(self) -> Table:
        """One row a part and structure, one column a sparsity: accuracy, or agreement."""
        labelled = self.original is not None
        rows = []
        for part, structure in self.curves:
            row: dict[str, Any] = {"part": part, "structure": structure}
            for point in self.curve(part, structure):
                shown = point.accuracy if labelled else point.agreement
                row["cut" if structure == "cut" else f"{point.sparsity:.0%}"] = shown
            rows.append(row)
        columns = {name for row in rows for name in row} - {"part", "structure"}
        what = "Accuracy" if labelled else "Agreement with the original"
        whole = f"{self.original:.4f} as it is" if self.original is not None else ""
        return Table(
            f"{what} on {self.samples} samples, one part changed",
            rows,
            [whole] if whole else [],
            formats=dict.fromkeys(columns, "{:.4f}"),
        )

    def __str__(self) -> str:
        """The table."""
        return str(self.table)

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Writes the curves as an HTML page: see `fastcnn.report.write_sensitivity`."""
        pages = import_module("fastcnn.report")  # a room to the right: it knows this one
        pages.write_sensitivity(path, self)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "points": [asdict(point) for point in self.points],
            "original": self.original,
            "samples": self.samples,
            "settings": self.settings,
        }


def sensitivity(
    model: Model,
    data: Any,
    *,
    structures: Sequence[str] = ("weight", "channel"),
    sparsities: Sequence[float] = SPARSITIES,
    cuts: bool = True,
    criterion: str = "magnitude",
    samples: int = 512,
    seed: int = 0,
) -> Sensitivity:
    """Measures what a model loses when one part at a time shrinks or goes; nothing is trained.

    Where channels or layers go, the readers of what is left are fitted anew by least squares.

    Args:
        model: Left as it is; it need not be compiled.
        data: (x, y), or x alone: then agreement with the model takes the place of accuracy.
        structures: "channel", and structures of weights, as `prune` takes them.
        sparsities: Shares to remove, each in (0, 1); N:M structures have their own.
        cuts: Whether to measure also what the model is without each unit that `cut` could remove.
        criterion: Which weights or channels go first, as `prune` takes it.
        samples: How many of `data` are used: half to fit on, half to measure.
        seed: Of all chance.

    Raises:
        DataError: The data cannot be used.
        InvalidValueError: An argument is outside its limits.
    """
    if not sparsities:
        raise InvalidValueError("sensitivity: give one sparsity or more")
    for share in sparsities:
        if check_share("sensitivity", "a sparsity", share) == 0:
            raise InvalidValueError("sensitivity: a sparsity must be above 0")
    for structure in structures:
        if structure != "channel" and find_pattern(structure) is None:
            raise InvalidValueError(
                f"sensitivity: '{structure}' is no structure; give channel, weight, kernel, "
                "N:M (as 2:4) or AxB (as 1x16)"
            )
    fit_on, measure_on = draw_halves("sensitivity", model.graph, data, samples, seed)
    shaper = Shaper(
        model,
        fit_on.x,
        weights=criterion,
        channels=criterion,
        data=fit_on.data,
        deepest=max(sparsities),
        seed=seed,
    )
    judge = Judge(model.graph, measure_on)
    nothing_kept = Stages(None, "sensitivity", [], {})
    points = [
        point
        for structure in structures
        for point in shrunken(shaper, judge, structure, sorted(sparsities), nothing_kept)
    ]
    if cuts:
        for unit in find_units(model.graph):
            graph = without_unit(model.graph, unit, fit_on, judge, seed)
            if graph is not None:
                points.append(_point(unit.name, "cut", 1.0, judge(graph)))
    settings = {
        "structures": list(structures),
        "sparsities": list(sparsities),
        "cuts": cuts,
        "criterion": criterion,
        "seed": seed,
    }
    return Sensitivity(tuple(points), judge.original.accuracy, len(measure_on), settings)


def draw_halves(
    action: str, graph: Graph, data: Any, samples: int, seed: int
) -> tuple[Sample, Sample]:
    """Samples to fit on, and others to measure on."""
    if samples < 2:
        raise InvalidValueError(f"{action}: samples must be at least 2, it is {samples}")
    drawn = draw_sample(action, graph, data, samples, np.random.default_rng(seed))
    half = max(1, len(drawn) // 2)
    return drawn.part(slice(0, half)), drawn.part(slice(min(half, len(drawn) - 1), None))


def shrunken(
    shaper: Shaper,
    judge: Judge,
    structure: str,
    sparsities: Sequence[float],
    stages: Stages,
    *,
    layers: Container[str] | None = None,
    cut: Sequence[str] = (),
) -> Iterator[Point]:
    """The points of the parts in one structure.

    Args:
        shaper: Of the model.
        judge: Compares with the model.
        structure: "channel", or a structure of weights.
        sparsities: Shares to remove.
        stages: Keep the points of each part.
        layers: Those to look at; all if None.
        cut: What went from the model before, which sets it apart from others in `stages`.
    """
    for part, profiles in _changes(shaper.model.graph, structure, sparsities, layers):
        found = stages.told(
            "sensitivity",
            [list(cut), part, structure, [share for share, _ in profiles]],
            partial(_curve, shaper, judge, part, structure, profiles),
        )
        yield from (Point(**point) for point in found)


def _changes(
    graph: Graph, structure: str, sparsities: Sequence[float], layers: Container[str] | None
) -> Iterator[tuple[str, list[tuple[float, Profile]]]]:
    """Each part, and what becomes of it at each share."""
    if structure == "channel":
        for family in find_families(graph):
            chosen = layers is None or any(layer in layers for layer in family.layers)
            if chosen and len(family.groups) > 1:
                yield (
                    family.name,
                    [
                        (share, Profile(channels=dict.fromkeys(family.layers, share)))
                        for share in sparsities
                    ],
                )
        return
    own = getattr(find_pattern(structure), "sparsity", None)
    for kernel in find_kernels(graph):
        if layers is None or kernel.layer in layers:
            yield (
                kernel.layer,
                [
                    (share, Profile(weights={kernel.layer: (structure, share)}))
                    for share in (sparsities if own is None else (own,))
                ],
            )


def _curve(
    shaper: Shaper,
    judge: Judge,
    part: str,
    structure: str,
    profiles: Sequence[tuple[float, Profile]],
) -> list[dict[str, Any]]:
    return [
        asdict(_point(part, structure, share, judge(shaper(profile))))
        for share, profile in profiles
    ]


def without_unit(graph: Graph, unit: Unit, fit_on: Sample, judge: Judge, seed: int) -> Graph | None:
    """The graph in the best of the ways to do without a unit; None where it cannot go."""
    if unit.refusal:
        return None
    try:
        ways = [
            without(graph, unit, way, fit_on.x, np.random.default_rng(seed))[0]
            for way in resamplings(unit)
        ]
    except (CompressionError, InvalidValueError, ShapeError):
        return None
    return min(ways, key=lambda one: judge(one).error)


def _point(part: str, structure: str, share: float, verdict: Verdict) -> Point:
    return Point(part, structure, share, verdict.error, verdict.agreement, verdict.accuracy)
