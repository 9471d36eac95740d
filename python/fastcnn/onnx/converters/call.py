"""One node of an ONNX graph as its converter sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.graph import Value
from fastcnn.onnx.converters.emitter import Emitter
from fastcnn.typing import Array

T = TypeVar("T")


class Call:
    """Inputs and attributes of one node, checked as they are asked for.

    Args:
        operator: The operator.
        opset: Version of the standard operators it is to be read by.
        inputs: None for an optional one that is left out.
        attrs: By name: int, float, str, array or a tuple of such.
        outputs: Whether each output is asked for.
        g: Where ops go.
    """

    def __init__(
        self,
        operator: str,
        opset: int,
        inputs: Sequence[Value | None],
        attrs: Mapping[str, Any],
        outputs: Sequence[bool],
        g: Emitter,
    ) -> None:
        self.operator = operator
        self.opset = opset
        self.inputs = tuple(inputs)
        self.attrs = attrs
        self.outputs = tuple(outputs)
        self.g = g

    @property
    def x(self) -> Value:
        """The first input."""
        return self.input(0)

    def input(self, index: int) -> Value:
        """An input that must be there."""
        value = self.optional(index)
        if value is None:
            raise FileFormatError(f"{self.operator}: input {index} is missing")
        return value

    def optional(self, index: int) -> Value | None:
        """An input that may be left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def wants(self, index: int) -> bool:
        """Whether an output is asked for."""
        return index < len(self.outputs) and self.outputs[index]

    def integer(self, name: str, default: int | None = None) -> int:
        """An integer attribute."""
        return self._attribute(name, int, default)

    def number(self, name: str, default: float | None = None) -> float:
        """A float attribute."""
        return self._attribute(name, float, default)

    def text(self, name: str, default: str | None = None) -> str:
        """A text attribute."""
        return self._attribute(name, str, default)

    def integers(self, name: str, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """An attribute of integers."""
        return self._sequence(name, int, default)

    def numbers(self, name: str, default: tuple[float, ...] | None = None) -> tuple[float, ...]:
        """An attribute of floats."""
        return self._sequence(name, float, default)

    def has(self, name: str) -> bool:
        """Whether the attribute is there."""
        return name in self.attrs

    def constant(self, index: int, what: str) -> Array:
        """The numbers of an input that must be constant.

        Raises:
            UnsupportedError: They are computed.
        """
        data = self.input(index).data
        if data is None:
            raise UnsupportedError(f"{self.operator}: {what} must be constant")
        return data

    def constant_ints(self, index: int, what: str) -> tuple[int, ...]:
        """The integers of an input that must be constant."""
        data = self.constant(index, what)
        if data.dtype.kind != "i" or data.ndim > 1:
            raise FileFormatError(f"{self.operator}: {what} must be integers, a vector")
        return tuple(data.reshape(-1).tolist())

    def axis(self, name: str, default: int | None, rank: int) -> int:
        """An attribute that names an axis, counted from the front."""
        return self.from_front(self.integer(name, default), rank)

    def from_front(self, axis: int, rank: int) -> int:
        """An axis counted from the front, from one that may be counted from the end."""
        if not -rank <= axis < rank:
            raise FileFormatError(f"{self.operator}: axis {axis} of {rank} axes")
        return axis % rank if rank else 0

    def refuse(self, reason: str) -> UnsupportedError:
        """The error for a form that no ops can carry out."""
        return UnsupportedError(f"{self.operator}: {reason}")

    def _attribute(self, name: str, kind: type[T], default: T | None) -> T:
        value = self.attrs.get(name, default)
        if value is None:
            raise FileFormatError(f"{self.operator}: the attribute '{name}' is missing")
        if not isinstance(value, kind):
            raise FileFormatError(
                f"{self.operator}: the attribute '{name}' must be of kind {kind.__name__}"
            )
        return value

    def _sequence(self, name: str, kind: type[T], default: tuple[T, ...] | None) -> tuple[T, ...]:
        values = self._attribute(name, tuple, default)
        if not all(isinstance(value, kind) for value in values):
            raise FileFormatError(
                f"{self.operator}: the attribute '{name}' must hold items of kind {kind.__name__}"
            )
        return values
