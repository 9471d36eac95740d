"""Sets weights of an ONNX file to zero at random, for measurements of sparse networks.

    python benchmarks/models/pruned.py MODEL OUTPUT --sparsity 0.9 [--block 16x1]

Convolutions and fully connected layers lose the share of their weights, each layer alike; the first
convolution and those in groups (depthwise ones) keep theirs. With `--block`, weights of so many
outputs by inputs go together, at one tap of the kernel. What stays is scaled by the square root of
what it stands for, so that activations keep their size. What the network answers means nothing any
more; how long it takes does.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper


def prune(model: onnx.ModelProto, sparsity: float, block: tuple[int, int]) -> float:
    """Prunes `model` itself; gives the share of zeros among all weights that were up for it."""
    rng = np.random.default_rng(0)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    total = zeros = 0
    for node in _layers(model):
        tensor = tensors.get(node.input[1])
        if tensor is None:
            continue
        weights = numpy_helper.to_array(tensor)
        kept = _mask(rng, weights.shape, 1 - sparsity, block)
        pruned = np.where(kept, weights / np.sqrt(1 - sparsity), 0).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(pruned, tensor.name))
        total += pruned.size
        zeros += pruned.size - np.count_nonzero(pruned)
    return zeros / total


def _layers(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    dense = [node for node in model.graph.node if node.op_type in ("Gemm", "MatMul")]
    return [node for node in convolutions[1:] if _groups(node) == 1] + dense


def _groups(node: onnx.NodeProto) -> int:
    return next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)


def _mask(
    rng: np.random.Generator, shape: tuple[int, ...], density: float, block: tuple[int, int]
) -> Any:
    if len(shape) != 4:
        return rng.random(shape) < density
    outputs, inputs, *kernel = shape
    blocks = rng.random((-(-outputs // block[0]), -(-inputs // block[1]), *kernel)) < density
    return blocks.repeat(block[0], 0).repeat(block[1], 1)[:outputs, :inputs]


def main() -> None:
    """Reads, prunes, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--sparsity", type=float, required=True)
    parser.add_argument("--block", default="1x1", help="outputs x inputs, as 16x1")
    options = parser.parse_args()
    outputs, inputs = map(int, options.block.split("x"))
    model = onnx.load(options.model)
    share = prune(model, options.sparsity, (outputs, inputs))
    onnx.save(model, options.output)
    print(f"{options.output}: {share:.2%} of the weights are zero")


if __name__ == "__main__":
    main()
