"""Merges convolutions of one image that are added into one convolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import FloatArray

_SAME = ("strides", "dilations", "groups")


class MergeBranches(Rewrite):
    """Makes one convolution of a sum of convolutions of the same image.

        conv(x, w) + b + conv(x, v) + c = conv(x, w + v') + (b + c)

    where v' is v at its place in the window of w, zero elsewhere. Two more things count as a
    convolution, of window 1x1: the image itself, and its batch normalisation.

    Applies to:
        add of two tensors of one shape, at least one of them a conv2d; both without activation
        and residual, with known weights, the same strides, dilations and groups, read by the sum
        alone, the window of the one inside that of the other. Sums of three are done in turn.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal in real arithmetic. Sums are formed in float64 and rounded once.
    Source:
        Ding et al., "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.3.
    """

    name = "merge_branches"
    anchors = ("add",)
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum."""
        a, b = node.inputs
        if a.name == b.name or not a.shape == b.shape == node.output.shape:
            return None
        for own, other in ((a, b), (b, a)):
            conv = graph.producer(own)
            if conv is None or not _is_linear(graph, conv, node):
                continue
            for term in _terms(graph, conv, other, node):
                kernel = _joined(conv, term)
                if kernel is not None:
                    return _patch(conv, term, node, kernel)
        return None


@dataclass(frozen=True)
class _Term:
    """A term of the sum as a convolution: kernel, bias, first padding, and the nodes that go."""

    kernel: FloatArray
    bias: FloatArray
    pads: tuple[int, int]
    nodes: tuple[Node, ...]


def _is_linear(graph: Graph, conv: Node, reader: Node) -> bool:
    return (
        conv.op == "conv2d"
        and len(conv.inputs) == 3
        and conv.attrs.get("activation", "linear") == "linear"
        and reader.attrs.get("activation", "linear") == "linear"
        and all(value.data is not None for value in conv.inputs[1:])
        and graph.sole_user(conv.output) is reader
    )


def _terms(graph: Graph, conv: Node, value: Value, node: Node) -> Iterator[_Term]:
    """What the other term of the sum is, if it is a convolution of what `conv` reads."""
    x = conv.inputs[0]
    made = graph.producer(value)
    if value.name == x.name:
        ones = np.ones(x.shape[1] or 0)
        yield _Term(_diagonal(conv, ones), 0 * ones, (0, 0), ())
    elif made is None or made.inputs[0].name != x.name:
        return
    elif made.op == "batch_norm" and graph.sole_user(value) is node:
        known = [source.data for source in made.inputs[1:]]
        if made.attrs.get("activation", "linear") == "linear" and not any(
            data is None for data in known
        ):
            gamma, beta, mean, variance = (np.asarray(data, np.float64) for data in known)
            s = gamma / np.sqrt(variance + made.attrs["epsilon"])  # type: ignore[operator]
            yield _Term(_diagonal(conv, s), beta - s * mean, (0, 0), (made,))
    elif _is_linear(graph, made, node) and all(made.attrs[n] == conv.attrs[n] for n in _SAME):
        kernel, bias = (np.asarray(source.data, np.float64) for source in made.inputs[1:])
        yield _Term(kernel, bias, _first_pads(made), (made,))


def _diagonal(conv: Node, factors: FloatArray) -> FloatArray:
    """The 1x1 kernel that multiplies channel c by factors[c]; empty where there is none."""
    kernel = conv.inputs[1]
    channels, of_group = factors.size, kernel.shape[1] or 1
    if kernel.shape[0] != channels or conv.attrs["strides"] != (1, 1):
        return np.empty((0, 0, 0, 0))
    diagonal = np.zeros((channels, of_group, 1, 1))
    diagonal[np.arange(channels), np.arange(channels) % of_group, 0, 0] = factors
    return diagonal


def _first_pads(conv: Node) -> tuple[int, int]:
    pads = conv.attrs["pads"]
    assert isinstance(pads, tuple)
    return int(pads[0]), int(pads[1])


def _joined(conv: Node, term: _Term) -> FloatArray | None:
    """The sum of the kernels in the window of `conv`; None where that of `term` is not inside."""
    kernel: FloatArray = np.array(conv.inputs[1].data, np.float64)
    dilations = conv.attrs["dilations"]
    assert isinstance(dilations, tuple)
    places = []
    for axis in (0, 1):
        offset, rest = divmod(_first_pads(conv)[axis] - term.pads[axis], int(dilations[axis]))
        if rest or offset < 0 or offset + term.kernel.shape[2 + axis] > kernel.shape[2 + axis]:
            return None
        places.append(slice(offset, offset + term.kernel.shape[2 + axis]))
    if kernel.shape[:2] != term.kernel.shape[:2]:
        return None
    kernel[:, :, places[0], places[1]] += term.kernel
    return kernel


def _patch(conv: Node, term: _Term, node: Node, kernel: FloatArray) -> Patch:
    x, w, b = conv.inputs
    bias = np.asarray(b.data, np.float64) + term.bias
    merged = replace(
        conv,
        inputs=(
            x,
            replace(w, name=f"{node.name}/{w.name}", data=kernel.astype(np.float32)),
            replace(b, name=f"{node.name}/{b.name}", data=bias.astype(np.float32)),
        ),
        outputs=node.outputs,
    )
    return Patch(old=(conv, *term.nodes, node), new=(merged,))
