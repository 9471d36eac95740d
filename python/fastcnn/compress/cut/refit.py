"""New weights for the readers of what was cut, by least squares on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fastcnn.compress.activations import activations, before_activation
from fastcnn.compress.activations import linear_form as linear_form
from fastcnn.compress.cut.bypass import window_of
from fastcnn.compress.cut.least_squares import MIN_ROWS, least_squares
from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import infer
from fastcnn.typing import Array, FloatArray


def refit(
    before: Graph,
    after: Graph,
    readers: Sequence[Node],
    x: Mapping[str, Array],
    rng: np.random.Generator,
) -> Graph:
    """`after` with the kernels and biases of `readers` fitted to what they gave in `before`.

        minimise over w, b   sum over samples and positions |u w + b - t|^2 + ridge |w|^2

    u is what a reader takes in `after`, t what it gave in `before`, ahead of its activation.

    Args:
        before: The whole graph.
        after: The graph without a unit; it holds `readers`, which take other channels now.
        readers: Convolutions without groups, and dense layers.
        x: Samples to fit on.
        rng: Picks positions of images.
    """
    names = {node.name for node in readers}
    whole, ahead = before_activation(before, [n for n in before.nodes if n.name in names])
    targets = activations(whole, ahead.values(), x)
    inputs = activations(after, [node.inputs[0] for node in readers], x)
    fitted: dict[str, Value] = {}
    for node in readers:
        kernel, bias = node.inputs[1:3]
        u, t = inputs[node.inputs[0].name], targets[ahead[node.name].name]
        w, b = fit_layer(node, u, t, rng)
        assert kernel.traits is not None
        fitted[kernel.name] = replace(
            kernel.with_data(w), traits=replace(kernel.traits, pruned=False)
        )
        fitted[bias.name] = bias.with_data(b)
    return infer(after.with_values(fitted))


def fit_layer(
    node: Node, u: Array, t: Array, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Kernel and bias with which a layer gives `t` where it reads `u`, by least squares.

    Args:
        node: A dense layer, or a convolution without groups.
        u: What it reads, for all samples.
        t: What it is to give, ahead of its activation.
        rng: Picks positions of images.
    """
    if node.op == "dense":
        return least_squares(u, t)
    window = window_of(node)
    kh, kw = window.kernel_size
    patches = window.view(u)
    n, _, height, width = t.shape
    unknowns = u.shape[1] * kh * kw
    rows = min(n * height * width, max(MIN_ROWS, 2 * unknowns))
    flat = rng.choice(n * height * width, rows, replace=False)
    i, row, column = np.unravel_index(flat, (n, height, width))
    w, b = least_squares(patches[i, :, row, column].reshape(rows, unknowns), t[i, :, row, column])
    return np.ascontiguousarray(w.T).reshape(t.shape[1], u.shape[1], kh, kw), b
