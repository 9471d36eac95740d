"""Metrics: by name or as objects."""

from __future__ import annotations

import re

from fastcnn.train.metrics.accuracy import Accuracy as Accuracy
from fastcnn.train.metrics.binary_accuracy import BinaryAccuracy as BinaryAccuracy
from fastcnn.train.metrics.categorical_accuracy import CategoricalAccuracy as CategoricalAccuracy
from fastcnn.train.metrics.metric import Metric as Metric
from fastcnn.train.metrics.metric import metrics as metrics
from fastcnn.train.metrics.sparse_categorical_accuracy import (
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
)
from fastcnn.train.metrics.top_k_categorical_accuracy import (
    TopKCategoricalAccuracy as TopKCategoricalAccuracy,
)
from fastcnn.train.registry import Config


def get(identifier: str | Metric | Config) -> Metric:
    """A metric from a name ("accuracy", "top_5_accuracy", ...), a config, or the object itself."""
    if isinstance(identifier, str) and (match := re.fullmatch(r"top_(\d+)_accuracy", identifier)):
        return TopKCategoricalAccuracy(int(match[1]))
    return metrics.get(identifier)
