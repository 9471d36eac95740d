"""Recognises hard sigmoid and hard swish."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.passes.product import Product, product_of, sum_of


class FuseHardSwish(Rewrite):
    """Makes one op of the pieces of a hard sigmoid or a hard swish.

        clip(x + 3, 0, 6) / 6    ->  hard_sigmoid(x, alpha 1/6, beta 1/2)
        x clip(x + 3, 0, 6) / 6  ->  hard_swish(x)
        x hard_sigmoid(x)        ->  hard_swish(x), for these alpha and beta

    Applies to:
        Products of these factors, in any order and however they are nested.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal in real arithmetic.
    Source:
        Howard et al., "Searching for MobileNetV3", ICCV 2019.
    """

    name = "fuse_hard_swish"
    anchors = ("multiply", "divide", "scale")
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the outermost product."""
        product = product_of(graph, node.output)
        if product.is_near(1 / 6):
            return _of_clip(graph, node, product)
        if product.number == 1 and len(product.values) == 2:
            for x, gate in (product.values, product.values[::-1]):
                if _hard_sigmoid_input(graph, gate) == x.name:
                    return _fused(node, "hard_swish", x)
        return None


def _of_clip(graph: Graph, node: Node, product: Product) -> Patch | None:
    for gate in product.values:
        x = _clipped(graph, gate)
        if x is None:
            continue
        if len(product.values) == 1:
            return _fused(node, "hard_sigmoid", x, alpha=1 / 6, beta=0.5)
        if sorted(value.name for value in product.values) == sorted((x.name, gate.name)):
            return _fused(node, "hard_swish", x)
    return None


def _clipped(graph: Graph, gate: Value) -> Value | None:
    """X where the gate is clip(x + 3, 0, 6)."""
    clip = graph.producer(gate)
    if clip is None or clip.op != "clip" or (clip.attrs["low"], clip.attrs["high"]) != (0, 6):
        return None
    terms = sum_of(graph.producer(clip.inputs[0]))
    return terms[0] if terms is not None and terms[1] == 3 else None


def _hard_sigmoid_input(graph: Graph, gate: Value) -> str | None:
    node = graph.producer(gate)
    if node is None or node.op != "hard_sigmoid":
        return None
    alpha, beta = node.attrs["alpha"], node.attrs["beta"]
    assert isinstance(alpha, int | float)
    is_usual = Product(alpha, ()).is_near(1 / 6) and beta == 0.5
    return node.inputs[0].name if is_usual else None


def _fused(node: Node, op: str, x: Value, **attrs: float) -> Patch | None:
    if x.type != node.output.type:
        return None
    return Patch(old=(node,), new=(replace(node, op=op, inputs=(x,), attrs=attrs),))
