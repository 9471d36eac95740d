"""Activations: by name, or any layer without weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer

Emit: TypeAlias = Callable[[Emitter, Value], Value]
"""Appends the nodes of an activation."""


def over_channels(g: Emitter, x: Value, along_axis_1: Callable[[Value], Value]) -> Value:
    """Applies to the axis users count as the last what works along axis 1."""
    if x.type.rank in (2, 4):
        return along_axis_1(x)
    last = x.type.rank - 1
    perm = (0, last, *range(1, last))
    back = (0, *range(2, last + 1), 1)
    moved = g.apply("transpose", x, part="channels_first", perm=perm)
    return g.apply("transpose", along_axis_1(moved), part="channels_last", perm=back)


_BY_NAME: dict[str, Emit] = {
    "linear": lambda g, x: x,
    "relu": lambda g, x: g.apply("relu", x),
    "relu6": lambda g, x: g.apply("clip", x, low=0.0, high=6.0),
    "leaky_relu": lambda g, x: g.apply("leaky_relu", x, alpha=0.2),
    "sigmoid": lambda g, x: g.apply("sigmoid", x),
    "tanh": lambda g, x: g.apply("tanh", x),
    "softmax": lambda g, x: over_channels(g, x, lambda x: g.apply("softmax", x)),
    "log_softmax": lambda g, x: over_channels(g, x, lambda x: g.apply("log_softmax", x)),
}


def names() -> list[str]:
    """Every name `get` understands, sorted."""
    return sorted(_BY_NAME)


def get(identifier: Any, owner: Layer) -> Emit:
    """How to append an activation.

    Args:
        identifier: A name, a layer without weights, or None for no activation.
        owner: The layer that asks, for the message.
    """
    if identifier is None:
        return _BY_NAME["linear"]
    if isinstance(identifier, Layer) and type(identifier).build is Layer.build:
        layer = identifier
        return lambda g, x: layer.emit(g, x)
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]
    raise UnsupportedError(
        f"{owner.label}: activation {identifier!r} is not supported; give one of "
        f"{', '.join(names())}, or a layer without weights such as layers.LeakyReLU(0.1)"
    )
