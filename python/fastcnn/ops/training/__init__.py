"""Losses, metrics, penalties and updates of weights."""

from fastcnn.ops.training import adadelta_update as _adadelta_update  # noqa: F401
from fastcnn.ops.training import adagrad_update as _adagrad_update  # noqa: F401
from fastcnn.ops.training import adam_direction as _adam_direction  # noqa: F401
from fastcnn.ops.training import adam_update as _adam_update  # noqa: F401
from fastcnn.ops.training import adamax_update as _adamax_update  # noqa: F401
from fastcnn.ops.training import binary_correct as _binary_correct  # noqa: F401
from fastcnn.ops.training import binary_cross_entropy as _binary_cross_entropy  # noqa: F401
from fastcnn.ops.training import cross_entropy as _cross_entropy  # noqa: F401
from fastcnn.ops.training import lion_update as _lion_update  # noqa: F401
from fastcnn.ops.training import nadam_update as _nadam_update  # noqa: F401
from fastcnn.ops.training import penalty as _penalty  # noqa: F401
from fastcnn.ops.training import radam_update as _radam_update  # noqa: F401
from fastcnn.ops.training import rmsprop_update as _rmsprop_update  # noqa: F401
from fastcnn.ops.training import sgd_update as _sgd_update  # noqa: F401
from fastcnn.ops.training import softmax_cross_entropy as _softmax_cross_entropy  # noqa: F401
from fastcnn.ops.training import sparse_cross_entropy as _sparse_cross_entropy  # noqa: F401
from fastcnn.ops.training import sparse_softmax_cross_entropy as _sparse_softmax_cross_entropy  # noqa: F401
from fastcnn.ops.training import squared_error as _squared_error  # noqa: F401
from fastcnn.ops.training import top_k_correct as _top_k_correct  # noqa: F401
