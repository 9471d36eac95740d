"""The converter of each layer of Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter

Converter: TypeAlias = "Callable[[Emitter, Any, list[Value]], Value]"
"""Appends what a Keras layer, the second argument, makes of its inputs.

Images among the values are [N, C, H, W]; all else is ordered as in Keras.
"""

CONVERTERS: dict[str, Converter] = {}
"""By the layer's class; functions of `keras.ops` under "ops." and their class."""


def converts(*classes: str) -> Callable[[Converter], Converter]:
    """Decorator: the function converts layers of these classes."""

    def add(converter: Converter) -> Converter:
        CONVERTERS.update(dict.fromkeys(classes, converter))
        return converter

    return add
