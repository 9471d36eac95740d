"""How far a changed network is from the one it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fastcnn.compress.choose.samples import Sample
from fastcnn.graph import Graph
from fastcnn.passes import remove_dead_nodes
from fastcnn.runtime.compile import compile as compile_graph
from fastcnn.typing import Array

_BATCH = 32


@dataclass(frozen=True)
class Verdict:
    """A network against its original, on samples.

    Args:
        error: Mean square of the difference of the outputs, ahead of a softmax, as a share of
            their variance.
        agreement: Share of samples that both give their largest output at the same place.
        accuracy: Share of right answers; None without labels.
    """

    error: float
    agreement: float
    accuracy: float | None

    @property
    def score(self) -> float:
        """Accuracy where there are labels, else agreement."""
        return self.agreement if self.accuracy is None else self.accuracy


class Judge:
    """Compares networks with the one it was made for.

    Args:
        original: What the others are compared with.
        samples: What they are compared on; labels that are class indices tell an accuracy.
    """

    def __init__(self, original: Graph, samples: Sample) -> None:
        self.samples = samples
        self._targets = _outputs(original, samples.x)
        self._spread = sum(
            float(np.square(target - target.mean(0)).sum(dtype=np.float64))
            for target in self._targets
        )
        self._labels = _class_indices(samples.y) if len(self._targets) == 1 else None
        self.original = self(original)

    def __call__(self, graph: Graph) -> Verdict:
        """The verdict on `graph`, whose inputs and outputs are those of the original."""
        outputs = _outputs(graph, self.samples.x)
        distance = sum(
            float(np.square(output - target).sum(dtype=np.float64))
            for output, target in zip(outputs, self._targets, strict=True)
        )
        best = _winners(outputs[0])
        accuracy = None if self._labels is None else float(np.mean(best == self._labels))
        agreement = float(np.mean(best == _winners(self._targets[0])))
        return Verdict(distance / max(self._spread, 1e-30), agreement, accuracy)


def _class_indices(y: Array | None) -> Array | None:
    """Labels as indices of classes; None where they are none."""
    if y is None:
        return None
    if y.dtype.kind in "iu" and (y.ndim == 1 or y.shape[1:] == (1,)):
        return y.reshape(-1)
    if y.ndim == 2 and y.shape[1] > 1 and bool(np.all((y == 0) | (y == 1))):
        best: Array = y.argmax(1)
        return best
    return None


def _winners(output: Array) -> Array:
    flat = output.reshape(len(output), -1)
    winners: Array = flat.argmax(1)
    return winners


def _outputs(graph: Graph, x: dict[str, Array]) -> list[Array]:
    """Each output of `graph` for all samples, ahead of a softmax."""
    ends = tuple(
        node.inputs[0] if (node := graph.producer(value)) and node.op == "softmax" else value
        for value in graph.outputs
    )
    part = remove_dead_nodes(replace(graph, outputs=ends, updates=()))
    session = compile_graph(part, check=False, measure=False)
    pieces: dict[str, list[Array]] = {value.name: [] for value in ends}
    for batch in _batches(x):
        result = session(**batch)
        named = result if isinstance(result, dict) else {ends[0].name: result}
        for name, array in named.items():
            pieces[name].append(array)
    return [np.concatenate(pieces[value.name]) for value in ends]


def _batches(x: dict[str, Array]) -> Iterator[dict[str, Array]]:
    for start in range(0, len(next(iter(x.values()))), _BATCH):
        yield {name: array[start : start + _BATCH] for name, array in x.items()}
