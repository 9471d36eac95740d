"""From a path, bytes or a ModelProto to a ModelProto whose frame is sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.read.numbers import Numbers, split

OLDEST_OPSET = 6
OLDEST_IR = 3
LARGEST_FILE = 2**31 - 1
"""Bytes: what protobuf can hold in one message."""

_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True)
class Source:
    """A model as it is read.

    Args:
        proto: The ModelProto.
        folder: Where it lies; None where it was not given by a path.
        numbers: The raw data of initializers that `proto` lacks.
    """

    proto: Any
    folder: Path | None = None
    numbers: Numbers = field(default_factory=Numbers)


@contextmanager
def open_model(source: Any) -> Iterator[Source]:
    """The model; its file is open meanwhile.

    Raises:
        FileFormatError: It is truncated, damaged or no ONNX model.
        UnsupportedError: The package onnx is missing, or the format is older or newer than what
            is read.
        OSError: The file cannot be read.
    """
    onnx = require_onnx("onnx.load")
    if isinstance(source, onnx.ModelProto):
        yield Source(_checked(source, onnx))
        return
    if isinstance(source, bytes | bytearray | memoryview):
        yield Source(_checked(_parse(bytes(source), onnx), onnx))
        return
    path = Path(os.fspath(source))
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise FileFormatError(f"the file has {size} bytes; an ONNX file has {LARGEST_FILE} at most")
    with path.open("rb") as file:
        message, numbers = split(file, size)
        yield Source(_checked(_parse(message, onnx), onnx), path.parent, numbers)


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
