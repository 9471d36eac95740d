"""Layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.layers.build import build
from fastcnn.layers.input import Input, InputLayer, sample_shape
from fastcnn.layers.layer import Layer
from fastcnn.layers.symbolic import SymbolicTensor
from fastcnn.models.model import Model
from fastcnn.models.network import Network
from fastcnn.train.batches import Dataset


class Sequential(Model):
    """Layers one after the other.

    The shape of the input comes from `input_shape` of the first layer, from `layers.Input` in
    front, or from the first samples given to `fit`, `evaluate` or `predict`.

    Args:
        layers: In order; more can be added.
        name: For tables.
    """

    def __init__(
        self, layers: Sequence[Layer | SymbolicTensor] | None = None, name: str | None = None
    ) -> None:
        Network.__init__(self, name or "sequential", None)
        self._prepare()
        self._stack: list[Layer] = []
        self._input: SymbolicTensor | None = None
        self._output: SymbolicTensor | None = None
        for layer in layers or ():
            self.add(layer)

    @property
    def graph(self) -> Graph:
        """The network in inference form, with the weights of now."""
        if self._graph is None and self._stack and self._input and self._output:
            built = build([self._input], [self._output])
            self._graph, self._layer_names = built.graph, dict(built.names)
        return super().graph

    def add(self, layer: Layer | SymbolicTensor) -> None:
        """Puts a layer behind the last.

        Args:
            layer: A layer; in first place also what `layers.Input` gave.

        Raises:
            ShapeError: The layer cannot take what the last one gives; it was not added.
        """
        if isinstance(layer, SymbolicTensor) and isinstance(layer.call.layer, InputLayer):
            if self._stack or self._input is not None:
                raise InvalidValueError(f"{self.name}: layers.Input must stand in first place")
            self._input = self._output = layer
            return
        if not isinstance(layer, Layer) or isinstance(layer, InputLayer):
            raise InvalidValueError(
                f"{self.name}: add() takes a layer such as layers.Dense(10), not {layer!r}"
            )
        if not self._stack and self._input is None and layer.input_shape is not None:
            self._start(layer.input_shape)
        if self._output is not None:
            self._end_with(layer(self._output))
        self._stack.append(layer)

    def pop(self) -> None:
        """Takes the last layer away."""
        if not self._stack:
            raise InvalidValueError(f"{self.name}: there is no layer to take away")
        self._stack.pop()
        if self._output is not None:
            (before,) = self._output.call.inputs
            self._end_with(before)

    def _start(self, shape: Any) -> None:
        owner = self._stack[0].label if self._stack else self.name
        self._input = self._output = Input(sample_shape(owner, "input_shape", shape))

    def _end_with(self, output: SymbolicTensor) -> None:
        """Makes `output` the model's; the graph is built when it is asked for."""
        self._output = output
        self._graph = None
        self._forget_training()

    def _build_for(self, x: Any) -> None:
        if self._output is not None:
            return
        if not self._stack:
            raise InvalidValueError(f"{self.name}: there are no layers yet; add() some")
        shape = np.shape(x.read(np.arange(1))[0] if isinstance(x, Dataset) else x)
        if len(shape) < 2:
            raise DataError(
                f"{self.name}: x must be an array of samples, its shape is {shape}; "
                "or give input_shape to the first layer"
            )
        self._start(shape[1:])
        assert self._output is not None
        output = self._output
        try:
            for layer in self._stack:
                output = layer(output)
        except Exception:
            self._input = self._output = None
            raise
        self._end_with(output)
