"""The sequences of passes that the executors start from."""

from __future__ import annotations

from fastcnn.graph import Graph
from fastcnn.passes.base import PassReport, Sequence
from fastcnn.passes.fold_affine import FoldAffine
from fastcnn.passes.fold_batch_norm import FoldBatchNorm
from fastcnn.passes.fold_constants import FoldConstants
from fastcnn.passes.fuse_activation import FuseActivation
from fastcnn.passes.fuse_add import FuseAdd
from fastcnn.passes.fuse_gelu import FuseGelu
from fastcnn.passes.fuse_hard_swish import FuseHardSwish
from fastcnn.passes.fuse_pad import FusePad
from fastcnn.passes.fuse_swish import FuseSwish
from fastcnn.passes.merge_branches import MergeBranches
from fastcnn.passes.merge_linear import MergeLinear
from fastcnn.passes.merge_reshapes import MergeReshapes
from fastcnn.passes.move_relu_after_max_pool import MoveReluAfterMaxPool
from fastcnn.passes.remove_dead_nodes import RemoveDeadNodes
from fastcnn.passes.remove_identity import RemoveIdentity
from fastcnn.passes.resolve_shapes import ResolveShapes
from fastcnn.passes.shuffle_channels import ShuffleChannels
from fastcnn.passes.sink_transposes import SinkTransposes
from fastcnn.passes.use_global_pools import UseGlobalPools

_FOR_INFERENCE = Sequence(
    "for_inference",
    RemoveDeadNodes(),
    ResolveShapes(),
    RemoveDeadNodes(),
    RemoveIdentity(),
    ShuffleChannels(),
    SinkTransposes(),
    MergeReshapes(),
    RemoveDeadNodes(),
    RemoveIdentity(),
    FoldConstants(),
    FuseSwish(),
    FuseHardSwish(),
    FuseGelu(),
    UseGlobalPools(),
    FusePad(),
    FoldBatchNorm(),
    FoldAffine(),
    MergeBranches(),
    MergeLinear(),
    FuseAdd(),
    FuseActivation(),
    RemoveDeadNodes(),
)

_FOR_TRAINING = Sequence("for_training", ResolveShapes(), MoveReluAfterMaxPool(), RemoveDeadNodes())


def for_inference(graph: Graph, *, check: bool = True) -> tuple[Graph, list[PassReport]]:
    """The graph to run when its parameters no longer change, and what each pass did.

    Args:
        graph: In inference form; left as it is.
        check: Whether each pass compares the outputs before and after on random input.

    Raises:
        GraphError: The graph is in training form.
    """
    return _FOR_INFERENCE.run(graph, check=check)


def for_training(graph: Graph, *, check: bool = False) -> tuple[Graph, list[PassReport]]:
    """The graph to differentiate, and what each pass did. Parameters keep their names and values.

    Args:
        graph: In inference form or in training form; left as it is.
        check: Whether each pass compares the outputs before and after on random input.
    """
    return _FOR_TRAINING.run(graph, check=check)
