"""How near a layer could come to what a GPU can do: an estimate, no timing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastcnn.bench.shapes import Shape
from tests.cuda.evidence.figures import Code, Figures, Planned

_TILE = re.compile(r"_(\d+)x(\d+)")
_STEP = 16  # rows of the weights are padded to a multiple
_PARTITIONS = 4
_OF_ONE = {"tf32": 16 * 8 * 8, "bf16": 16 * 8 * 16, "f16": 16 * 8 * 16, "f32": 32}
"""Multiply-adds of one instruction of a warp, by type of its operands."""


@dataclass(frozen=True)
class Gpu:
    """A GPU's published peaks, dense.

    Args:
        name: As its maker calls it.
        architecture: 80 for compute capability 8.0.
        multiprocessors: How many it has.
        lanes: float32 multiply-adds of a multiprocessor in a cycle.
        teraflops: By type of the operands, 10^12 operations a second.
        bandwidth: 10^12 bytes a second.
    """

    name: str
    architecture: int
    multiprocessors: int
    lanes: int
    teraflops: Mapping[str, float]
    bandwidth: float


GPUS = (
    Gpu(
        *("A100 SXM 80 GB", 80, 108, 64),
        {"f32": 19.5, "tf32": 156, "bf16": 312, "f16": 312},
        2.039,
    ),
    Gpu(
        *("H100 SXM", 90, 132, 128),
        {"f32": 66.9, "tf32": 494.7, "bf16": 989.4, "f16": 989.4},
        3.35,
    ),
)


@dataclass(frozen=True)
class Work:
    """What a layer asks for: operations, and bytes if each array is moved once.

    Args:
        flops: Two a multiply-add.
        bytes: Of float32 arrays read and written.
        rows: Length of the sums of a product, 0 where the layer is none.
    """

    flops: float
    bytes: float
    rows: int


@dataclass(frozen=True)
class Estimate:
    """Of one layer on one GPU.

    Args:
        bound: What limits it on the roofline, "compute" or "memory".
        share: Of the roofline that counted work leaves at most.
        limit: What takes the rest: "blocks", "tiles", "instructions", "sectors" or "".
    """

    bound: str
    share: float
    limit: str


def work_of(shape: Shape) -> Work:
    """Of one line of the file of shapes."""
    e = shape.extents
    n = e["n"]
    if shape.op == "dense":
        k, m = e["k"], e["m"]
        return Work(2 * n * k * m, 4 * (n * k + k * m + n * m), k)
    if shape.op == "softmax":
        return Work(0, 4 * 2 * n * e["c"], 0)
    stride, pad = e.get("s", 1), e.get("p", 0)
    oh, ow = ((e[side] + 2 * pad - e["k"]) // stride + 1 for side in "hw")
    image = n * e["c"] * e["h"] * e["w"]
    if shape.op == "conv2d":
        rows = e["c"] * e["k"] ** 2
        flops = 2 * n * oh * ow * e["oc"] * rows
        return Work(flops, 4 * (image + rows * e["oc"] + n * oh * ow * e["oc"]), rows)
    return Work(0, 4 * (image + n * e["c"] * oh * ow), 0)


def main_of(launches: Sequence[Planned], kernels: Mapping[str, Figures]) -> Planned:
    """The launch that does the layer's work: on tensor cores if one is, else the largest."""

    def weight(launch: Planned) -> tuple[bool, int]:
        return any(code.matrix for code in kernels[launch.kernel].code.values()), launch.blocks

    return max(launches, key=weight)


def estimate(
    gpu: Gpu, work: Work, launches: Sequence[Planned], kernels: Mapping[str, Figures]
) -> Estimate:
    """The share of the roofline that `launches` could reach.

    The roofline is the longer of operations over peak and bytes over bandwidth. The kernel takes at
    least the longest of: the blocks of the busiest multiprocessor, whole tiles each, at the rate
    that the other instructions of its hot loop leave; and its bytes, at as many sectors over those
    needed as were counted. Latency, caches, clocks, prologue and epilogue are left out.
    """
    main = main_of(launches, kernels)
    figures = kernels[main.kernel]
    kind = next((kind for kind in _OF_ONE if f"_{kind}_" in main.name), "f32")
    peak = gpu.teraflops[kind] * 1e12
    by_memory = work.bytes / (gpu.bandwidth * 1e12)
    roof = max(work.flops / peak, by_memory)
    bound = "compute" if work.flops / peak > by_memory else "memory"
    # What is copied first, element by element, is written and read once more.
    copied = sum(8 * one.blocks * kernels[one.kernel].threads for one in launches if one != main)
    times = {"sectors": by_memory * figures.moved.sectors + copied / (gpu.bandwidth * 1e12)}
    tile = _TILE.search(main.name)
    if work.rows and tile:
        rows = math.ceil(work.rows / _STEP) * _STEP
        of_block = 2 * int(tile[1]) * int(tile[2]) * rows
        busiest = math.ceil(main.blocks / gpu.multiprocessors) * gpu.multiprocessors
        slots = _slots(gpu, kind, figures.code[gpu.architecture])
        times["tiles"] = main.blocks * of_block / peak
        times["blocks"] = busiest * of_block / peak
        times["instructions"] = busiest * of_block * slots / peak
    longest = max(times.values())
    if roof > 0.99 * longest:
        return Estimate(bound, roof / longest, "")
    if longest == times["sectors"]:
        return Estimate(bound, roof / longest, "sectors")
    # Each is the one before it and more: the largest step is the reason.
    order = [roof, times["tiles"], times["blocks"], times["instructions"]]
    steps = zip(("tiles", "blocks", "instructions"), order, order[1:], strict=False)
    limit = max(steps, key=lambda step: step[2] / step[1])[0]
    return Estimate(bound, roof / longest, limit)


def _slots(gpu: Gpu, kind: str, code: Code) -> float:
    """Cycles that the hot loop takes over those of its multiply-adds alone.

    A partition of a multiprocessor begins one instruction of a warp in a cycle.
    """
    if not code.arithmetic:
        return 1.0
    a_cycle = gpu.lanes / _PARTITIONS * gpu.teraflops[kind] / gpu.teraflops["f32"]
    return max(1.0, code.loop / (code.arithmetic * _OF_ONE[kind] / a_cycle))
