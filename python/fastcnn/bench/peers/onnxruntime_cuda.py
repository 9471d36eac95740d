"""ONNX Runtime's CUDA provider, in float32."""

from __future__ import annotations

from typing import Any

import onnxruntime as ort


class Peer:
    """A session of one model; arrays stay on the device."""

    version = f"ONNX Runtime {ort.__version__} (CUDA)"

    def __init__(self, model: str, threads: int) -> None:
        provider = "CUDAExecutionProvider"
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(
            model, options, providers=[(provider, {"use_tf32": 0})]
        )
        if provider not in self._session.get_providers():
            raise RuntimeError("this ONNX Runtime has no CUDA provider that works here")
        self._binding: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Copies the inputs to the device."""
        self._binding = self._session.io_binding()
        for name, array in arrays.items():
            value = ort.OrtValue.ortvalue_from_numpy(array, "cuda", 0)
            self._binding.bind_ortvalue_input(name, value)
        for output in self._session.get_outputs():
            self._binding.bind_output(output.name, "cuda")

    def run(self) -> list[Any]:
        """One call, to its end."""
        self._session.run_with_iobinding(self._binding)
        self._binding.synchronize_outputs()
        return list(self._binding.get_outputs())

    def fetch(self, results: list[Any]) -> list[Any]:
        """Results here."""
        return [y.numpy() for y in results]
