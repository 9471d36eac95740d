"""Alibaba's MNN on the CPU, in float32; its own converter reads the model."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import MNN
import numpy as np

# The converter itself: the script `mnnconvert` around it would first install a package for reports
# of use, with whichever pip is on the path.
_CONVERT = "import sys, _tools; _tools.mnnconvert(sys.argv)"


class Peer:
    """A session that is resized for each shape."""

    version = f"MNN {MNN.version()}"

    def __init__(self, model: str, threads: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            converted = Path(folder) / "model.mnn"
            command = [sys.executable, "-c", _CONVERT, "-f", "ONNX", "--modelFile", model]
            result = subprocess.run(
                [*command, "--MNNModel", str(converted), "--bizCode", "bench"],
                capture_output=True,
                text=True,
                check=False,
            )
            if not converted.exists():
                raise RuntimeError(f"MNN's converter refuses it: {result.stdout[-200:]}")
            self._net = MNN.Interpreter(str(converted))
        self._session = self._net.createSession(
            {"backend": "CPU", "numThread": threads, "precision": "high"}
        )
        self._hosts: list[tuple[Any, Any]] = []
        self._results: list[tuple[Any, Any]] = []

    def feed(self, arrays: dict[str, Any]) -> None:
        """Resizes the session for the shapes of the inputs."""
        inputs = self._net.getSessionInputAll(self._session)
        for name, array in arrays.items():
            self._net.resizeTensor(inputs[name], array.shape)
        self._net.resizeSession(self._session)
        self._hosts = [(inputs[name], _host(array)) for name, array in arrays.items()]
        outputs = self._net.getSessionOutputAll(self._session)
        self._results = [
            (tensor, _host(np.empty(tensor.getShape(), np.float32))) for tensor in outputs.values()
        ]

    def run(self) -> list[Any]:
        """One call."""
        for tensor, host in self._hosts:
            tensor.copyFrom(host)
        self._net.runSession(self._session)
        for tensor, host in self._results:
            tensor.copyToHostTensor(host)
        return [host.getNumpyData() for _, host in self._results]


def _host(array: Any) -> Any:
    return MNN.Tensor(array.shape, MNN.Halide_Type_Float, array, MNN.Tensor_DimensionType_Caffe)
