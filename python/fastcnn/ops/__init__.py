"""Operations: shape rule, float64 reference, gradient and channel rule of each.

`docs/ops.md` is the table of all of them.
"""

from fastcnn.ops import convolution as _convolution  # noqa: F401
from fastcnn.ops import dense as _dense  # noqa: F401
from fastcnn.ops import elementwise as _elementwise  # noqa: F401
from fastcnn.ops import movement as _movement  # noqa: F401
from fastcnn.ops import normalisation as _normalisation  # noqa: F401
from fastcnn.ops import pooling as _pooling  # noqa: F401
from fastcnn.ops import reduction as _reduction  # noqa: F401
from fastcnn.ops import training as _training  # noqa: F401
from fastcnn.ops.builder import Builder as Builder
from fastcnn.ops.channels import Tie as Tie
from fastcnn.ops.evaluate import evaluate as evaluate
from fastcnn.ops.evaluate import run_reference as run_reference
from fastcnn.ops.infer import infer as infer
from fastcnn.ops.op import Op as Op
from fastcnn.ops.op import get as get
from fastcnn.ops.op import names as names
