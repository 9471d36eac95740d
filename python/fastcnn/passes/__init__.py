"""Passes: functions from graph to graph, one a file."""

from fastcnn.passes.base import Pass as Pass
from fastcnn.passes.base import PassReport as PassReport
from fastcnn.passes.base import Patch as Patch
from fastcnn.passes.base import Rewrite as Rewrite
from fastcnn.passes.base import Sequence as Sequence
from fastcnn.passes.differentiate import differentiate as differentiate
from fastcnn.passes.fold_affine import FoldAffine as FoldAffine
from fastcnn.passes.fold_batch_norm import FoldBatchNorm as FoldBatchNorm
from fastcnn.passes.fold_constants import FoldConstants as FoldConstants
from fastcnn.passes.fuse_activation import FuseActivation as FuseActivation
from fastcnn.passes.fuse_add import FuseAdd as FuseAdd
from fastcnn.passes.fuse_gelu import FuseGelu as FuseGelu
from fastcnn.passes.fuse_gradient_sum import FuseGradientSum as FuseGradientSum
from fastcnn.passes.fuse_hard_swish import FuseHardSwish as FuseHardSwish
from fastcnn.passes.fuse_pad import FusePad as FusePad
from fastcnn.passes.fuse_residual import FuseResidual as FuseResidual
from fastcnn.passes.fuse_swish import FuseSwish as FuseSwish
from fastcnn.passes.infer import infer as infer
from fastcnn.passes.merge_branches import MergeBranches as MergeBranches
from fastcnn.passes.merge_linear import MergeLinear as MergeLinear
from fastcnn.passes.merge_reshapes import MergeReshapes as MergeReshapes
from fastcnn.passes.move_relu_after_max_pool import MoveReluAfterMaxPool as MoveReluAfterMaxPool
from fastcnn.passes.pipelines import for_inference as for_inference
from fastcnn.passes.pipelines import for_training as for_training
from fastcnn.passes.prepare_training import prepare_training as prepare_training
from fastcnn.passes.recompute import recompute as recompute
from fastcnn.passes.remove_dead_nodes import RemoveDeadNodes as RemoveDeadNodes
from fastcnn.passes.remove_dead_nodes import remove_dead_nodes as remove_dead_nodes
from fastcnn.passes.remove_identity import RemoveIdentity as RemoveIdentity
from fastcnn.passes.resolve_shapes import ResolveShapes as ResolveShapes
from fastcnn.passes.shuffle_channels import ShuffleChannels as ShuffleChannels
from fastcnn.passes.sink_transposes import SinkTransposes as SinkTransposes
from fastcnn.passes.specialize import specialize as specialize
from fastcnn.passes.sum_before_unpooling import SumBeforeUnpooling as SumBeforeUnpooling
from fastcnn.passes.use_global_pools import UseGlobalPools as UseGlobalPools

ALL: tuple[Pass, ...] = (
    ResolveShapes(),
    RemoveIdentity(),
    ShuffleChannels(),
    MergeReshapes(),
    SinkTransposes(),
    FoldConstants(),
    FoldBatchNorm(),
    FoldAffine(),
    MergeBranches(),
    MergeLinear(),
    UseGlobalPools(),
    FusePad(),
    FuseSwish(),
    FuseHardSwish(),
    FuseGelu(),
    FuseAdd(),
    FuseActivation(),
    FuseResidual(),
    FuseGradientSum(),
    MoveReluAfterMaxPool(),
    SumBeforeUnpooling(),
    RemoveDeadNodes(),
)
"""One of each pass that keeps the function of a graph: the contract tests walk this list."""
