"""What a pass is: a function from graph to graph that can tell what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from fastcnn.errors import GraphError
from fastcnn.graph import Graph, Node, Value, verify
from fastcnn.passes.check import LIMIT, Probe, difference
from fastcnn.passes.order import in_order


@dataclass(frozen=True)
class PassReport:
    """What one pass did to one graph.

    Args:
        name: The pass.
        changes: Number of places changed.
        largest_error: Largest difference of an output on random input, as a share of that
            output's largest magnitude; None where it was not measured.
        kept: False where that error was above the limit and the graph before was kept.
    """

    name: str
    changes: int
    largest_error: float | None = None
    kept: bool = True

    def __str__(self) -> str:
        """As `fold_batch_norm: 3 changes, largest error 2.1e-07`."""
        error = "" if self.largest_error is None else f", largest error {self.largest_error:.1e}"
        undone = "" if self.kept else f", above the limit {LIMIT:.0e}: undone"
        return f"{self.name}: {self.changes} change{'s'[: self.changes != 1]}{error}{undone}"


class Pass:
    """Base of every pass: one class, one file, one line in `passes/__init__.py`.

    Every pass keeps the names and types of the inputs and outputs and the function of the graph,
    leaves the given graph alone, and changes nothing when run on its own result.
    """

    name: str
    for_inference_only: ClassVar[bool] = False
    """Whether the pass is wrong for a graph whose parameters are being trained."""

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """The new graph and the number of changes."""
        raise NotImplementedError

    def __call__(self, graph: Graph) -> Graph:
        """The new graph, without a check.

        Raises:
            GraphError: The pass is for inference and the graph is in training form.
        """
        return self._apply(graph)[0]

    def run(self, graph: Graph, *, check: bool = True) -> tuple[Graph, list[PassReport]]:
        """The new graph, and a report for each pass that ran.

        Args:
            graph: Left as it is.
            check: Compare old and new outputs on random input, in float64, batch 1. A pass that
                moves an output by more than the limit is undone, and its report says so.
        """
        return self.run_checked(graph, Probe(graph) if check else None)

    def run_checked(self, graph: Graph, probe: Probe | None) -> tuple[Graph, list[PassReport]]:
        """As `run`, with the input and the outputs so far in `probe`."""
        new, changes = self._apply(graph)
        if probe is None or not changes:
            error = None if probe is None else 0.0
            return new, [PassReport(self.name, changes, error)]
        before, after = probe.outputs(graph), probe.outputs(new)
        error = difference(before, after)
        if not error <= LIMIT:
            return graph, [PassReport(self.name, changes, error, kept=False)]
        return new, [PassReport(self.name, changes, error)]

    def _apply(self, graph: Graph) -> tuple[Graph, int]:
        if self.for_inference_only:
            _refuse_training_form(self.name, graph)
        return self.apply(graph)


def _refuse_training_form(name: str, graph: Graph) -> None:
    for node in graph.nodes:
        if node.op in ("batch_norm_train", "dropout_train"):
            raise GraphError(
                f"{name}: node '{node.name}' is a {node.op}: the graph is in training form; "
                "run the pass on the inference form"
            )
    if graph.updates:
        raise GraphError(
            f"{name}: the graph updates '{graph.updates[0][0].name}': it is in training form; "
            "run the pass on the inference form"
        )


@dataclass(frozen=True)
class Patch:
    """Nodes to take out and nodes to put in.

    Args:
        old: Nodes of the graph that go.
        new: Nodes that come. Together with `aliases` they define what others read of `old`.
        aliases: By name of a value that goes: the value that its readers read instead.
    """

    old: tuple[Node, ...]
    new: tuple[Node, ...] = ()
    aliases: Mapping[str, Value] = field(default_factory=dict)

    @property
    def read(self) -> set[str]:
        """Names of the values that must be there when the patch is made."""
        return {value.name for node in self.new for value in node.inputs}

    @property
    def removed(self) -> set[str]:
        """Names of the values that are gone afterwards. Readers of an alias are redirected."""
        defined = {value.name for node in self.new for value in node.outputs}
        old = {value.name for node in self.old for value in node.outputs}
        return old - defined - self.aliases.keys()


class Rewrite(Pass):
    """A pass made of one local rule, applied until it matches nowhere.

    `anchors` are the ops of the node a match starts from.
    """

    anchors: ClassVar[tuple[str, ...]]

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """The change to make at `node`, or None."""
        raise NotImplementedError

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """Applies all matches that share no node, again and again."""
        changes = 0
        while patches := self._matches(graph):
            graph = _patched(graph, patches)
            changes += len(patches)
        return graph, changes

    def _matches(self, graph: Graph) -> list[Patch]:
        """Patches that can be made together: none touches what another takes out or reads."""
        patches: list[Patch] = []
        touched: set[str] = set()
        read: set[str] = set()
        gone: set[str] = set()
        for node in graph.nodes:
            if node.op not in self.anchors or node.name in touched:
                continue
            patch = self.match(graph, node)
            if patch is None or not (
                touched.isdisjoint(old.name for old in patch.old)
                and read.isdisjoint(patch.removed)
                and gone.isdisjoint(patch.read)
            ):
                continue
            patches.append(patch)
            touched.update(old.name for old in patch.old)
            read |= patch.read
            gone |= patch.removed
        return patches


def _patched(graph: Graph, patches: list[Patch]) -> Graph:
    """`graph` with all patches made."""
    aliases: dict[str, Value] = {}
    for patch in patches:
        aliases.update(patch.aliases)

    def read(value: Value) -> Value:
        while value.name in aliases:
            value = aliases[value.name]
        return value

    gone = {node.name for patch in patches for node in patch.old}
    nodes = [node for node in graph.nodes if node.name not in gone]
    nodes += [node for patch in patches for node in patch.new]
    nodes = [replace(node, inputs=tuple(map(read, node.inputs))) for node in nodes]
    new = Graph(
        graph.inputs,
        tuple(map(read, graph.outputs)),
        in_order(nodes, {node.name: place for place, node in enumerate(graph.nodes)}),
        tuple((old, read(value)) for old, value in graph.updates),
    )
    verify(new)
    return new


class Sequence(Pass):
    """Several passes, one after the other."""

    def __init__(self, name: str, *passes: Pass) -> None:
        """Names the passes in the order they run."""
        self.name = name
        self.passes = passes

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """Runs all passes."""
        total = 0
        for pass_ in self.passes:
            graph, changes = pass_._apply(graph)
            total += changes
        return graph, total

    def run_checked(self, graph: Graph, probe: Probe | None) -> tuple[Graph, list[PassReport]]:
        """Runs all passes; one report each."""
        reports: list[PassReport] = []
        for pass_ in self.passes:
            graph, more = pass_.run_checked(graph, probe)
            reports += more
        return graph, reports
