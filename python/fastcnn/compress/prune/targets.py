"""How much is to go, and from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.selection import check_layers, check_share
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph

Sparsity = float | Mapping[str, float] | Callable[[str], float]
"""A share; shares by layer, others keeping everything; or a function of the layer's name."""


@dataclass(frozen=True)
class Targets:
    """The shares to remove.

    Args:
        by_layer: By layer; where `is_global`, the same everywhere.
        is_global: Whether layers share one budget: the share is of all of them together.
        progress: In (0, 1]: how much of the shares is asked for now, by a schedule.
        done: How much of the shares has gone already, so that what is left is less.
    """

    by_layer: Mapping[str, float]
    is_global: bool
    progress: float = 1.0
    done: float = 0.0

    @staticmethod
    def read(graph: Graph, sparsity: Sparsity, scope: str) -> Targets:
        """The targets that the arguments of `prune` state.

        Raises:
            InvalidValueError: An argument is outside its limits.
        """
        if scope not in ("layer", "global"):
            raise InvalidValueError(f"prune: scope must be layer or global, it is '{scope}'")
        layers = [kernel.layer for kernel in find_kernels(graph)]
        if not isinstance(sparsity, Mapping) and not callable(sparsity):
            share = check_share("prune", "sparsity", sparsity)
            return Targets(dict.fromkeys(layers, share), scope == "global")
        if scope == "global":
            raise InvalidValueError(
                "prune: scope is global, but sparsity differs from layer to layer; "
                "give scope='layer', or one number"
            )
        if isinstance(sparsity, Mapping):
            check_layers("prune", graph, sparsity)
            given = {layer: sparsity.get(layer, 0.0) for layer in layers}
        else:
            given = {layer: sparsity(layer) for layer in layers}
        shares = {
            layer: check_share("prune", f"sparsity of '{layer}'", share)
            for layer, share in given.items()
        }
        return Targets(shares, False)

    def of(self, layer: str) -> float:
        """The share of what is left that `layer` is to lose now."""
        return self._now(self.by_layer[layer])

    @property
    def overall(self) -> float:
        """The share of what is left that all layers are to lose now, where `is_global`."""
        return self._now(self.largest)

    @property
    def largest(self) -> float:
        """The largest share asked of a layer in the end."""
        return max(self.by_layer.values(), default=0.0)

    def _now(self, share: float) -> float:
        return 1 - (1 - share * self.progress) / (1 - share * self.done)
