"""How each layer of Keras is written as ops: one function a layer, one table by class."""

from fastcnn.onnx.keras_layers import convolution as _convolution  # noqa: F401
from fastcnn.onnx.keras_layers import elementwise as _elementwise  # noqa: F401
from fastcnn.onnx.keras_layers import normalisation as _normalisation  # noqa: F401
from fastcnn.onnx.keras_layers import same as _same  # noqa: F401
from fastcnn.onnx.keras_layers import shape as _shape  # noqa: F401
from fastcnn.onnx.keras_layers.table import CONVERTERS as CONVERTERS
