"""A call of `fit` in a file: the trainer, and how far it has come."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import file as graph_file
from fastcnn.train.checkpoint import restore_checkpoint, training_record
from fastcnn.typing import Array

if TYPE_CHECKING:
    from fastcnn.train.fit import Fit
    from fastcnn.train.trainer import Trainer

_TENSOR = "tensor"


def save_backup(path: str | os.PathLike[str], trainer: Trainer, fit: Fit) -> None:
    """Writes everything that the rest of the fit follows from to a file, which replaces an old one.

    Raises:
        OSError: The file cannot be written; an old one is untouched.
    """
    record, tensors = training_record(trainer)
    extra = {"training": record, "fit": _pack(fit.state_dict(), "fit", tensors)}
    graph_file.save(path, trainer.graph, extra=extra, tensors=tensors)


def load_backup(path: str | os.PathLike[str], trainer: Trainer, fit: Fit) -> None:
    """Makes a fit that has just begun go on from what `save_backup` wrote.

    Raises:
        FileFormatError: The file is damaged or of another kind.
        InvalidValueError: It is of another model, other data or other callbacks.
        OSError: The file cannot be read.
    """
    graph, extra, tensors = graph_file.load(path)
    try:
        state = _unpack(extra["fit"], tensors)
        restore_checkpoint(path, trainer, graph, extra, tensors)
        fit.load_state_dict(state)
    except (KeyError, TypeError, AttributeError) as error:
        raise FileFormatError(
            f"backup: '{os.fspath(path)}' is damaged or no backup: {error!r}"
        ) from error


def _pack(value: Any, name: str, tensors: dict[str, Array]) -> Any:
    """`value` as JSON can hold it; arrays go to `tensors`, by names that begin with `name`."""
    if isinstance(value, np.ndarray):
        tensors[name] = value
        return {_TENSOR: name}
    if isinstance(value, Mapping):
        return {key: _pack(part, f"{name}/{key}", tensors) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pack(part, f"{name}/{i}", tensors) for i, part in enumerate(value)]
    return value


def _unpack(value: Any, tensors: Mapping[str, Array]) -> Any:
    """What `_pack` took."""
    if isinstance(value, dict):
        if value.keys() == {_TENSOR}:
            return tensors[value[_TENSOR]]
        return {key: _unpack(part, tensors) for key, part in value.items()}
    return [_unpack(part, tensors) for part in value] if isinstance(value, list) else value
