"""Gathers figures: from nvcc, ptxas, nvdisasm, and launches that the PTX interpreter runs."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from types import ModuleType

import numpy as np

from fastcnn.bench.cases import build
from fastcnn.bench.shapes import FOLDER, read_shapes
from fastcnn.graph import Graph
from fastcnn.runtime.cuda import PRECISIONS, make_cuda_plan
from tests.cuda.compiled import cubin_of, family_of, ptx_of, sass_of
from tests.cuda.evidence import sass
from tests.cuda.evidence.figures import (
    Code,
    Moved,
    Planned,
    resources,
    threads_of,
    with_instructions,
)
from tests.cuda.launches import Launch
from tests.cuda.ptx.memory import Cost
from tests.cuda.ptx.parse import Kernel
from tests.cuda.ptx.relaunch import relaunch

MOST_BLOCKS = 4


def static_figures(
    folder: Path, architecture: int, families: Collection[str] = (), *, instructions: bool
) -> dict[str, Code]:
    """Of every kernel, or those of some families.

    Without `instructions`, for which nvdisasm is needed, what ptxas tells.
    """
    threads = threads_of(ptx_of(folder, architecture, families).read_text())
    _, log = cubin_of(folder, architecture, families)
    figures = resources(log, threads, architecture)
    if not instructions:
        return figures
    functions = sass.parse(sass_of(folder, architecture, families))
    return {name: with_instructions(code, functions[name]) for name, code in figures.items()}


def planned(emulated: ModuleType) -> dict[str, dict[str, list[Planned]]]:
    """The launches of each layer of ResNet-50 by precision, none of which is run."""
    shapes = {str(shape): build(shape) for shape in read_shapes(FOLDER / "resnet50.txt")}
    return {
        precision: {line: _launches(emulated, graph, precision) for line, graph in shapes.items()}
        for precision in PRECISIONS["cuda"]
    }


def _launches(emulated: ModuleType, graph: Graph, precision: str) -> list[Planned]:
    plan = make_cuda_plan(graph, precision=precision)
    emulated.recorded()
    emulated.configure(record=True, dry=True)
    try:
        plan.run([np.zeros(value.type.shape, np.float32) for value in graph.inputs])
    finally:
        emulated.configure()
    (node,) = graph.nodes
    (name,) = (step["kernel"] for step in plan.steps() if step["op"] == node.op)
    # In a network the image is NHWC already.
    return [
        Planned(name, launch[0], math.prod(launch[1]))
        for launch in emulated.recorded()
        if family_of(launch[0]) != "transpose2d"
    ]


def moved_by(kernel: Kernel, launch: Launch) -> Moved:
    """What a launch moves, of which a few blocks are run."""
    result = relaunch(kernel, *launch[1:5], most_blocks=MOST_BLOCKS)
    wavefronts = _ratio(result.wavefronts) if result.wavefronts.requests else None
    return Moved(_ratio(result.sectors), wavefronts)


def _ratio(cost: Cost) -> float:
    return round(cost.units / cost.least, 2) if cost.least else 1.0
