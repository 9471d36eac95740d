"""Pooling, over windows and over whole images."""

from fastcnn.ops.pooling import average_pool2d as _average_pool2d  # noqa: F401
from fastcnn.ops.pooling import global_average_pool2d as _global_average_pool2d  # noqa: F401
from fastcnn.ops.pooling import global_max_pool2d as _global_max_pool2d  # noqa: F401
from fastcnn.ops.pooling import max_pool2d as _max_pool2d  # noqa: F401
