"""The nine architectures of the `onnx` wheel, with weights that test something.

The wheel's files fill every large weight with one constant, under which all channels of a layer are
equal and a wrong kernel can look right. Here each parameter is drawn anew by the role it plays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from calibrate import calibrate_batch_norms
from onnx import GraphProto, ModelProto, NodeProto, numpy_helper

NAMES = (
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
)
IR_VERSION = 8
"""From version 4 on an initializer need not be an input, which lets runtimes fold it."""
SEED = 20150206


def light(name: str) -> ModelProto:
    """The architecture `name` with seeded weights and any batch size; its opset is kept.

    Weights of convolutions and dense layers are He-normal over their fan-in, biases normal of
    deviation 0.1, scales uniform on [0.8, 1.2]; means and variances of batch normalisations are
    those of the layer's own input for one batch of noise, so that activations keep their size at
    any depth.

    Source:
        He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 10.
    """
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    model = onnx.load(folder / f"light_{name}.onnx")
    model.ir_version = IR_VERSION
    graph = model.graph
    rng = np.random.default_rng(SEED)
    shapes = _parameter_shapes(graph)
    values = {key: _draw(rng, role, shapes[key]) for key, role in _roles(graph, shapes)}

    kept = [tensor for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.INT64]
    nodes = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    parameters = set(shapes) | {tensor.name for tensor in graph.initializer}
    images = [value for value in graph.input if value.name not in parameters]
    _replace(graph.node, nodes)
    used = {name for node in nodes for name in node.input}
    _replace(
        graph.initializer,
        [tensor for tensor in kept if tensor.name in used]
        + [numpy_helper.from_array(value, key) for key, value in values.items()],
    )
    _replace(graph.input, [image for image in images if image.name in used])
    _free_batch(graph)
    calibrate_batch_norms(model, rng)
    return model


def _parameter_shapes(graph: GraphProto) -> dict[str, tuple[int, ...]]:
    """Shapes of all floating-point constants, stored or made by ConstantOfShape."""
    stored = {tensor.name: tensor for tensor in graph.initializer}
    shapes = {
        name: tuple(tensor.dims)
        for name, tensor in stored.items()
        if tensor.data_type == onnx.TensorProto.FLOAT
    }
    for node in graph.node:
        if node.op_type == "ConstantOfShape":
            extents = numpy_helper.to_array(stored[node.input[0]])
            shapes[node.output[0]] = tuple(int(extent) for extent in extents)
    return shapes


_ROLES = {
    ("Conv", 1): "weights",
    ("Conv", 2): "bias",
    ("Gemm", 1): "weights",
    ("Gemm", 2): "bias",
    ("BatchNormalization", 1): "scale",
    ("BatchNormalization", 2): "bias",
    ("BatchNormalization", 3): "bias",
    ("BatchNormalization", 4): "scale",
    ("Mul", 1): "scale",
    ("Add", 1): "bias",
}


def _roles(graph: GraphProto, shapes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, str]]:
    """Each parameter with its role, in the order of first use."""
    source = {name: name for name in shapes}
    seen = set()
    for node in graph.node:
        if node.op_type in ("Unsqueeze", "Reshape") and node.input[0] in source:
            source[node.output[0]] = source[node.input[0]]
            continue
        for position, name in enumerate(node.input):
            parameter = source.get(name)
            if parameter is not None and parameter not in seen:
                seen.add(parameter)
                yield parameter, _ROLES[node.op_type, position]


def _draw(rng: np.random.Generator, role: str, shape: tuple[int, ...]) -> np.ndarray:
    if role == "scale":
        return rng.uniform(0.8, 1.2, shape).astype(np.float32)
    if role == "bias":
        return np.float32(0.1) * rng.standard_normal(shape, np.float32)
    fan_in = int(np.prod(shape[1:]))
    return np.float32(np.sqrt(2 / fan_in)) * rng.standard_normal(shape, np.float32)


def _free_batch(graph: GraphProto) -> None:
    """Lets the first extent of inputs, outputs and reshaped activations be any number."""
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    del graph.value_info[:]
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[0] not in stored:
            tensor = stored[node.input[1]]
            target = numpy_helper.to_array(tensor).copy()
            target[0] = 0  # as in the input
            tensor.CopyFrom(numpy_helper.from_array(target, tensor.name))


def _replace(field: list[NodeProto], content: list[NodeProto]) -> None:
    del field[:]
    field.extend(content)
