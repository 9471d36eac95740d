"""Builds the graph of a model from ONNX: folds what is constant, bounds what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Traits, Type, Value
from fastcnn.onnx.converters.elements import Elements, follow
from fastcnn.ops import Builder, infer, run_reference
from fastcnn.typing import Array, Attribute, Attributes, DType, Shape

LARGEST_FOLDED = 1 << 24
"""Elements of a result that is computed while loading."""

FOLDING_BUDGET = 1 << 26
"""Elements of all of them together, beyond those of what they read."""

LARGEST_VALUE = 1 << 30
"""Elements of any value whose extents the file alone tells."""


class Emitter:
    """A builder whose nodes are computed at once where everything they read is constant.

    Constants enter the graph only where a node reads them. Weights of layers enter as parameters,
    under the names they have in the file.
    """

    def __init__(self) -> None:
        self.builder = Builder()
        self.label = ""
        """Name of the ONNX node under conversion."""
        self._constants: dict[int, tuple[Value, Value]] = {}
        self._parameters: dict[tuple[int, str], tuple[Value, Value]] = {}
        self._elements: dict[str, Elements] = {}
        self._budget = FOLDING_BUDGET

    def input(self, name: str, type_: Type) -> Value:
        """A value the caller gives."""
        return self.builder.input(name, type_.shape, type_.dtype)

    def constant(self, array: Array, name: str = "") -> Value:
        """A constant, which the graph holds once a node reads it."""
        array = np.ascontiguousarray(array).reshape(array.shape)
        return Value(name or f"{self.label}/constant", type_of_array(array), array)

    def integers(self, *numbers: int) -> Value:
        """A constant int64 vector."""
        return self.constant(np.array(numbers, np.int64))

    def scalar(self, number: float, dtype: DType = "float32") -> Value:
        """A constant of no axes."""
        return self.constant(np.array(number, dtype))

    def parameter(
        self,
        value: Value,
        data: Array | None = None,
        *,
        form: str = "",
        name: str = "",
        trainable: bool = True,
    ) -> Value:
        """The parameter that a constant is, one for all its readers; a computed value as it is.

        Args:
            value: A constant.
            data: Its numbers in the order the op wants, if not as they are.
            form: Tells that order from others of the same constant.
            name: For the parameter, if not that of the constant.
            trainable: Whether an optimiser may change it.
        """
        if value.data is None or value.is_parameter:
            return value
        key = id(value), form
        if key not in self._parameters:
            numbers = value.data if data is None else np.ascontiguousarray(data)
            made = self.builder.parameter(name or value.name, numbers, Traits(trainable=trainable))
            self._parameters[key] = value, made
        return self._parameters[key][1]

    def apply(self, op: str, *inputs: Value, **attrs: Attribute) -> Value:
        """The output of a node with one."""
        (output,) = self.apply_all(op, *inputs, **attrs)
        return output

    def apply_all(self, op: str, *inputs: Value, **attrs: Attribute) -> tuple[Value, ...]:
        """The outputs of a node, which is in the graph unless it could be computed.

        Raises:
            FileFormatError: An output would be absurdly large.
            ShapeError: The inputs do not fit.
        """
        types = infer(op, [value.type for value in inputs], attrs)
        for type_ in types:
            _check_size(op, type_.shape)
        elements = follow(op, inputs, [self.elements(value) for value in inputs], attrs)
        if elements is not None and all(isinstance(element, int) for element in elements):
            return (self.constant(np.array(elements, types[0].dtype).reshape(_known(types[0]))),)
        if self._can_fold(inputs, types):
            return self._folded(op, inputs, attrs, types)
        outputs = self.builder.apply_all(
            op, *map(self._settled, inputs), name=self.label, layer=self.label, **attrs
        )
        if elements is not None:
            self._elements[outputs[0].name] = elements
        return outputs

    def elements(self, value: Value) -> Elements | None:
        """What is known of the numbers of an integer vector."""
        if value.data is None:
            return self._elements.get(value.name)
        if value.type.rank > 1 or value.data.dtype.kind != "i":
            return None
        return tuple(value.data.reshape(-1).tolist())

    def _settled(self, value: Value) -> Value:
        """The value as the graph knows it."""
        if value.data is None or value.is_parameter:
            return value
        if id(value) not in self._constants:
            made = self.builder.constant(value.name, value.data)
            self._constants[id(value)] = value, made
            self._constants[id(made)] = made, made
        return self._constants[id(value)][1]

    def copied(self, value: Value) -> Value:
        """The same numbers as a value of their own, computed when the graph runs."""
        return self.builder.apply(
            "reshape",
            self._settled(value),
            name=self.label,
            layer=self.label,
            shape=(0,) * value.type.rank,
        )

    def _can_fold(self, inputs: Sequence[Value], types: Sequence[Type]) -> bool:
        if not all(value.data is not None for value in inputs):
            return False
        if any(None in type_.shape for type_ in types):
            return False
        sizes = [math.prod(_known(type_)) for type_ in types]
        read = sum(value.data.size for value in inputs if value.data is not None)
        grown = max(0, sum(sizes) - read)
        if max(sizes) > max(LARGEST_FOLDED, read) or grown > self._budget:
            return False
        self._budget -= grown
        return True

    def _folded(
        self, op: str, inputs: Sequence[Value], attrs: Attributes, types: Sequence[Type]
    ) -> tuple[Value, ...]:
        arrays = [value.data for value in inputs if value.data is not None]
        with np.errstate(all="ignore"):  # a float64 beyond float32 becomes infinite
            return tuple(
                self.constant(np.asarray(array, type_.dtype), name=f"{self.label}/{op}")
                for array, type_ in zip(run_reference(op, arrays, attrs), types, strict=True)
            )


def type_of_array(array: Array) -> Type:
    """Shape and element type of an array."""
    name: DType = array.dtype.name
    return Type(tuple(array.shape), name)


def _known(type_: Type) -> tuple[int, ...]:
    return tuple(extent for extent in type_.shape if extent is not None)


def _check_size(op: str, shape: Shape) -> None:
    size = math.prod(extent for extent in shape if extent)
    if size > LARGEST_VALUE:
        raise FileFormatError(
            f"{op}: would make {size} elements or more, the limit is {LARGEST_VALUE}"
        )
