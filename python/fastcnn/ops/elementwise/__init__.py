"""Functions of single elements and of pairs of them."""

from fastcnn.ops.elementwise import add as _add  # noqa: F401
from fastcnn.ops.elementwise import binary as _binary  # noqa: F401
from fastcnn.ops.elementwise import cast as _cast  # noqa: F401
from fastcnn.ops.elementwise import clip as _clip  # noqa: F401
from fastcnn.ops.elementwise import dropout as _dropout  # noqa: F401
from fastcnn.ops.elementwise import functions as _functions  # noqa: F401
from fastcnn.ops.elementwise import leaky_relu as _leaky_relu  # noqa: F401
from fastcnn.ops.elementwise import logic as _logic  # noqa: F401
from fastcnn.ops.elementwise import relu as _relu  # noqa: F401
from fastcnn.ops.elementwise import scale as _scale  # noqa: F401
from fastcnn.ops.elementwise import sigmoid as _sigmoid  # noqa: F401
from fastcnn.ops.elementwise import tanh as _tanh  # noqa: F401
from fastcnn.ops.elementwise import units as _units  # noqa: F401
