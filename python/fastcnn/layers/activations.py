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


def _one(op: str, **attrs: Any) -> Emit:
    return lambda g, x: g.apply(op, x, **attrs)


def _log_sigmoid(g: Emitter, x: Value) -> Value:
    """-log(1 + e^-x)."""
    return g.apply("negative", g.apply("softplus", g.apply("negative", x)))


SELU: dict[str, Any] = {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}
"""The numbers that keep mean 0 and variance 1: Klambauer et al., "Self-Normalizing Neural
Networks", NeurIPS 2017."""

_SILU = _one("swish", beta=1.0)
_HARD_SILU = _one("hard_swish")

_BY_NAME: dict[str, Emit] = {
    "linear": lambda g, x: x,
    "elu": _one("elu", alpha=1.0),
    "exponential": _one("exp"),
    "gelu": _one("gelu", approximate="none"),
    "hard_sigmoid": _one("hard_sigmoid", alpha=1 / 6, beta=0.5),
    "hard_silu": _HARD_SILU,
    "hard_swish": _HARD_SILU,
    "hard_tanh": _one("clip", low=-1.0, high=1.0),
    "leaky_relu": _one("leaky_relu", alpha=0.2),
    "log_sigmoid": _log_sigmoid,
    "log_softmax": lambda g, x: over_channels(g, x, lambda x: g.apply("log_softmax", x)),
    "mish": _one("mish"),
    "relu": _one("relu"),
    "relu6": _one("clip", low=0.0, high=6.0),
    "selu": _one("selu", **SELU),
    "sigmoid": _one("sigmoid"),
    "silu": _SILU,
    "softmax": lambda g, x: over_channels(g, x, lambda x: g.apply("softmax", x)),
    "softplus": _one("softplus"),
    "softsign": _one("softsign"),
    "swish": _SILU,
    "tanh": _one("tanh"),
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
