"""Which function converts which operator, from which version on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from fastcnn.graph import Value

if TYPE_CHECKING:
    from fastcnn.onnx.converters.call import Call

Converter: TypeAlias = "Callable[[Call], Value | tuple[Value | None, ...]]"
"""Emits ops for one node; gives its outputs, None for one it cannot give."""

_TABLE: dict[str, list[tuple[int, Converter]]] = {}


def converts(operator: str, since: int = 1) -> Callable[[Converter], Converter]:
    """Decorator: the function converts `operator` from opset `since` to where the next begins."""

    def add(converter: Converter) -> Converter:
        versions = _TABLE.setdefault(operator, [])
        versions.append((since, converter))
        versions.sort(key=lambda entry: entry[0])
        return converter

    return add


def find_converter(operator: str, opset: int) -> Converter | None:
    """The newest converter of the operator that is not newer than the opset."""
    known = [converter for since, converter in _TABLE.get(operator, ()) if since <= opset]
    return known[-1] if known else None


def converted_operators() -> list[str]:
    """Names of the operators that have a converter."""
    return sorted(_TABLE)
