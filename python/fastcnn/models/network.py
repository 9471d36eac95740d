"""A graph with named layers whose weights can be read and replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.layers.layer import Layer
from fastcnn.models import weights as weight_order
from fastcnn.models.layer_view import LayerView, layer_views
from fastcnn.typing import Array, Shape


class Network:
    """A graph with named layers whose weights can be read and replaced.

    Args:
        name: For tables.
        graph: In inference form; None while there is none yet.
        layer_names: The layers it was built from and their names in it. They are given the new
            weights whenever these change, for the next network built from them.
    """

    def __init__(
        self, name: str, graph: Graph | None, layer_names: Mapping[Layer, str] | None = None
    ) -> None:
        self.name = name
        self._graph = graph
        self._layer_names = dict(layer_names or {})

    @property
    def graph(self) -> Graph:
        """The network in inference form, with the weights of now."""
        if self._graph is None:
            raise InvalidValueError(
                f"{self.name}: the shape of its input is not known yet; give input_shape to the "
                "first layer, add layers.Input(...) before it, or call fit()"
            )
        return self._graph

    @property
    def layers(self) -> list[NetworkLayer]:
        """The layers in the order they run in, as they are now."""
        return [NetworkLayer(self, view) for view in layer_views(self.graph)]

    def get_layer(self, name: str) -> NetworkLayer:
        """The layer of that name."""
        layers = self.layers
        for layer in layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in layers)
        raise InvalidValueError(f"{self.name}: no layer is named {name!r}; there are: {names}")

    @property
    def input_shape(self) -> Shape | dict[str, Shape]:
        """Shape of the input, the batch (None) first; a dict by name for several."""
        return _one_or_all(self.graph.inputs)

    @property
    def output_shape(self) -> Shape | dict[str, Shape]:
        """Shape of the output, the batch (None) first; a dict by name for several."""
        return _one_or_all(self.graph.outputs)

    def count_params(self) -> int:
        """Elements of all parameters."""
        return sum(value.data.size for value in self._parameters() if value.data is not None)

    def get_weights(self) -> list[Array]:
        """Copies of all weights in Keras's order and layout.

        Layer by layer: kernel [KH, KW, C, OC], depthwise kernel [KH, KW, C, M] or dense kernel
        [in, out], then bias; gamma, beta, moving mean and moving variance.
        """
        return weight_order.get_weights(self.graph)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces all weights by arrays as `get_weights` gives them.

        Raises:
            InvalidValueError: One does not fit; nothing was replaced.
        """
        self._set_weights(self._parameters(), weights, self.name)

    @property
    def trainable(self) -> bool:
        """Whether training may change any weight. Setting it says so for every layer."""
        parameters = self._parameters()
        return not parameters or any(value.is_trainable for value in parameters)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._set_trainable(self._parameters(), trainable)

    def _parameters(self) -> list[Value]:
        return weight_order.ordered_parameters(self.graph)

    def _set_weights(
        self, parameters: Sequence[Value], weights: Sequence[Any], caller: str
    ) -> None:
        self._keep(
            weight_order.set_weights(self.graph, parameters, weights, f"set_weights of '{caller}'")
        )

    def _set_trainable(self, parameters: Sequence[Value], trainable: bool) -> None:
        self._keep(weight_order.set_trainable(self.graph, parameters, trainable))

    def _keep(self, graph: Graph) -> None:
        """Makes `graph`, which differs in its parameters alone, the network's."""
        self._graph = graph
        parameters = graph.parameters
        for layer, layer_name in self._layer_names.items():
            for name, weight in layer.weights.items():
                value = parameters.get(f"{layer_name}/{name}")
                if value is not None and value.data is not None:
                    layer.weights[name] = replace(weight, data=value.data)


class NetworkLayer(LayerView):
    """A layer of a network, through which its weights can be replaced."""

    def __init__(self, network: Network, view: LayerView) -> None:
        super().__init__(view.name, view.graph, view.nodes)
        self._network = network

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Replaces the layer's weights by arrays as `get_weights` gives them."""
        self._network._set_weights(self.parameters, weights, self.name)
        self._refresh()

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; True for a layer without any."""
        return not self.parameters or any(value.is_trainable for value in self.parameters)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._network._set_trainable(self.parameters, trainable)
        self._refresh()

    def _refresh(self) -> None:
        now = self._network.get_layer(self.name)
        self.__dict__.clear()
        self.__dict__.update(now.__dict__)


def _one_or_all(values: Sequence[Value]) -> Shape | dict[str, Shape]:
    return values[0].shape if len(values) == 1 else {value.name: value.shape for value in values}
