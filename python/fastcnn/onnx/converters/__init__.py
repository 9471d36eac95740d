"""What each ONNX operator becomes: one function an operator and form, by theme."""

from fastcnn.onnx.converters import activations as _activations  # noqa: F401
from fastcnn.onnx.converters import convolution as _convolution  # noqa: F401
from fastcnn.onnx.converters import elementwise as _elementwise  # noqa: F401
from fastcnn.onnx.converters import extents as _extents  # noqa: F401
from fastcnn.onnx.converters import matrix as _matrix  # noqa: F401
from fastcnn.onnx.converters import normalisation as _normalisation  # noqa: F401
from fastcnn.onnx.converters import parts as _parts  # noqa: F401
from fastcnn.onnx.converters import pooling as _pooling  # noqa: F401
from fastcnn.onnx.converters import reduction as _reduction  # noqa: F401
from fastcnn.onnx.converters import resize as _resize  # noqa: F401
from fastcnn.onnx.converters import shape as _shape  # noqa: F401
from fastcnn.onnx.converters import softmax as _softmax  # noqa: F401
from fastcnn.onnx.converters import types as _types  # noqa: F401
