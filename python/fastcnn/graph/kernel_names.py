"""Endings of the names of kernels whose axes users see in another order than the usual one."""

from __future__ import annotations

DEPTHWISE = "depthwise_kernel"
"""Of a depthwise convolution: [KH, KW, C, M]."""

ROW = "row_kernel"
"""Of a convolution of rows: [K, C/groups, OC]."""
