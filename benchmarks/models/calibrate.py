"""Statistics for the batch normalisations of a network with random weights."""

from __future__ import annotations

import numpy as np
import onnxruntime
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

BATCH = 4


def calibrate_batch_norms(model: ModelProto, rng: np.random.Generator) -> None:
    """Sets every mean and variance to those of the values that arrive, for one batch of noise.

    All are found in one run: in a copy of the graph each normalisation takes the statistics of its
    own input, as in training, and those become outputs.
    """
    training = ModelProto()
    training.CopyFrom(model)
    nodes: list[NodeProto] = []
    wanted: dict[str, str] = {}
    for index, node in enumerate(model.graph.node):
        if node.op_type != "BatchNormalization":
            nodes.append(node)
            continue
        x, _, _, mean, variance = node.input
        names = [f"calibrate_{index}_{part}" for part in ("mean", "centred", "square", "variance")]
        over = {"axes": [0, 2, 3]}
        nodes += [
            helper.make_node("ReduceMean", [x], [names[0]], keepdims=1, **over),
            helper.make_node("Sub", [x, names[0]], [names[1]]),
            helper.make_node("Mul", [names[1], names[1]], [names[2]]),
            helper.make_node("ReduceMean", [names[2]], [names[3]], keepdims=0, **over),
            helper.make_node("ReduceMean", [x], [f"{names[0]}_flat"], keepdims=0, **over),
        ]
        live = NodeProto()
        live.CopyFrom(node)
        live.input[3], live.input[4] = f"{names[0]}_flat", names[3]
        nodes.append(live)
        wanted |= {mean: f"{names[0]}_flat", variance: names[3]}
    if not wanted:
        return
    graph = training.graph
    del graph.node[:], graph.output[:]
    graph.node.extend(nodes)
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted.values()
    )
    (image,) = graph.input
    extents = [dim.dim_value for dim in image.type.tensor_type.shape.dim][1:]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors: initializers without a use are what this makes
    session = onnxruntime.InferenceSession(
        training.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    noise = rng.standard_normal((BATCH, *extents), np.float32)
    found = dict(zip(wanted, session.run(None, {image.name: noise}), strict=True))
    for tensor in model.graph.initializer:
        if tensor.name in found:
            tensor.CopyFrom(numpy_helper.from_array(found[tensor.name], tensor.name))
