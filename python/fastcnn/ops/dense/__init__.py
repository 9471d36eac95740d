"""Products of matrices."""

from fastcnn.ops.dense import dense as _dense  # noqa: F401
from fastcnn.ops.dense import matmul as _matmul  # noqa: F401
