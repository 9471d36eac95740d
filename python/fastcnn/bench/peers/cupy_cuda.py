"""CuPy: the operators of ONNX written with its arrays, convolutions as products of cuBLAS."""

from __future__ import annotations

from typing import Any

import cupy

from .onnx_arrays import Network


class Peer:
    """A network on arrays of CuPy."""

    version = f"CuPy {cupy.__version__}"

    def __init__(self, model: str, threads: int) -> None:
        if not cupy.cuda.is_available():
            raise RuntimeError("CuPy finds no CUDA device")
        self._network = Network(model, cupy)
        self._inputs: dict[str, Any] = {}

    def feed(self, arrays: dict[str, Any]) -> None:
        """Copies the inputs to the device."""
        self._inputs = {name: cupy.asarray(x) for name, x in arrays.items()}

    def run(self) -> list[Any]:
        """One call, to its end."""
        results = self._network(self._inputs)
        cupy.cuda.get_current_stream().synchronize()
        return results

    def fetch(self, results: list[Any]) -> list[Any]:
        """Results here."""
        return [cupy.asnumpy(y) for y in results]
