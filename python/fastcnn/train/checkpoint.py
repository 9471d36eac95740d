"""Training that goes on where it was left."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastcnn.errors import FileFormatError
from fastcnn.graph import Graph
from fastcnn.graph import file as graph_file
from fastcnn.typing import Array

if TYPE_CHECKING:
    from fastcnn.train.trainer import Trainer

_PREFIX = "optimizer/"


def training_record(trainer: Trainer) -> tuple[dict[str, Any], dict[str, Array]]:
    """What to store beside `trainer.graph`: plain data, and the optimizer's arrays by name."""
    state = trainer.state.to_dict()
    del state["weights"]
    tensors = state.pop("optimizer")
    return state, {_PREFIX + name: array for name, array in tensors.items()}


def restore_record(
    trainer: Trainer, record: Mapping[str, Any], tensors: Mapping[str, Array]
) -> None:
    """Makes a new trainer of the stored graph go on as the stored one would have.

    Raises:
        FileFormatError: The record is damaged.
        InvalidValueError: The record belongs to another optimizer or another graph.
    """
    for name in ("step", "epoch", "seed"):
        if not isinstance(record.get(name), int):
            raise FileFormatError(f"checkpoint: '{name}' of the training record is no integer")
    rate = record.get("learning_rate")
    if rate is not None and not isinstance(rate, float):
        raise FileFormatError("checkpoint: 'learning_rate' of the training record is no number")
    optimizer = {
        name.removeprefix(_PREFIX): array
        for name, array in tensors.items()
        if name.startswith(_PREFIX)
    }
    counts = {name: record[name] for name in ("step", "epoch", "seed")}
    trainer.state.load_dict({**counts, "learning_rate": rate, "optimizer": optimizer})


def save_checkpoint(path: str | os.PathLike[str], trainer: Trainer) -> None:
    """Writes graph and training record to one file, which replaces an old one as a whole."""
    record, tensors = training_record(trainer)
    graph_file.save(path, trainer.graph, extra={"training": record}, tensors=tensors)


def load_checkpoint(path: str | os.PathLike[str], trainer: Trainer) -> None:
    """Puts weights and training record of a file into a trainer of the same model."""
    restore_checkpoint(path, trainer, *graph_file.load(path))


def restore_checkpoint(
    path: str | os.PathLike[str],
    trainer: Trainer,
    graph: Graph,
    extra: Mapping[str, Any],
    tensors: Mapping[str, Array],
) -> None:
    """As `load_checkpoint`, of a file that is read already."""
    if not isinstance(extra.get("training"), Mapping):
        raise FileFormatError(f"checkpoint: '{os.fspath(path)}' holds no training record")
    data = {name: value.data for name, value in graph.parameters.items()}
    trainer.state.set_weights({name: array for name, array in data.items() if array is not None})
    restore_record(trainer, extra["training"], tensors)
