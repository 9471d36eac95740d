"""What a layer is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from fastcnn import random
from fastcnn.errors import FastcnnError, InvalidValueError, ShapeError, UnsupportedError
from fastcnn.graph import Traits, Value
from fastcnn.layers import initializers, regularizers
from fastcnn.layers.emitter import Emitter, Weight
from fastcnn.layers.layout import graph_shape, user_shape
from fastcnn.layers.symbolic import Call, SymbolicTensor
from fastcnn.ops import Builder
from fastcnn.typing import Shape


@dataclass(eq=False, kw_only=True, repr=False)
class Layer:
    """A builder of one layer: typed arguments in, nodes of a graph out.

    A subclass checks its arguments in `__post_init__`, makes its weights in `build` and appends
    its nodes in `emit`. Shapes a layer is given and gives are channels-last; the values it sees
    in `emit` are those of the graph, where images are [N, C, H, W].

    Args:
        name: Unique in its model; the kind and a number if None.
        trainable: Whether training may change the weights.
        input_shape: Shape of one sample, for the first layer of a `Sequential`.
    """

    joins: ClassVar[bool] = False
    """Whether the layer takes two inputs or more, rather than one."""

    name: str | None = None
    trainable: bool = True
    input_shape: tuple[int | None, ...] | None = None

    weights: dict[str, Weight] = field(init=False, default_factory=dict)
    built_for: tuple[Shape, ...] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.name is not None and not (isinstance(self.name, str) and self.name):
            raise self.invalid("name", self.name, "a text of at least one character")
        if not isinstance(self.trainable, bool):
            raise self.invalid("trainable", self.trainable, "True or False")

    @classmethod
    def kind(cls) -> str:
        """The class's name, for tables and messages."""
        return cls.__name__

    @classmethod
    def default_name(cls) -> str:
        """The class's name in snake case as Keras has it, for a layer without a name."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", cls.__name__)
        return words.lower()

    def build(self, *shapes: Shape) -> None:
        """Makes the weights for inputs of these shapes; nothing, for a layer without weights."""

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        """Appends the layer's nodes."""
        raise NotImplementedError

    def output_shape(self, *shapes: Shape) -> Shape:
        """Shape of the output, the batch first, for inputs of these shapes.

        Raises:
            ShapeError: The layer cannot take them.
        """
        is_new = self.built_for is None
        if is_new:
            self.build(*shapes)
            self.built_for = shapes
        builder = Builder()
        inputs = [builder.input(f"x{i}", graph_shape(shape)) for i, shape in enumerate(shapes)]
        try:
            return user_shape(self.emit(Emitter(builder, self, self.label, {}), *inputs).shape)
        except FastcnnError as error:
            if is_new:
                self.built_for = None
            given = " and ".join(map(str, shapes))
            message = f"{self.label}: cannot take an input of shape {given}: {error}"
            raise type(error)(message) from None

    def __call__(self, inputs: SymbolicTensor | Sequence[SymbolicTensor]) -> SymbolicTensor:
        """What the layer makes of symbolic tensors; called again, it shares its weights."""
        given = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
        for tensor in given:
            if not isinstance(tensor, SymbolicTensor):
                raise InvalidValueError(
                    f"{self.label}: a layer is called on what layers.Input or another layer gave, "
                    f"not on {type(tensor).__name__}; to compute, make a Model and call predict()"
                )
        if self.joins != (len(given) > 1):
            wanted = "a list of two tensors or more" if self.joins else "one tensor"
            raise InvalidValueError(f"{self.label}: takes {wanted}, it was given {len(given)}")
        return SymbolicTensor(
            self.output_shape(*(tensor.shape for tensor in given)), Call(self, given)
        )

    @property
    def label(self) -> str:
        """How messages call the layer: its kind, and its name if it was given one."""
        return f"{self.kind()} '{self.name}'" if self.name else self.kind()

    def add_weight(
        self,
        name: str,
        shape: tuple[int, ...],
        initializer: Any,
        regularizer: Any = None,
        *,
        trainable: bool = True,
    ) -> None:
        """Makes a weight of this shape, in the order of axes Keras gives it."""
        penalty = regularizers.get(regularizer, self.label)
        fill = initializers.get(initializer, self.label)
        data = np.ascontiguousarray(fill(shape, random.generator("weights")), np.float32)
        if data.shape != shape:
            raise ShapeError(
                f"{self.label}: the initializer of {name} gave shape {data.shape}, not {shape}"
            )
        self.weights[name] = Weight.of_user(
            name, data, Traits(trainable=trainable, l1=float(penalty.l1), l2=float(penalty.l2))
        )

    def invalid(self, argument: str, value: object, limit: str) -> InvalidValueError:
        """The error that `argument` must be `limit`."""
        return InvalidValueError(f"{self.label}: {argument} must be {limit}, it is {value!r}")

    def check_data_format(self, data_format: str | None) -> None:
        """Refuses images whose channels do not come last."""
        if data_format == "channels_first":
            raise UnsupportedError(
                f"{self.label}: data_format 'channels_first' is not supported; give images as "
                "[N, H, W, C] and leave data_format out (inside, FastCNN picks its own layout)"
            )
        if data_format not in (None, "channels_last"):
            raise self.invalid("data_format", data_format, "None or 'channels_last'")

    def check_rank(self, rank: int, shape: Shape, hint: str) -> None:
        """Refuses inputs that do not have `rank` axes."""
        if len(shape) != rank:
            raise ShapeError(
                f"{self.label}: needs an input of {rank} axes, the batch among them; "
                f"it has shape {shape}. {hint}"
            )

    def known(self, extent: int | None, what: str) -> int:
        """The extent, which must not be open."""
        if extent is None:
            raise ShapeError(f"{self.label}: {what} must be known; give it in the input shape")
        return extent

    def __repr__(self) -> str:
        return self.label
