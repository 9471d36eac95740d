"""OpenVINO on the CPU, in float32, set for the least latency."""

from __future__ import annotations

from typing import Any

import openvino


class Peer:
    """A model compiled anew for each shape: with open extents it would run slower."""

    version = f"OpenVINO {openvino.__version__.partition('-')[0]}"

    def __init__(self, model: str, threads: int) -> None:
        self._core = openvino.Core()
        self._model = self._core.read_model(model)
        self._settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": threads,
        }
        self._arrays: list[Any] = []
        self._request: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Compiles for the shapes of the inputs."""
        self._arrays = list(arrays.values())
        self._model.reshape({name: list(array.shape) for name, array in arrays.items()})
        compiled = self._core.compile_model(self._model, "CPU", self._settings)
        self._request = compiled.create_infer_request()

    def run(self) -> list[Any]:
        """One call; inputs and outputs are shared, not copied."""
        results = self._request.infer(self._arrays, share_inputs=True, share_outputs=True)
        return list(results.values())
