"""From a model, a graph or a file to a session."""

from __future__ import annotations

import os
from math import inf, prod
from typing import Protocol

from fastcnn.errors import InvalidValueError, ShapeError
from fastcnn.graph import Graph
from fastcnn.ops.statistics import node_macs
from fastcnn.passes import ResolveShapes, for_inference
from fastcnn.runtime import choices
from fastcnn.runtime.cuda import check_device, check_precision, emulated
from fastcnn.runtime.cuda_session import CudaSession
from fastcnn.runtime.machine import get_num_threads, set_num_threads
from fastcnn.runtime.readers import read_graph
from fastcnn.runtime.session import Session

_CHECKED_ELEMENTS = 1 << 26
_CHECKED_MACS = 50_000_000
"""Graphs up to this size have every pass checked on random input by default."""


class HasGraph(Protocol):
    """Anything that holds a graph: a model."""

    @property
    def graph(self) -> Graph: ...  # noqa: D102


def compile(
    model: HasGraph | Graph | str | os.PathLike[str],
    *,
    threads: int | None = None,
    device: str = "cpu",
    precision: str = "float32",
    winograd: bool = True,
    strict: bool = False,
    measure: bool | None = None,
    check: bool | None = None,
) -> Session:
    """Makes a model ready to run.

    Args:
        model: A model, a graph in inference form, or the path of a `.fcnn` or `.onnx`
            file.
        threads: Threads a call may use, as far as this process has CPUs; all that
            `get_num_threads()` tells if None.
        device: "cpu" or "cuda"; `threads`, `winograd` and `strict` are for the CPU.
        precision: "float32"; on "cuda" also "tf32", "float16" or "bfloat16": convolutions and
            fully connected layers round the factors of their products to it, multiply on tensor
            cores and add in float32. What lies between layers stays float32. See docs/cuda.md.
        winograd: Whether 3x3 convolutions may run by Winograd's algorithm: up to three times as
            fast, with a rounding error up to twice that of a plain sum; a NaN or an infinity in
            a pixel spreads over the tiles of 4 x 4 pixels that read it.
        strict: Whether to refuse a graph some nodes of which no native implementation takes;
            otherwise a warning names them and they run on their NumPy references.
        measure: Whether to time the kernels that can run a node, once for each shape, and
            to keep the times on disk for other processes; the last bits of a result depend on
            which one wins. Unless `FASTCNN_MEASURE` is 0 if None.
        check: Whether every pass compares outputs before and after on random input; if None,
            only for graphs of up to 50 million multiply-adds whose image size is known.

    Raises:
        FileFormatError: The file is damaged.
        UnsupportedError: The device or the precision is not there; or, if strict, a native
            implementation. Where the image size is open, the first call with a size finds that,
            as does the first call on a CUDA device for a node that has no kernel there.
    """
    check_device("compile", device)
    check_precision("compile", device, precision)
    if threads is not None and not 1 <= threads <= 256:
        raise InvalidValueError(f"compile: threads={threads} is not from 1 to 256")
    if threads is not None and threads > get_num_threads():
        set_num_threads(threads)
    graph = _graph_of(model)
    if check is None:
        check = _is_small(graph)
    ready, reports = for_inference(graph, check=check)
    if device == "cuda":
        # Times of the emulator mean nothing.
        wanted = choices.wanted() and not emulated()
        return CudaSession(
            ready,
            precision=precision,
            reports=tuple(reports),
            measure=wanted if measure is None else measure,
        )
    threads = min(threads or get_num_threads(), get_num_threads())
    session = Session(
        ready,
        threads=threads,
        reports=tuple(reports),
        winograd=winograd,
        strict=strict,
        measure=choices.wanted() if measure is None else measure,
    )
    if _shapes_known(ready):
        session.check_coverage()
    return session


def _shapes_known(graph: Graph) -> bool:
    return all(None not in value.shape[1:] for value in graph.inputs)


def _is_small(graph: Graph) -> bool:
    if not _shapes_known(graph) or _macs(graph, unknown=0) > _CHECKED_MACS:
        return False
    graph = ResolveShapes()(graph)
    sizes = (
        prod(extent for extent in value.shape if extent is not None)
        for value in graph.values.values()
    )
    if max(sizes, default=0) > _CHECKED_ELEMENTS:
        return False
    return _macs(graph, unknown=inf) <= _CHECKED_MACS


def _macs(graph: Graph, unknown: float) -> float:
    """Multiply-adds of one sample, `unknown` for a node whose size only the inputs tell."""
    total: float = 0
    for node in graph.nodes:
        try:
            total += node_macs(node)
        except ShapeError:
            total += unknown
    return total


def _graph_of(model: HasGraph | Graph | str | os.PathLike[str]) -> Graph:
    if isinstance(model, Graph):
        return model
    if isinstance(model, str | os.PathLike):
        return read_graph(model)
    return model.graph
