"""ONNX files, and models of other frameworks, in and out.

The packages this needs (onnx, keras, torch) are imported by the functions that use them.
"""

from fastcnn.onnx.from_keras import from_keras as from_keras
from fastcnn.onnx.from_torch import from_torch as from_torch
from fastcnn.onnx.load import coverage as coverage
from fastcnn.onnx.load import load as load
from fastcnn.onnx.save import save as save
