"""Operations: shape rule, float64 reference, gradient and channel rule of each.

`docs/ops.md` is the table of all of them.
"""

from fastcnn.ops import relu as _relu  # noqa: F401
from fastcnn.ops.builder import Builder as Builder
from fastcnn.ops.channels import Tie as Tie
from fastcnn.ops.evaluate import evaluate as evaluate
from fastcnn.ops.op import Op as Op
from fastcnn.ops.op import get as get
from fastcnn.ops.op import names as names
