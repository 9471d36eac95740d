"""PyTorch on a CUDA device, in float32: the module that pnnx writes, traced and frozen."""

from __future__ import annotations

import tempfile
from typing import Any

import torch

from .pnnx import convert, written_module


class Peer:
    """A module converted anew for each shape; arrays stay on the device."""

    version = f"PyTorch {torch.__version__} (CUDA)"

    def __init__(self, model: str, threads: int) -> None:
        if not torch.cuda.is_available():
            raise RuntimeError("this PyTorch finds no CUDA device")
        torch.set_num_threads(threads)
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
        self._model = model
        self._folder = tempfile.TemporaryDirectory()
        self._inputs: list[Any] = []
        self._module: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Converts and traces the model for the shapes of the inputs."""
        stem = convert(self._model, arrays, self._folder.name)
        self._inputs = [torch.from_numpy(x).cuda() for x in arrays.values()]
        module = written_module(stem).float().eval().cuda()
        with torch.inference_mode():
            self._module = torch.jit.freeze(torch.jit.trace(module, tuple(self._inputs)))

    def run(self) -> list[Any]:
        """One call, to its end."""
        with torch.inference_mode():
            results = self._module(*self._inputs)
        torch.cuda.synchronize()
        return list(results) if isinstance(results, tuple) else [results]

    def fetch(self, results: list[Any]) -> list[Any]:
        """Results here."""
        return [y.cpu().numpy() for y in results]
