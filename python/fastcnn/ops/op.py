"""What an operation is, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.typing import Array

if TYPE_CHECKING:
    from fastcnn.ops.builder import Builder


class Op:
    """Base of every operation: one class, one file, one line in `ops/__init__.py`.

    `infer` and `reference` take the inputs in the order of `docs/ops.md` and the attributes as
    keyword arguments. An op with several outputs returns tuples. A late attribute that comes as an
    input reaches `infer` as a tuple of None, or as None where it is one integer or of unknown
    length, and `reference` as its numbers.
    """

    name: str

    late: ClassVar[tuple[str, ...]] = ()
    """Attributes that may come as int64 inputs instead, after the others, in this order."""
    late_scalars: ClassVar[tuple[str, ...]] = ()
    """Those of them that are one integer, not a tuple."""

    def infer(self, *inputs: Any, **attrs: Any) -> Type | tuple[Type, ...]:
        """Types of the outputs; raises ShapeError or DTypeError where the inputs do not fit."""
        raise UnsupportedError(f"{self.name}: no shape rule")

    def reference(self, *inputs: Any, **attrs: Any) -> Array | tuple[Array, ...]:
        """The op in NumPy, in the floating type of its inputs: the truth for tests."""
        raise UnsupportedError(f"{self.name}: no reference")

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """Gradients of the loss by each input, built in `g` from those by each output.

        None, given or returned, is a gradient of zero (labels, indices, saved statistics). Late
        attributes that come as inputs are left out.
        """
        raise UnsupportedError(f"{self.name}: has no gradient (node '{node.name}')")

    def channels(self, node: Node) -> Sequence[Tie]:
        """How the channels of inputs, parameters and outputs hang together, for pruning.

        Without a rule every axis is fixed: nothing next to this node is pruned.
        """
        return [tie for value in (*node.inputs, *node.outputs) for tie in fix_axes(value)]


_REGISTRY: dict[str, Op] = {}


def register(cls: type[Op]) -> type[Op]:
    """Class decorator: makes the op known under `cls.name`."""
    add(cls())
    return cls


def add(op: Op) -> None:
    """Makes the op known under its name: for ops that are rows of a table."""
    if op.name in _REGISTRY:
        raise ValueError(f"op '{op.name}' is registered twice")
    _REGISTRY[op.name] = op


def get(name: str) -> Op:
    """The op of that name."""
    try:
        return _REGISTRY[name]
    except KeyError:
        raise UnsupportedError(f"'{name}' is no operation; known: {', '.join(names())}") from None


def names() -> list[str]:
    """Names of all ops, sorted."""
    return sorted(_REGISTRY)


def number(node: Node, name: str) -> float:
    """The attribute of that name, which must be a number."""
    value = node.attrs[name]
    if not isinstance(value, int | float):
        raise InvalidValueError(f"{node.op}: {name} must be a number, not {value!r}")
    return float(value)
