"""ONNX files as checked data: nothing here knows what an operator means."""
