"""Graphs of one operation, run by the native core with every buffer fenced."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import runtime
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan
from tests.ops.cases import Case

Array = np.ndarray[Any, Any]

PLAIN, BLOCKED, CONSTANT = "plain", "blocked", "constant"


def graph_of(case: Case, arrays: list[Array], form: str) -> Graph:
    """The op alone, all of its results as outputs.

    Args:
        case: The op and its attributes.
        arrays: Its inputs.
        form: "plain": every input is given by the caller; "blocked": images come from another op,
            so that kernels see their blocked form; "constant": all but the first input are
            constants, so that weights are packed when the plan is made.
    """
    g = Builder()
    values: list[Value] = []
    for i, array in enumerate(arrays):
        if form == CONSTANT and i > 0:
            values.append(g.constant(f"constant{i}", array))
            continue
        value = g.input(f"input{i}", array.shape, array.dtype.name)
        if form == BLOCKED and array.ndim == 4 and array.dtype == np.float32 and array.size:
            value = g.apply(
                "max_pool2d", value, kernel_size=(1, 1), strides=(1, 1), pads=(0, 0, 0, 0)
            )
        values.append(value)
    return g.build(g.apply_all(case.op, *values, **case.attrs))


def run_native(
    graph: Graph, arrays: list[Array], threads: int = 2, *, winograd: bool = False
) -> list[Array]:
    """Results of the native plan; raises if a kernel writes outside of its memory."""
    plan = make_plan(graph, threads=threads, guard=True, winograd=winograd, strict=True)
    return plan.run([np.asarray(arrays[i], order="C") for i in range(len(graph.inputs))])


def run_reference(graph: Graph, arrays: list[Array]) -> list[Array]:
    """Results in float64."""
    feeds = {value.name: array for value, array in zip(graph.inputs, arrays, strict=False)}
    return list(runtime.reference(graph, feeds))


def expect_same_bits(graph: Graph, arrays: list[Array], **how: Any) -> None:
    """Fails unless one, two and three threads give the same first output, to the last bit."""
    one, two, three = (run_native(graph, arrays, threads=count, **how)[0] for count in (1, 2, 3))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, three)
