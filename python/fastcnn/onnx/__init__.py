"""ONNX files, and models of other frameworks, in and out.

The packages this needs (onnx, keras, torch) are imported by the functions that use them.
"""

from fastcnn.onnx.save import save as save
