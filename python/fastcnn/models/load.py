"""Models from files."""

from __future__ import annotations

import os

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.graph import file
from fastcnn.models.model import Model
from fastcnn.models.record import Record
from fastcnn.models.settings import read_settings


def load_model(path: str | os.PathLike[str]) -> Model:
    """The model that `Model.save` wrote.

    Compiled as it was when it was saved; where it was saved with its optimizer, the next `fit`
    goes on from there.

    Raises:
        FileFormatError: The file is truncated, damaged or of another format.
        OSError: The file cannot be read.
    """
    name = os.fspath(path)
    if name.endswith(".onnx"):
        raise UnsupportedError(f"load_model: '{name}' is an ONNX file; use fastcnn.onnx.load")
    graph, extra, tensors = file.load(path)
    records, title = extra.get("records", []), extra.get("name", "model")
    training = extra.get("training")
    if not isinstance(records, list) or not isinstance(title, str):
        raise FileFormatError(f"load_model: '{name}': 'name' is no text, or 'records' no list")
    if training is not None and not isinstance(training, dict):
        raise FileFormatError(f"load_model: '{name}': 'training' is no object")
    try:
        settings = read_settings(extra.get("settings"))
        history = [Record.from_json(record) for record in records]
    except FileFormatError as error:
        raise FileFormatError(f"load_model: '{name}': {error}") from error
    model = Model.from_graph(graph, title, settings, history)
    if training is not None:
        model.restore_training(training, tensors)
    return model
