"""Ops that reduce axes, and searches along one."""

from __future__ import annotations

from fastcnn.graph import Node
from fastcnn.onnx.exporters.table import exports
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute

for _op, _op_type in {
    "reduce_sum": "ReduceSum",
    "reduce_mean": "ReduceMean",
    "reduce_max": "ReduceMax",
    "reduce_min": "ReduceMin",
    "reduce_prod": "ReduceProd",
    "reduce_l1": "ReduceL1",
    "reduce_l2": "ReduceL2",
    "reduce_sum_square": "ReduceSumSquare",
    "reduce_log_sum": "ReduceLogSum",
    "reduce_log_sum_exp": "ReduceLogSumExp",
}.items():

    @exports(_op)
    def reduce(g: Writer, node: Node, op_type: str = _op_type) -> None:
        inputs = [node.inputs[0].name]
        if len(node.inputs) > 1 or attribute(node, "axes"):
            inputs += g.late(node, "axes")
        g.emit(node, op_type, *inputs, keepdims=attribute(node, "keepdims"))


for _op, _op_type in {"argmax": "ArgMax", "argmin": "ArgMin"}.items():

    @exports(_op)
    def search(g: Writer, node: Node, op_type: str = _op_type) -> None:
        found = g.step(
            node,
            op_type,
            axis=attribute(node, "axis"),
            keepdims=attribute(node, "keepdims"),
            select_last_index=attribute(node, "select_last"),
        )
        g.emit(node, "Cast", found, to=g.element_type("int32"))


@exports("top_k")
def top_k(g: Writer, node: Node) -> None:
    wide = g.step(
        node,
        "TopK",
        node.inputs[0].name,
        *g.late(node, "k"),
        outputs=[node.outputs[0].name],
        axis=attribute(node, "axis"),
        largest=attribute(node, "largest"),
        sorted=attribute(node, "sorted"),
    )
    g.emit(node, "Cast", wide, outputs=[node.outputs[1].name], to=g.element_type("int32"))
