"""How a model is trained, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastcnn.errors import FastcnnError, FileFormatError, InvalidValueError
from fastcnn.layers.regularizers import Regularizer
from fastcnn.train import losses, optimizers, regularizers, serialize
from fastcnn.train.evaluation import get_metrics

Settings = dict[str, Any]
"""{"optimizer": CONFIG, "loss": CONFIG, "metrics": [CONFIG, ...], "regularizer": CONFIG or None}.

CONFIG is what `train.serialize` gives: JSON can hold it.
"""


def make_settings(
    optimizer: Any, loss: Any, metrics_given: Any = None, regularizer: Any = None
) -> Settings:
    """Settings from names, objects and configs.

    Raises:
        InvalidValueError: One of them is unknown, or there is no loss.
    """
    if loss is None:
        raise InvalidValueError(
            "compile: a loss is needed, such as loss='sparse_categorical_crossentropy'; "
            f"known: {', '.join(losses.losses.names())}"
        )
    if metrics_given is None:
        metrics_given = ()
    if isinstance(metrics_given, (str, Mapping)) or not isinstance(metrics_given, Sequence):
        metrics_given = [metrics_given]
    return {
        "optimizer": serialize(optimizers.get(optimizer)),
        "loss": serialize(losses.get(loss)),
        "metrics": [serialize(metric) for metric in get_metrics(metrics_given)],
        "regularizer": None if regularizer is None else serialize(regularizers.get(regularizer)),
    }


def read_settings(data: Any) -> Settings | None:
    """Settings from a file, checked.

    Raises:
        FileFormatError: They are none.
    """
    if data is None:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("metrics"), list):
        raise FileFormatError("the field 'settings' is not what compile() makes")
    try:
        regularizer = data.get("regularizer")
        if regularizer is not None:
            regularizer = regularizers.regularizers.get(regularizer)
        return make_settings(data.get("optimizer"), data.get("loss"), data["metrics"], regularizer)
    except (FastcnnError, TypeError, ValueError) as error:
        raise FileFormatError(f"the field 'settings' cannot be understood: {error}") from error


def regularizer_of(settings: Settings) -> Regularizer | None:
    """The penalty on every kernel that has none of its own."""
    config = settings["regularizer"]
    if config is None:
        return None
    return regularizers.regularizers.get(config)
