"""Several models as one whose layers are the layers of all of them: the ensemble, exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from fastcnn.compress.fuse.forms import (
    Form,
    Separate,
    Shared,
    Stacked,
    in_turn,
    separate,
    stacked,
)
from fastcnn.compress.fuse.same import correspond
from fastcnn.graph import Graph, Node, Traits, Value
from fastcnn.ops import Builder
from fastcnn.typing import Array

ELEMENTWISE = ("relu", "leaky_relu", "clip", "sigmoid", "tanh", "scale", "dropout")
PER_CHANNEL = (
    "max_pool2d",
    "average_pool2d",
    "global_average_pool2d",
    "global_max_pool2d",
    "pad2d",
)


def fuse_exact(graphs: Sequence[Graph]) -> Graph:
    """One graph that gives the mean of what the given graphs give.

        y = (y_1 + ... + y_k) / k

    The kernels of the first convolutions stand side by side, later convolutions become one in
    k groups, dense layers one block-diagonal layer (its zeros are held when it is trained). What
    has no such form, softmax for one, is done for each model.

    Numerics:
        Equal in real arithmetic.

    Raises:
        CompressionError: The graphs are not built alike.
    """
    return _Merger(graphs).merged()


class _Merger:
    def __init__(self, graphs: Sequence[Graph]) -> None:
        self.graphs = graphs
        self.first = graphs[0]
        self.names = correspond(graphs)
        self.models = len(graphs)
        self.g = Builder()
        self.layer = ""
        self.forms: dict[str, Form] = {}
        self.rules: dict[str, Callable[[Node], Form | None]] = {
            "conv2d": self.conv2d,
            "dense": self.dense,
            "batch_norm": self.batch_norm,
            "add": self.add,
            "transpose": self.transpose,
            "reshape": self.reshape,
            **dict.fromkeys(ELEMENTWISE, self.elementwise),
            **dict.fromkeys(PER_CHANNEL, self.per_channel),
        }

    def merged(self) -> Graph:
        for value in self.first.inputs:
            taken = self.g.input(value.name, value.shape, value.type.dtype)
            self.forms[value.name] = Shared(taken)
        for i, node in enumerate(self.first.nodes):
            self.layer = node.layer
            form = self.shared(node)
            if form is None and node.op in self.rules:
                form = self.rules[node.op](node)
            if form is None:
                self.one_by_one(i)
            else:
                self.forms[node.output.name] = form
        return self.g.build([self.mean(value) for value in self.first.outputs])

    def separate(self, form: Form) -> tuple[Value, ...]:
        return separate(self.g, form, self.models, self.layer)

    def stacked(self, form: Form) -> Stacked:
        return stacked(self.g, form, self.models, self.layer)

    def mean(self, value: Value) -> Value:
        form = self.forms[value.name]
        if isinstance(form, Shared):
            return form.value
        total, *rest = self.separate(form)
        for term in rest:
            total = self.g.apply("add", total, term, name=f"{value.name}/sum", layer=self.layer)
        return self.g.apply(
            "scale", total, name=f"{value.name}/mean", layer=self.layer, factor=1 / self.models
        )

    def shared(self, node: Node) -> Form | None:
        """Nodes without parameters that read only what all models share."""
        forms = [self.forms.get(value.name) for value in node.inputs]
        values = [form.value for form in forms if isinstance(form, Shared)]
        if len(values) < len(forms) or len(node.outputs) > 1:
            return None
        return Shared(self.apply(node, *values))

    def one_by_one(self, i: int) -> None:
        """The fallback: the node of each model by itself."""
        outputs = []
        inputs = [self.each(value) for value in self.first.nodes[i].inputs]
        for j, graph in enumerate(self.graphs):
            node = graph.nodes[i]
            own = [values[j] for values in inputs]
            outputs.append(
                self.g.apply_all(
                    node.op,
                    *own,
                    name=f"{self.first.nodes[i].name}/model{j + 1}",
                    layer=self.first.nodes[i].layer,
                    **node.attrs,
                )
            )
        for value, results in zip(
            self.first.nodes[i].outputs, zip(*outputs, strict=True), strict=True
        ):
            self.forms[value.name] = Separate(results)

    def each(self, value: Value) -> tuple[Value, ...]:
        if value.name not in self.forms:
            values = tuple(
                self.parameter(f"{value.name}/model{j + 1}", data, value.traits)
                for j, data in enumerate(self.data(value))
            )
            self.forms[value.name] = Separate(values)
        return self.separate(self.forms[value.name])

    def conv2d(self, node: Node) -> Form | None:
        if not self.has_own_parameters(node, 1, 3):
            return None
        x = self.forms[node.inputs[0].name]
        groups = node.attrs["groups"]
        assert isinstance(groups, int)
        residual = [self.stacked(self.forms[v.name]).value for v in node.inputs[3:]]
        if not (isinstance(x, Shared) and groups == 1):
            x = self.stacked(x)
            groups *= self.models
        w, b = (self.joined(value, 0) for value in node.inputs[1:3])
        y = self.apply(
            replace(node, attrs={**node.attrs, "groups": groups}), x.value, w, b, *residual
        )
        return in_turn(y, 1, self.models)

    def dense(self, node: Node) -> Form | None:
        if not self.has_own_parameters(node, 1, 3):
            return None
        x, b = self.forms[node.inputs[0].name], self.joined(node.inputs[2], 0)
        if isinstance(x, Shared):
            return in_turn(
                self.apply(node, x.value, self.joined(node.inputs[1], 1), b), 1, self.models
            )
        if isinstance(x, Separate):
            x = self.stacked(x)
        kernel = node.inputs[1]
        w = self.parameter(
            kernel.name,
            _block_diagonal(self.data(kernel), x),
            None if kernel.traits is None else replace(kernel.traits, pruned=True),
        )
        return in_turn(self.apply(node, x.value, w, b), 1, self.models)

    def batch_norm(self, node: Node) -> Form | None:
        if not self.has_own_parameters(node, 1, 5):
            return None
        x = self.forms[node.inputs[0].name]
        if not (isinstance(x, Stacked) and x.axis == 1):
            x = self.stacked(x)
        parameters = []
        for value in node.inputs[1:]:
            merged = np.empty(x.value.shape[1] or 0, np.float32)
            for own, data in zip(x.owned, self.data(value), strict=True):
                merged[own] = data
            parameters.append(self.parameter(value.name, merged, value.traits))
        return replace(x, value=self.apply(node, x.value, *parameters))

    def add(self, node: Node) -> Form | None:
        if any(value.name not in self.forms for value in node.inputs):
            return None
        a, b = (self.stacked(self.forms[value.name]) for value in node.inputs)
        return replace(a, value=self.apply(node, a.value, b.value))

    def elementwise(self, node: Node) -> Form | None:
        x = self.forms.get(node.inputs[0].name)
        return replace(x, value=self.apply(node, x.value)) if isinstance(x, Stacked) else None

    def per_channel(self, node: Node) -> Form | None:
        x = self.forms.get(node.inputs[0].name)
        return self.elementwise(node) if isinstance(x, Stacked) and x.axis == 1 else None

    def transpose(self, node: Node) -> Form | None:
        x, perm = self.forms.get(node.inputs[0].name), node.attrs["perm"]
        assert isinstance(perm, tuple)
        if not isinstance(x, Stacked):
            return None
        return Stacked(self.apply(node, x.value), perm.index(x.axis), x.owned)

    def reshape(self, node: Node) -> Form | None:
        """Flattening interleaves the models; dense layers and normalisation can read that."""
        x, source = self.forms.get(node.inputs[0].name), node.inputs[0]
        flat = node.output.type.rank == 2 and node.output.shape[0] == source.shape[0]
        if not (isinstance(x, Stacked) and flat and self.only_dense_reads(node.output)):
            return None
        extents = tuple(int(extent or 0) for extent in x.value.shape[1:])
        places = np.arange(prod(extents)).reshape(extents)
        owned = tuple(np.take(places, own, x.axis - 1).ravel() for own in x.owned)
        flatten = replace(node, attrs={"shape": (0, -1)})
        return Stacked(self.apply(flatten, x.value), 1, owned)

    def only_dense_reads(self, value: Value) -> bool:
        """Whether `value` ends at dense layers, with at most elementwise nodes in between."""
        if self.first.is_result(value):
            return False
        return all(
            user.inputs[1].data is not None
            if user.op == "dense"
            else user.op in (*ELEMENTWISE, "batch_norm") and self.only_dense_reads(user.output)
            for user in self.first.users(value)
        )

    def has_own_parameters(self, node: Node, start: int, stop: int) -> bool:
        """Whether the parameters are data, not computed, and x is."""
        known = all(value.data is not None for value in node.inputs[start:stop])
        return known and all(
            value.name in self.forms for value in (node.inputs[0], *node.inputs[stop:])
        )

    def apply(self, node: Node, *inputs: Value) -> Value:
        return self.g.apply(node.op, *inputs, name=node.name, layer=node.layer, **node.attrs)

    def data(self, value: Value) -> list[Array]:
        found = [
            graph.values[names[value.name]].data
            for graph, names in zip(self.graphs, self.names, strict=True)
        ]
        return [data for data in found if data is not None]

    def joined(self, value: Value, axis: int) -> Value:
        return self.parameter(value.name, np.concatenate(self.data(value), axis), value.traits)

    def parameter(self, name: str, data: Array, traits: Traits | None) -> Value:
        return (
            self.g.constant(name, data) if traits is None else self.g.parameter(name, data, traits)
        )


def _block_diagonal(kernels: list[Array], x: Stacked) -> Array:
    outputs = np.split(np.arange(sum(kernel.shape[1] for kernel in kernels)), len(kernels))
    merged = np.zeros((x.value.shape[1] or 0, outputs[-1][-1] + 1), np.float32)
    for kernel, rows, columns in zip(kernels, x.owned, outputs, strict=True):
        merged[np.ix_(rows, columns)] = kernel
    return merged
