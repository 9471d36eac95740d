"""A model as the teacher of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.graph import file as graph_file
from fastcnn.models import Model
from fastcnn.models.settings import Settings
from fastcnn.ops import Builder
from fastcnn.train import losses, serialize
from fastcnn.typing import Array

_LEAST = 1e-7
"""Probabilities are kept this far from zero before their logarithm is taken."""


@contextmanager
def taught(
    model: Model, teacher: Model | Graph, *, labelled: bool, alpha: float, temperature: float
) -> Iterator[Settings]:
    """Settings by which `model` learns from `teacher` while the block runs.

    Args:
        model: What learns: a classifier of one output.
        teacher: Of the same input and classes.
        labelled: Whether there are labels; else all is learnt from the teacher.
        alpha: Share of the labels.
        temperature: Of the softmax.

    Raises:
        CompressionError: There are labels, and the model is not compiled.
    """
    if labelled and model.settings is None:
        raise CompressionError("fine-tuning: the model is not compiled; call model.compile() first")
    settings = model.settings or {"optimizer": "adam", "metrics": (), "regularizer": None}
    ends_in_softmax = _ends_in_softmax(model.graph)
    graph = teacher.graph if isinstance(teacher, Model) else teacher
    true: Any = losses.SparseCategoricalCrossentropy(from_logits=not ends_in_softmax)
    if labelled:
        true = losses.get(settings["loss"])
    with TemporaryDirectory(prefix="fastcnn-teacher-") as folder:
        path = Path(folder, "teacher.fcnn")
        graph_file.save(path, _with_logits(graph) if ends_in_softmax else graph)
        loss = losses.Distillation(str(path), true, alpha if labelled else 0.0, temperature)
        metrics = settings["metrics"] if labelled else ()
        yield {**settings, "loss": serialize(loss), "metrics": metrics}


def placeholder_labels(count: int) -> Array:
    """Labels where there are none: the loss gives them no weight."""
    return np.zeros(count, np.int64)


def _ends_in_softmax(graph: Graph) -> bool:
    producer = graph.producer(graph.outputs[0])
    return producer is not None and producer.op == "softmax"


def _with_logits(graph: Graph) -> Graph:
    """`graph`, whose output is probabilities, made to end in a softmax or in their logarithms."""
    if _ends_in_softmax(graph):
        return graph
    g = Builder(graph)
    bounded = g.apply("clip", graph.outputs[0], low=_LEAST, high=1.0)
    return g.build([g.apply("log", bounded)])
