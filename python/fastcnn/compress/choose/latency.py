"""What each layer takes on this machine, in every structure and at every sparsity."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.compress.cost import draw_inputs
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.structures import find_pattern
from fastcnn.compress.prune.targets import Targets
from fastcnn.compress.remove_channels import remove_channels
from fastcnn.compress.selection import layer_of
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.runtime import Session, get_num_threads
from fastcnn.runtime import compile as compile_graph
from fastcnn.runtime.table import Table
from fastcnn.runtime.time_file import add_entries, folder, read_entries
from fastcnn.typing import Array

CHANNELS = (0.25, 0.5, 0.75, 0.875)
WEIGHTS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
_KERNELS = ("conv2d", "conv2d_transpose", "dense")
_HEAD = "(input)"
"""What runs ahead of the first layer."""

Variant = tuple[str, float]
"""A structure and a sparsity, of all layers at once."""
DENSE: Variant = ("dense", 0.0)


@dataclass(frozen=True)
class LatencyTable:
    """Milliseconds of the layers of a model.

    A layer's time holds that of what follows it up to the next layer: pooling, activation,
    conversion of layouts.

    Args:
        ms: By variant, by layer.
        whole_ms: A call of the whole model, as it is.
        batch: Samples a call.
        threads: Threads a call uses.
    """

    ms: Mapping[Variant, Mapping[str, float]]
    whole_ms: float
    batch: int
    threads: int

    def ratio(self, layer: str, variant: Variant) -> float:
        """Time of a layer in a variant as a share of its time in the model."""
        return self.ms[variant][layer] / max(self.ms[DENSE][layer], 1e-9)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        ms = [[*variant, dict(times)] for variant, times in self.ms.items()]
        return {**vars(self), "ms": ms}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> LatencyTable:
        """The table that `to_json` wrote."""
        ms = {(structure, share): times for structure, share, times in data["ms"]}
        return LatencyTable(**{**data, "ms": ms})

    @property
    def table(self) -> Table:
        """One row a layer, one column a variant."""
        rows = [
            {"layer": layer}
            | {
                "dense" if variant == DENSE else f"{variant[0]} {variant[1]:.3g}": times[layer]
                for variant, times in self.ms.items()
            }
            for layer in self.ms[DENSE]
        ]
        columns = {name for row in rows for name in row} - {"layer"}
        return Table(
            f"Milliseconds at batch {self.batch}, {self.threads} threads",
            rows,
            [f"a call of the whole model {self.whole_ms:.4f} ms"],
            dict.fromkeys(columns, "{:.4f}"),
        )

    def __str__(self) -> str:
        """The table."""
        return str(self.table)


def latency_table(
    graph: Graph,
    *,
    structures: Sequence[str] = ("weight", "channel"),
    batch: int = 1,
    threads: int | None = None,
    seconds: float = 5.0,
) -> LatencyTable:
    """Measures every layer in its place, with all layers at one sparsity after the other.

    Which weights are zero does not matter to time, so they are drawn. The variants are run in
    turn, so that what slows the machine slows all of them. Times are kept on disk by shapes and
    threads, beside the choices of kernels.

    Args:
        graph: In inference form.
        structures: "channel", and structures of weights, as `prune` takes them.
        batch: Samples a call.
        threads: Threads a call may use; all if None.
        seconds: Time to spend on the runs, about.
    """
    threads = threads or get_num_threads()
    variants = [DENSE]
    for structure in structures:
        own = getattr(find_pattern(structure), "sparsity", None)
        shares = CHANNELS if structure == "channel" else WEIGHTS if own is None else (own,)
        variants += [(structure, share) for share in shares]
    key = _key(graph, batch, threads)
    names = {variant: f"{key} {variant[0]} {variant[1]}" for variant in variants}
    path = folder() / "layers.json"
    kept = read_entries(path)
    if not all(name in kept for name in names.values()):
        sessions = {
            variant: compile_graph(variant_of(graph, variant), threads=threads, check=False)
            for variant in variants
        }
        measured = _measure(sessions, graph, batch, seconds)
        kept = {names[variant]: times for variant, times in measured.items()}
        add_entries(path, kept)
    ms = {variant: dict(kept[name]) for variant, name in names.items()}
    calls = {variant: times.pop("") for variant, times in ms.items()}
    return LatencyTable(ms, calls[DENSE], batch, threads)


def layer_times(
    graphs: Mapping[str, Graph], *, batch: int = 1, threads: int | None = None, seconds: float = 1.0
) -> dict[str, dict[str, float]]:
    """Milliseconds of the layers of several graphs of the same inputs, run in turn, by name.

    A layer's time holds that of what follows it up to the next layer.
    """
    first = next(iter(graphs.values()))
    sessions = {
        (name, 0.0): compile_graph(graph, threads=threads, check=False)
        for name, graph in graphs.items()
    }
    found = _measure(sessions, first, batch, seconds)
    return {name: {k: ms for k, ms in times.items() if k} for (name, _), times in found.items()}


def variant_of(graph: Graph, variant: Variant) -> Graph:
    """`graph` with all layers in one structure at one sparsity, drawn at random."""
    structure, share = variant
    if variant == DENSE:
        return graph
    if structure == "channel":
        gone = [
            group
            for family in find_families(graph)
            for group in family.groups[kept_channels(len(family.groups), share) :]
        ]
        return remove_channels(graph, gone)
    pattern = find_pattern(structure)
    if pattern is None:
        raise InvalidValueError(f"optimize: '{structure}' is no structure of weights or channels")
    rng = np.random.default_rng(0)
    kernels = list(find_kernels(graph))
    scores = [rng.random(kernel.data.shape) for kernel in kernels]
    targets = Targets(dict.fromkeys((kernel.layer for kernel in kernels), share), False)
    dropped = pattern.drop(kernels, scores, targets)
    return graph.with_data(
        {
            kernel.name: np.where(drop, np.float32(0), rng.standard_normal(drop.shape, np.float32))
            for kernel, drop in zip(kernels, dropped, strict=True)
        }
    )


def kept_channels(size: int, share: float) -> int:
    """How many of `size` channels are left without a share of them."""
    return max(1, size - round(share * size))


def _measure(
    sessions: Mapping[Variant, Session], graph: Graph, batch: int, seconds: float
) -> dict[Variant, dict[str, float]]:
    """Median milliseconds of each layer in each variant, and under "" of a whole call."""
    x = list(draw_inputs(graph, batch).values())
    plans = {
        variant: session.plan(tuple(array.shape for array in x))
        for variant, session in sessions.items()
    }
    runs: dict[Variant, list[Array]] = {variant: [] for variant in plans}
    calls: dict[Variant, list[float]] = {variant: [] for variant in plans}
    for plan in plans.values():
        plan.run(x)
        plan.profile(x)
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < 5 or (time.perf_counter() < end and rounds < 400):
        rounds += 1
        for variant, plan in plans.items():
            plan.run(x)
            start = time.perf_counter()
            plan.run(x)
            calls[variant].append(1e3 * (time.perf_counter() - start))
            runs[variant].append(np.asarray(plan.profile(x)))
    found: dict[Variant, dict[str, float]] = {}
    for variant, plan in plans.items():
        medians = np.median(runs[variant], axis=0).tolist()
        by_layer = _by_layer(sessions[variant].graph, plan.steps(), medians)
        found[variant] = {**by_layer, "": float(np.median(calls[variant]))}
    layers = list(dict.fromkeys(layer for times in found.values() for layer in times))
    return {
        variant: {layer: times.get(layer, 0.0) for layer in layers}
        for variant, times in found.items()
    }


def _by_layer(
    graph: Graph, steps: Sequence[Mapping[str, Any]], ms: Sequence[float]
) -> dict[str, float]:
    """Times of steps, summed from each kernel up to the next."""
    layers = {node.name: layer_of(node) for node in graph.nodes if node.op in _KERNELS}
    times: dict[str, float] = {}
    layer = _HEAD
    for step, value in zip(steps, ms, strict=True):
        if step["op"] in _KERNELS:
            layer = layers.get(step["name"], step["name"])
        times[layer] = times.get(layer, 0.0) + float(value)
    return times


def _key(graph: Graph, batch: int, threads: int) -> str:
    """Names the shapes of a graph, in few letters."""
    described = hashlib.sha256()
    for node in graph.nodes:
        shapes = [str(value.type) for value in (*node.inputs, *node.outputs)]
        text = f"{node.name} {layer_of(node)} {node.op} {sorted(node.attrs.items())} {shapes}\n"
        described.update(text.encode())
    return f"{described.hexdigest()[:24]} batch {batch} threads {threads}"
