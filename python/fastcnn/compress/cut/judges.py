"""What units are compared by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fastcnn.compress.activations import stream_activations
from fastcnn.compress.cost import run_times
from fastcnn.compress.cut.importance import Importance, importance
from fastcnn.compress.cut.units import KERNELS, Unit
from fastcnn.compress.prune import criteria
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.samples import Samples
from fastcnn.graph import Graph, Value
from fastcnn.models import Model
from fastcnn.runtime import compile as compile_graph
from fastcnn.typing import Array, FloatArray

_BATCH = 64
_SECONDS = 0.05
"""Time spent on timing a network once."""


@dataclass(frozen=True)
class Bench:
    """A model, and the samples that its units are judged on.

    Args:
        model: Compiled.
        fit_on: What readers and bridges are fitted to.
        measure_on: What the loss is measured on.
        loss: Of the model on `measure_on`.
        rng: Source of all chance.
    """

    model: Model
    fit_on: Mapping[str, Array]
    measure_on: Samples
    loss: float
    rng: np.random.Generator

    def importance(self, unit: Unit) -> Importance:
        """What the model is without `unit`, measured."""
        return importance(self.model, unit, self.fit_on, self.measure_on, self.rng)


def by_loss(bench: Bench, units: Sequence[Unit]) -> list[Importance]:
    """The rise of the loss."""
    return [_risen(bench.importance(unit), bench.loss) for unit in units]


def by_time(bench: Bench, units: Sequence[Unit]) -> list[Importance]:
    """The rise of the loss for each millisecond that is saved, at batch 1.

    A rise of less than 0.0001 counts as that much, and a saving of less than a nanosecond too.
    """
    whole = _milliseconds(bench.model.graph)
    found = []
    for one in by_loss(bench, units):
        if one.graph is not None and one.score is not None:
            saved = whole - _milliseconds(one.graph)
            one = replace(one, score=max(one.score, 1e-4) / max(saved, 1e-6))
        found.append(one)
    return found


def by_similarity(bench: Bench, units: Sequence[Unit]) -> list[Importance]:
    """1 - the mean cosine of what leads into a unit and what leads out of it.

    Units that change channels or pixels have no such figure.

    Source:
        Men et al., "ShortGPT: Layers in Large Language Models are More Redundant Than You Expect",
        2024 (block influence).
    """
    alike = [
        unit for unit in units if not unit.refusal and unit.entry.shape[1:] == unit.exit.shape[1:]
    ]
    cosines = _cosines(bench.model.graph, [(unit.entry, unit.exit) for unit in alike], bench.fit_on)
    scores = {unit.name: 1 - cosine for unit, cosine in zip(alike, cosines, strict=True)}
    reason = "its entry and its exit differ in shape"
    return _lowest(bench, [_scored(unit, scores.get(unit.name), reason) for unit in units])


def by_fisher(bench: Bench, units: Sequence[Unit]) -> list[Importance]:
    """The rise of the loss by diagonal Fisher information, were all weights of a unit zero."""
    data = (bench.measure_on.x, bench.measure_on.y)
    evidence = Evidence(bench.model, data, bench.rng, samples=len(bench.measure_on))
    judge = criteria.get("fisher")
    scores = {
        unit.name: sum(
            float(judge.scores(Kernel.of(bench.model.graph, node), evidence).sum())
            for node in unit.nodes
            if node.op in KERNELS and node.inputs[1].is_trainable
        )
        for unit in units
    }
    return _lowest(bench, [_scored(unit, scores[unit.name], "") for unit in units])


JUDGES: dict[str, Callable[[Bench, Sequence[Unit]], list[Importance]]] = {
    "loss": by_loss,
    "ms": by_time,
    "similarity": by_similarity,
    "fisher": by_fisher,
}
"""By the name of `cut(importance=...)`."""


def _scored(unit: Unit, score: float | None, reason: str) -> Importance:
    refusal = unit.refusal or ("" if score is not None else reason)
    return Importance(unit, refusal, score=None if refusal else score)


def _risen(one: Importance, before: float) -> Importance:
    return replace(one, score=None if one.quality is None else one.quality.loss - before)


def _lowest(bench: Bench, scored: Iterable[Importance]) -> list[Importance]:
    """The same, the lowest of those that can be cut without its unit."""
    found = list(scored)
    order = sorted(
        (i for i, one in enumerate(found) if one.score is not None),
        key=lambda i: found[i].score or 0.0,
    )
    for i in order:
        tried = bench.importance(found[i].unit)
        if tried.graph is not None:
            found[i] = replace(tried, score=found[i].score)
            break
        found[i] = tried
    return found


def _cosines(
    graph: Graph, pairs: Sequence[tuple[Value, Value]], x: Mapping[str, Array]
) -> list[float]:
    sums: FloatArray = np.zeros(len(pairs))
    values = [value for pair in pairs for value in pair]
    for batch in stream_activations(graph, values, x, _BATCH):
        for i, pair in enumerate(pairs):
            a, b = (batch[value.name].reshape(len(batch[value.name]), -1) for value in pair)
            norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
            products = np.einsum("nd,nd->n", a, b, dtype=np.float64)
            sums[i] += (products / np.where(norms > 0, norms, 1)).sum()
    return list(sums / len(next(iter(x.values()))))


def _milliseconds(graph: Graph) -> float:
    session = compile_graph(graph, check=False)
    return 1e3 * float(np.median(run_times(session, graph, 1, _SECONDS)))
