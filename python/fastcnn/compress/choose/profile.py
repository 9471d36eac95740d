"""What a whole compression by pruning asks of each layer, and how a model becomes that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.channels import Group
from fastcnn.compress.choose.remembered import Remembered
from fastcnn.compress.cut.refit import fit_layer, linear_form
from fastcnn.compress.prune import criteria
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.plan import PrunePlan
from fastcnn.compress.prune.structures import find_pattern, prune_weights
from fastcnn.compress.prune.structures.channel import choose_channels
from fastcnn.compress.prune.targets import Targets
from fastcnn.compress.remove_channels import remove_channels
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Node, Value
from fastcnn.models import Model
from fastcnn.typing import Array


@dataclass(frozen=True)
class Profile:
    """How much each layer loses.

    Args:
        channels: By layer: the share of its channels that is removed.
        weights: By layer: the structure, as `prune` takes it, and the share of its weights that is
            set to zero once the channels are gone.
    """

    channels: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, tuple[str, float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "channels": {layer: round(share, 4) for layer, share in self.channels.items()},
            "weights": {
                layer: {"structure": structure, "sparsity": share}
                for layer, (structure, share) in self.weights.items()
            },
        }


class Shaper:
    """Brings one model to profiles.

    Where channels went, the layers that read them are fitted anew, in their order, to give what
    they gave in the model: least squares on samples, as for cuts. Then weights go.

    Args:
        model: Left as it is.
        x: Samples to fit on; labels are not needed.
        weights: The criterion for weights.
        channels: The criterion for channels.
        data: What the criteria measure on.
        deepest: The largest share of the weights of a layer that profiles remove.
        seed: Of all chance.
    """

    def __init__(
        self,
        model: Model,
        x: Mapping[str, Array],
        *,
        weights: str,
        channels: str,
        data: Any,
        deepest: float,
        seed: int,
    ) -> None:
        self.model = model
        self._x = x
        self._weights = criteria.get(weights)
        self._remembered = Remembered(self._weights, deepest, seed)
        self._channels = criteria.get(channels)
        self._data = data
        self._deepest = deepest
        self._seed = seed
        self._evidence = self._evidence_of(model)

    def __call__(self, profile: Profile) -> Graph:
        """The model's graph at `profile`."""
        graph, evidence, criterion = self.model.graph, self._evidence, self._remembered
        if any(profile.channels.values()):
            graph = self._without_channels(profile.channels)
            evidence = self._evidence_of(self.model.with_graph(graph))
            criterion = Remembered(self._weights, self._deepest, self._seed)
        for structure in dict.fromkeys(structure for structure, _ in profile.weights.values()):
            shares = {
                layer: share for layer, (s, share) in profile.weights.items() if s == structure
            }
            pattern = find_pattern(structure)
            if pattern is None:
                raise InvalidValueError(f"optimize: '{structure}' is no structure of weights")
            layers = [kernel.layer for kernel in find_kernels(graph)]
            targets = Targets({layer: shares.get(layer, 0.0) for layer in layers}, False)
            others = frozenset(layer for layer in layers if not shares.get(layer))
            plan = PrunePlan(targets, criterion, evidence, others, 1)
            graph, _ = prune_weights(graph, plan, pattern)
        return graph

    def _without_channels(self, shares: Mapping[str, float]) -> Graph:
        graph = self.model.graph
        layers = [kernel.layer for kernel in find_kernels(graph)]
        targets = Targets({layer: shares.get(layer, 0.0) for layer in layers}, False)
        plan = PrunePlan(targets, self._channels, self._evidence, frozenset(), 1)
        chosen, _ = choose_channels(graph, plan)
        return refit_readers(
            graph,
            remove_channels(graph, chosen),
            chosen,
            self._x,
            np.random.default_rng(self._seed),
        )

    def _evidence_of(self, model: Model) -> Evidence:
        return Evidence(model, self._data, np.random.default_rng(self._seed))


def refit_readers(
    before: Graph,
    after: Graph,
    removed: Iterable[Group],
    x: Mapping[str, Array],
    rng: np.random.Generator,
) -> Graph:
    """`after` with each layer that lost inputs fitted to what it gave in `before`.

    One after the other, so that each makes up for what those ahead of it could not. Layers in
    groups, and kernels that several layers share, stay.

    Args:
        before: The graph with all channels.
        after: The same without some.
        removed: The channels that went.
        x: Samples to fit on.
        rng: Picks positions of images.

    Source:
        He, Zhang and Sun, "Channel Pruning for Accelerating Very Deep Neural Networks", ICCV 2017.
    """
    readers = [node for node in after.nodes if _lost_inputs(before, after, node)]
    if not readers:
        return after
    kept = _kept_outputs(before, readers, removed)
    names = {node.name for node in readers}
    linear = {node.name: linear_form(node) for node in before.nodes if node.name in names}
    whole = replace(before, nodes=tuple(linear.get(node.name, node) for node in before.nodes))
    for reader in readers:
        kernel, bias = reader.inputs[1:3]
        target = linear[reader.name].output
        t = activations(whole, [target], x)[target.name][:, kept[reader.name]]
        source = reader.inputs[0]
        u = activations(after, [source], x)[source.name]
        w, b = fit_layer(reader, u, t, rng)
        fitted: dict[str, Value] = {
            kernel.name: kernel.with_data(w),
            bias.name: bias.with_data(b),
        }
        after = after.with_values(fitted)
    return after


def _lost_inputs(before: Graph, after: Graph, node: Node) -> bool:
    if node.op not in ("conv2d", "dense") or node.attrs.get("groups", 1) != 1:
        return False
    kernel = node.inputs[1]
    axis = 1 if node.op == "conv2d" else 0
    return (
        kernel.is_parameter
        and node.inputs[2].is_parameter
        and len(node.inputs) == 3
        and len(after.users(kernel)) == 1
        and kernel.shape[axis] != before.values[kernel.name].shape[axis]
    )


def _kept_outputs(
    before: Graph, readers: Iterable[Node], removed: Iterable[Group]
) -> dict[str, Any]:
    """By reader: which of its outputs in `before` are left."""
    masks: dict[str, Any] = {}
    axes = {}
    for reader in readers:
        kernel = before.values[reader.inputs[1].name]
        axis = 0 if reader.op == "conv2d" else 1
        masks[reader.name] = np.ones(kernel.shape[axis] or 0, np.bool_)
        axes[kernel.name, axis] = reader.name
    for group in removed:
        for axis_of, indices in group.members.items():
            if axis_of in axes:
                masks[axes[axis_of]][indices] = False
    return masks
