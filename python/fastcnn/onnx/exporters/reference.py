"""Operators of ONNX that came from a file and go back as they were."""

from __future__ import annotations

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Node
from fastcnn.onnx.exporters.table import exports
from fastcnn.onnx.load_reference import parsed
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute


@exports("onnx_reference")
def onnx_reference(g: Writer, node: Node) -> None:
    onnx = require_onnx("onnx.save")
    model = parsed(attribute(node, "model"))
    operator = onnx.NodeProto()
    operator.CopyFrom(model.graph.node[0])
    (opset,) = (entry.version for entry in model.opset_import)
    versions = [
        onnx.defs.get_schema(operator.op_type, limit).since_version for limit in (opset, g.opset)
    ]
    if versions[0] != versions[1]:
        raise UnsupportedError(
            f"onnx.save: node '{node.name}' is ONNX's {operator.op_type} of opset {versions[0]}, "
            f"which opset {g.opset} has changed; give opset={opset}"
        )
    names = {str(i): value.name for i, value in enumerate(node.inputs)}
    for tensor in model.graph.initializer:
        names[tensor.name] = g.constant(node, tensor.name, onnx.numpy_helper.to_array(tensor))
    outputs = iter(node.outputs)
    operator.name = node.name
    operator.input[:] = [names.get(name, "") for name in operator.input]
    operator.output[:] = [next(outputs).name if name else "" for name in operator.output]
    g.nodes.append(operator)
