"""The nodes of a graph in an order in which they can run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from fastcnn.errors import FileFormatError


def in_order(nodes: Sequence[Any], defined: Iterable[str]) -> list[Any]:
    """The NodeProtos, each after those it reads from; otherwise as they stand.

    Args:
        nodes: Of one graph or function.
        defined: Names of inputs and initializers.

    Raises:
        FileFormatError: A name is defined twice or by nobody, or nodes wait for each other.
    """
    producer: dict[str, int] = dict.fromkeys(defined, -1)
    for index, node in enumerate(nodes):
        for name in filter(None, node.output):
            if name in producer:
                raise FileFormatError(f"the name '{name}' is defined twice")
            producer[name] = index
    readers: list[list[int]] = [[] for _ in nodes]
    waiting = [0] * len(nodes)
    for index, node in enumerate(nodes):
        for name in _read(node):
            if name not in producer:
                raise FileFormatError(f"{describe(node)} reads '{name}', which nothing defines")
            if producer[name] >= 0:
                readers[producer[name]].append(index)
                waiting[index] += 1
    ready = [index for index, count in enumerate(waiting) if not count]
    heapify(ready)
    done = []
    while ready:
        index = heappop(ready)
        done.append(nodes[index])
        for reader in readers[index]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heappush(ready, reader)
    if len(done) < len(nodes):
        stuck = next(node for node, count in zip(nodes, waiting, strict=True) if count)
        raise FileFormatError(f"{describe(stuck)} depends on its own output: the graph has a cycle")
    return done


def describe(node: Any) -> str:
    """As `node 'conv1' (Conv)`, for messages."""
    name = node.name or next(iter(node.output), "")
    return f"node '{name[:80]}' ({node.op_type[:80]})"


def _read(node: Any) -> set[str]:
    return {name for name in node.input if name}
