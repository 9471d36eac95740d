"""New weights for the readers of what was cut, by least squares on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.cut.bypass import window_of
from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import infer
from fastcnn.typing import Array, FloatArray

RIDGE = 1e-3
"""Regularisation, as a share of the mean square of the inputs."""

MIN_ROWS = 8192
"""Positions that a convolution is fitted on, at least; twice the unknowns if that is more."""


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
    linear = {node.name: linear_form(node) for node in before.nodes if node.name in _names(readers)}
    nodes = tuple(linear.get(node.name, node) for node in before.nodes)
    targets = activations(
        replace(before, nodes=nodes), [node.output for node in linear.values()], x
    )
    inputs = activations(after, [node.inputs[0] for node in readers], x)
    fitted: dict[str, Value] = {}
    for node in readers:
        kernel, bias = node.inputs[1:3]
        u, t = inputs[node.inputs[0].name], targets[node.output.name]
        w, b = fit_layer(node, u, t, rng)
        assert kernel.traits is not None
        fitted[kernel.name] = replace(
            kernel.with_data(w), traits=replace(kernel.traits, pruned=False)
        )
        fitted[bias.name] = bias.with_data(b)
    return infer(after.with_values(fitted))


def _names(nodes: Sequence[Node]) -> set[str]:
    return {node.name for node in nodes}


def linear_form(node: Node) -> Node:
    """A convolution or dense layer without its activation and without what is added to it."""
    return replace(node, inputs=node.inputs[:3], attrs={**node.attrs, "activation": "linear"})


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


def least_squares(u: Array, t: Array, ridge: float = RIDGE) -> tuple[FloatArray, FloatArray]:
    """Weights and bias of the ridge regression of `t` on `u`.

        w = (U^T U + r I)^-1 U^T T = U^T (U U^T + r I)^-1 T,   b = mean t - mean u w

    where U and T are centred and r is `ridge` times the mean diagonal of U^T U; the smaller of
    the two systems is solved, in float64.

    Shape:
        u: [rows, K]. t: [rows, M]. w: [K, M]. b: [M].
    """
    mean_u, mean_t = u.mean(0, np.float64), t.mean(0, np.float64)
    centred_u, centred_t = u - mean_u, t - mean_t
    rows, unknowns = u.shape
    strength = max(ridge * float(np.square(centred_u).sum()) / unknowns, 1e-12)
    if unknowns <= rows:
        gram = centred_u.T @ centred_u
        gram.flat[:: unknowns + 1] += strength
        w = np.linalg.solve(gram, centred_u.T @ centred_t)
    else:
        gram = centred_u @ centred_u.T
        gram.flat[:: rows + 1] += strength
        w = centred_u.T @ np.linalg.solve(gram, centred_t)
    return w.astype(np.float32), (mean_t - mean_u @ w).astype(np.float32)
