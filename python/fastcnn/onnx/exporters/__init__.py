"""How each op is written in ONNX: one function an op, one table by name."""

from fastcnn.onnx.exporters import convolution as _convolution  # noqa: F401
from fastcnn.onnx.exporters import elementwise as _elementwise  # noqa: F401
from fastcnn.onnx.exporters import normalisation as _normalisation  # noqa: F401
from fastcnn.onnx.exporters import pooling as _pooling  # noqa: F401
from fastcnn.onnx.exporters import reduction as _reduction  # noqa: F401
from fastcnn.onnx.exporters import reference as _reference  # noqa: F401
from fastcnn.onnx.exporters import shape as _shape  # noqa: F401
from fastcnn.onnx.exporters.table import EXPORTERS as EXPORTERS
from fastcnn.onnx.exporters.without import WITHOUT as WITHOUT
