"""What no native implementation takes runs on its NumPy reference, as one step of the plan."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from fastcnn import _core
from fastcnn.errors import FastcnnError, PerformanceWarning, UnsupportedError
from fastcnn.graph import Graph, Node
from fastcnn.ops import run_reference
from fastcnn.runtime.described import described_nodes, described_values
from fastcnn.typing import Array

HostFunction: TypeAlias = Callable[[str, list[Array]], list[Array]]
"""The outputs of the node of that name, from its inputs."""

_LISTED = 10
"""Nodes that a warning or an error names; of the others it tells the number."""


def host_function(graph: Graph) -> HostFunction:
    """Runs nodes of `graph` on their references: floats in float64, rounded once at the end."""
    forms = {
        node.name: (node.op, dict(node.attrs), [value.type.dtype for value in node.outputs])
        for node in graph.nodes
    }

    def run(name: str, inputs: list[Array]) -> list[Array]:
        op, attrs, dtypes = forms[name]
        try:
            arrays = run_reference(op, inputs, attrs)
        except FastcnnError as error:
            raise type(error)(f"{error} (node '{name}')") from error
        except Exception as error:
            raise FastcnnError(
                f"{op}: the reference failed on node '{name}': {type(error).__name__}: {error}"
            ) from error
        with np.errstate(all="ignore"):
            return [
                np.asarray(array, dtype, order="C")
                for array, dtype in zip(arrays, dtypes, strict=True)
            ]

    return run


def check_coverage(graph: Graph, *, strict: bool) -> bool:
    """Warns of the nodes of `graph` that run on NumPy; tells whether there are any.

    Args:
        graph: All its shapes are known.
        strict: Whether to refuse such a graph instead.

    Raises:
        UnsupportedError: It is refused; the message names each node, its op and what it lacks.
    """
    refusals = _core.refusals(values=described_values(graph), nodes=described_nodes(graph))
    if not refusals:
        return False
    nodes = {node.name: node for node in graph.nodes}
    table = _table([(nodes[name], why) for name, why in refusals])
    if strict:
        raise UnsupportedError(
            f"compile: strict=True, and no native kernel takes {_count(refusals)}:\n{table}\n"
            "strict=False runs them on their NumPy references; docs/add/op.md tells how to add "
            "a native implementation"
        )
    warnings.warn(
        f"{_count(refusals)} of {len(nodes)} run on their NumPy references, far slower than "
        f"native kernels:\n{table}",
        PerformanceWarning,
        stacklevel=4,
    )
    return True


def _count(refusals: list[tuple[str, str]]) -> str:
    return f"{len(refusals)} node{'s'[: len(refusals) != 1]}"


def _table(rows: list[tuple[Node, str]]) -> str:
    lines = [f"  {node.name} ({node.op}): {why}" for node, why in rows[:_LISTED]]
    if len(rows) > _LISTED:
        lines.append(f"  and {len(rows) - _LISTED} more")
    return "\n".join(lines)
