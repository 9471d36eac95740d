"""From a path, bytes or a ModelProto to a ModelProto whose frame is sound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.onnx.optional import require_onnx

OLDEST_OPSET = 6
OLDEST_IR = 3
LARGEST_FILE = 2**31 - 1
"""Bytes: what protobuf can hold in one message."""

_DOMAINS = ("", "ai.onnx")


def read_model(source: Any) -> tuple[Any, Path | None]:
    """The model, and the folder it lies in; None where it was not given by a path.

    Raises:
        FileFormatError: It is truncated, damaged or no ONNX model.
        UnsupportedError: The package onnx is missing, or the format is older or newer than what
            is read.
        OSError: The file cannot be read.
    """
    onnx = require_onnx("onnx.load")
    if isinstance(source, onnx.ModelProto):
        return _checked(source, onnx), None
    if isinstance(source, bytes | bytearray | memoryview):
        return _checked(_parse(bytes(source), onnx), onnx), None
    path = Path(os.fspath(source))
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise FileFormatError(f"the file has {size} bytes; an ONNX file has {LARGEST_FILE} at most")
    return _checked(_parse(path.read_bytes(), onnx), onnx), path.parent


def opset_of(imports: Any) -> int:
    """The version of the standard operators among opset imports.

    Raises:
        FileFormatError: There are several.
        UnsupportedError: There is none.
    """
    versions = {entry.version for entry in imports if entry.domain in _DOMAINS}
    if not versions:
        raise UnsupportedError("it imports no version of the standard operators")
    if len(versions) != 1:
        raise FileFormatError(
            f"the model must import one version of the standard operators, not {sorted(versions)}"
        )
    return int(versions.pop())


def _parse(content: bytes, onnx: Any) -> Any:
    try:
        return onnx.ModelProto.FromString(content)
    except Exception as error:  # whatever the parser of this protobuf raises
        raise FileFormatError(f"it is no ONNX model, or damaged: {error}") from error


def _checked(model: Any, onnx: Any) -> Any:
    if not model.HasField("graph"):
        raise FileFormatError("it holds no graph: it is no ONNX model, or truncated")
    if model.ir_version and model.ir_version < OLDEST_IR:
        raise UnsupportedError(
            f"it is of IR version {model.ir_version}, read are {OLDEST_IR} and newer; "
            "export it again"
        )
    opset = opset_of(model.opset_import)
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= opset <= newest:
        raise UnsupportedError(
            f"it uses opset {opset}, read are {OLDEST_OPSET} to {newest}; "
            "export it again, or update the package onnx"
        )
    return model
