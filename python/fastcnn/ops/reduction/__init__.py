"""Reductions along axes, softmax among them."""

from fastcnn.ops.reduction import arg_extreme as _arg_extreme  # noqa: F401
from fastcnn.ops.reduction import reduce_mean_backward as _reduce_mean_backward  # noqa: F401
from fastcnn.ops.reduction import reductions as _reductions  # noqa: F401
from fastcnn.ops.reduction import softmax as _softmax  # noqa: F401
from fastcnn.ops.reduction import top_k as _top_k  # noqa: F401
