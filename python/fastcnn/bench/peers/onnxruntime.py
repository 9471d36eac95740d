"""ONNX Runtime on the CPU."""

from __future__ import annotations

from typing import Any

import onnxruntime


class Peer:
    """A session of one model; all its optimisations are on, as they are by default."""

    version = f"ONNX Runtime {onnxruntime.__version__}"

    def __init__(self, model: str, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._arrays: dict[str, Any] = {}

    def feed(self, arrays: dict[str, Any]) -> None:
        """Keeps the inputs."""
        self._arrays = arrays

    def run(self) -> list[Any]:
        """One call."""
        return list(self._session.run(None, self._arrays))
