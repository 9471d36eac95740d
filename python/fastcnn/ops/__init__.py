"""Operations: shape rule, float64 reference, gradient and channel rule of each.

`docs/ops.md` is the table of all of them.
"""

from fastcnn.ops import add as _add  # noqa: F401
from fastcnn.ops import average_pool2d as _average_pool2d  # noqa: F401
from fastcnn.ops import channel_sum as _channel_sum  # noqa: F401
from fastcnn.ops import clip as _clip  # noqa: F401
from fastcnn.ops import conv2d as _conv2d  # noqa: F401
from fastcnn.ops import conv2d_backward as _conv2d_backward  # noqa: F401
from fastcnn.ops import dense as _dense  # noqa: F401
from fastcnn.ops import global_average_pool2d as _global_average_pool2d  # noqa: F401
from fastcnn.ops import global_max_pool2d as _global_max_pool2d  # noqa: F401
from fastcnn.ops import leaky_relu as _leaky_relu  # noqa: F401
from fastcnn.ops import max_pool2d as _max_pool2d  # noqa: F401
from fastcnn.ops import multiply as _multiply  # noqa: F401
from fastcnn.ops import relu as _relu  # noqa: F401
from fastcnn.ops import scale as _scale  # noqa: F401
from fastcnn.ops import sigmoid as _sigmoid  # noqa: F401
from fastcnn.ops import softmax as _softmax  # noqa: F401
from fastcnn.ops import tanh as _tanh  # noqa: F401
from fastcnn.ops.builder import Builder as Builder
from fastcnn.ops.channels import Tie as Tie
from fastcnn.ops.evaluate import evaluate as evaluate
from fastcnn.ops.infer import infer as infer
from fastcnn.ops.op import Op as Op
from fastcnn.ops.op import get as get
from fastcnn.ops.op import names as names
