"""Keras models, layer by layer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastcnn.errors import FileFormatError, InvalidValueError, UnsupportedError
from fastcnn.onnx.optional import require

if TYPE_CHECKING:
    from fastcnn.models import Model

SUFFIXES = (".keras", ".h5", ".hdf5")


def from_keras(model: Any, *, name: str | None = None) -> Model:
    """A model of a Keras 3 model, with its weights and the names of its layers.

    Args:
        model: A functional or sequential `keras.Model`, or the path of a `.keras` or `.h5` file.
        name: Of the model; Keras's if None.

    Raises:
        InvalidValueError: It is neither a model nor a path of such a file.
        FileFormatError: Keras cannot read the file.
        UnsupportedError: Keras 3 is not installed, or the model holds a layer that FastCNN lacks.
        OSError: There is no such file.
    """
    from fastcnn.models import Model
    from fastcnn.onnx.keras_walk import KerasWalk

    keras = require("keras", "onnx.from_keras", "pip install keras tensorflow-cpu")
    if not keras.__version__.startswith("3."):
        raise UnsupportedError(
            f"onnx.from_keras: needs Keras 3, {keras.__version__} is installed; "
            "pip install 'keras>=3'"
        )
    if isinstance(model, (str, os.PathLike)):
        model = _read(keras, model)
    if not isinstance(model, keras.Model):
        raise InvalidValueError(
            f"onnx.from_keras: takes a keras.Model or the path of one, not {type(model).__name__}"
        )
    return Model.from_graph(KerasWalk(keras).graph(model), name or model.name)


def _read(keras: Any, path: str | os.PathLike[str]) -> Any:
    text = os.fspath(path)
    if not text.endswith(SUFFIXES):
        raise InvalidValueError(
            f"onnx.from_keras: '{text}' is no Keras file; its name must end in "
            f"{', '.join(SUFFIXES)}"
        )
    if not os.path.isfile(text):
        raise FileNotFoundError(f"onnx.from_keras: there is no file '{text}'")
    try:
        return keras.models.load_model(text, compile=False)
    except Exception as error:  # whatever zip, HDF5 and the layers may raise
        raise FileFormatError(f"onnx.from_keras: Keras cannot read '{text}': {error}") from error
