"""Metrics: by name or as objects."""

from __future__ import annotations

import re

from fastcnn.train.losses.loss import losses
from fastcnn.train.metrics.accuracy import Accuracy as Accuracy
from fastcnn.train.metrics.auc import AUC as AUC
from fastcnn.train.metrics.binary_accuracy import BinaryAccuracy as BinaryAccuracy
from fastcnn.train.metrics.categorical_accuracy import CategoricalAccuracy as CategoricalAccuracy
from fastcnn.train.metrics.confusion_matrix import confusion_matrix as confusion_matrix
from fastcnn.train.metrics.fbeta_score import F1Score as F1Score
from fastcnn.train.metrics.fbeta_score import FBetaScore as FBetaScore
from fastcnn.train.metrics.mean_loss import MeanLoss as MeanLoss
from fastcnn.train.metrics.metric import Metric as Metric
from fastcnn.train.metrics.metric import metrics as metrics
from fastcnn.train.metrics.precision import Precision as Precision
from fastcnn.train.metrics.precision import Recall as Recall
from fastcnn.train.metrics.root_mean_squared_error import (
    RootMeanSquaredError as RootMeanSquaredError,
)
from fastcnn.train.metrics.sparse_categorical_accuracy import (
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
)
from fastcnn.train.metrics.top_k_categorical_accuracy import (
    TopKCategoricalAccuracy as TopKCategoricalAccuracy,
)
from fastcnn.train.registry import Config


def get(identifier: str | Metric | Config) -> Metric:
    """A metric from a name, a config, or the object itself.

    The names of losses stand for their means, "top_5_accuracy" and its like for any k.
    """
    if isinstance(identifier, str):
        if match := re.fullmatch(r"top_(\d+)_accuracy", identifier):
            return TopKCategoricalAccuracy(int(match[1]))
        if identifier.lower() not in metrics.names() and identifier.lower() in losses.names():
            return MeanLoss(identifier)
    return metrics.get(identifier)
