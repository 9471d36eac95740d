"""What all elementwise ops have in common."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.graph import Node
from fastcnn.ops.channels import Tie, tie_all_axes
from fastcnn.ops.op import Op


class Elementwise(Op):
    """Base of ops whose output element i depends on element i of each input alone."""

    def channels(self, node: Node) -> Sequence[Tie]:
        """Every axis of every input is that of the output."""
        return tie_all_axes(node.output, *node.inputs)
