"""Operations: shape rule, float64 reference, gradient and channel rule of each.

`docs/ops.md` is the table of all of them.
"""

from fastcnn.ops import adadelta_update as _adadelta_update  # noqa: F401
from fastcnn.ops import adagrad_update as _adagrad_update  # noqa: F401
from fastcnn.ops import adam_direction as _adam_direction  # noqa: F401
from fastcnn.ops import adam_update as _adam_update  # noqa: F401
from fastcnn.ops import adamax_update as _adamax_update  # noqa: F401
from fastcnn.ops import add as _add  # noqa: F401
from fastcnn.ops import arg_extreme as _arg_extreme  # noqa: F401
from fastcnn.ops import average_pool2d as _average_pool2d  # noqa: F401
from fastcnn.ops import batch_norm as _batch_norm  # noqa: F401
from fastcnn.ops import batch_norm_train as _batch_norm_train  # noqa: F401
from fastcnn.ops import binary as _binary  # noqa: F401
from fastcnn.ops import binary_correct as _binary_correct  # noqa: F401
from fastcnn.ops import binary_cross_entropy as _binary_cross_entropy  # noqa: F401
from fastcnn.ops import cast as _cast  # noqa: F401
from fastcnn.ops import channel_sum as _channel_sum  # noqa: F401
from fastcnn.ops import clip as _clip  # noqa: F401
from fastcnn.ops import concat as _concat  # noqa: F401
from fastcnn.ops import conv2d as _conv2d  # noqa: F401
from fastcnn.ops import conv2d_backward as _conv2d_backward  # noqa: F401
from fastcnn.ops import conv2d_transpose as _conv2d_transpose  # noqa: F401
from fastcnn.ops import cross_entropy as _cross_entropy  # noqa: F401
from fastcnn.ops import dense as _dense  # noqa: F401
from fastcnn.ops import dropout as _dropout  # noqa: F401
from fastcnn.ops import extents as _extents  # noqa: F401
from fastcnn.ops import flatten as _flatten  # noqa: F401
from fastcnn.ops import functions as _functions  # noqa: F401
from fastcnn.ops import gather as _gather  # noqa: F401
from fastcnn.ops import global_average_pool2d as _global_average_pool2d  # noqa: F401
from fastcnn.ops import global_max_pool2d as _global_max_pool2d  # noqa: F401
from fastcnn.ops import leaky_relu as _leaky_relu  # noqa: F401
from fastcnn.ops import lion_update as _lion_update  # noqa: F401
from fastcnn.ops import logic as _logic  # noqa: F401
from fastcnn.ops import matmul as _matmul  # noqa: F401
from fastcnn.ops import max_pool2d as _max_pool2d  # noqa: F401
from fastcnn.ops import moving_average as _moving_average  # noqa: F401
from fastcnn.ops import nadam_update as _nadam_update  # noqa: F401
from fastcnn.ops import normalisation as _normalisation  # noqa: F401
from fastcnn.ops import pad as _pad  # noqa: F401
from fastcnn.ops import pad2d as _pad2d  # noqa: F401
from fastcnn.ops import penalty as _penalty  # noqa: F401
from fastcnn.ops import pixels as _pixels  # noqa: F401
from fastcnn.ops import radam_update as _radam_update  # noqa: F401
from fastcnn.ops import reduce_mean_backward as _reduce_mean_backward  # noqa: F401
from fastcnn.ops import reductions as _reductions  # noqa: F401
from fastcnn.ops import relu as _relu  # noqa: F401
from fastcnn.ops import repeat as _repeat  # noqa: F401
from fastcnn.ops import reshape as _reshape  # noqa: F401
from fastcnn.ops import resize as _resize  # noqa: F401
from fastcnn.ops import rmsprop_update as _rmsprop_update  # noqa: F401
from fastcnn.ops import scale as _scale  # noqa: F401
from fastcnn.ops import sgd_update as _sgd_update  # noqa: F401
from fastcnn.ops import sigmoid as _sigmoid  # noqa: F401
from fastcnn.ops import slice as _slice  # noqa: F401
from fastcnn.ops import softmax as _softmax  # noqa: F401
from fastcnn.ops import softmax_cross_entropy as _softmax_cross_entropy  # noqa: F401
from fastcnn.ops import sparse_cross_entropy as _sparse_cross_entropy  # noqa: F401
from fastcnn.ops import sparse_softmax_cross_entropy as _sparse_softmax_cross_entropy  # noqa: F401
from fastcnn.ops import squared_error as _squared_error  # noqa: F401
from fastcnn.ops import squeeze as _squeeze  # noqa: F401
from fastcnn.ops import tanh as _tanh  # noqa: F401
from fastcnn.ops import top_k as _top_k  # noqa: F401
from fastcnn.ops import top_k_correct as _top_k_correct  # noqa: F401
from fastcnn.ops import transpose as _transpose  # noqa: F401
from fastcnn.ops import units as _units  # noqa: F401
from fastcnn.ops.builder import Builder as Builder
from fastcnn.ops.channels import Tie as Tie
from fastcnn.ops.evaluate import evaluate as evaluate
from fastcnn.ops.evaluate import run_reference as run_reference
from fastcnn.ops.infer import infer as infer
from fastcnn.ops.op import Op as Op
from fastcnn.ops.op import get as get
from fastcnn.ops.op import names as names
