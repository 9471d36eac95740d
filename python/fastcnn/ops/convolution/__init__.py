"""Convolutions and their gradients."""

from fastcnn.ops.convolution import conv2d as _conv2d  # noqa: F401
from fastcnn.ops.convolution import conv2d_backward as _conv2d_backward  # noqa: F401
from fastcnn.ops.convolution import conv2d_transpose as _conv2d_transpose  # noqa: F401
