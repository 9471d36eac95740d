"""Models as files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastcnn.graph import file
from fastcnn.typing import Array

if TYPE_CHECKING:
    from fastcnn.models.model import Model


def save_model(
    model: Model, path: str | os.PathLike[str], *, include_optimizer: bool = False
) -> None:
    """Writes `model` to a `.fcnn` file; see `Model.save`."""
    extra = _extra(model)
    tensors: dict[str, Array] = {}
    training = model.training_record() if include_optimizer else None
    if training is not None:
        extra["training"], tensors = training
    file.save(path, model.graph, extra=extra, tensors=tensors)


def file_size(model: Model) -> int:
    """Bytes `model` takes on disk, without the optimizer's state."""
    return len(file.serialize(model.graph, extra=_extra(model)))


def _extra(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "settings": model.settings,
        "records": [record.to_json() for record in model.records],
    }
