"""PyTorch on the CPU: the module that pnnx writes, traced, frozen and optimised for inference."""

from __future__ import annotations

import tempfile
from typing import Any

import torch

from .pnnx import convert, written_module


class Peer:
    """A module converted anew for each shape, for pnnx folds extents into it."""

    version = f"PyTorch {torch.__version__}"

    def __init__(self, model: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._model = model
        self._folder = tempfile.TemporaryDirectory()
        self._arrays: list[Any] = []
        self._module: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Converts and traces the model for the shapes of the inputs."""
        self._arrays = list(arrays.values())
        stem = convert(self._model, arrays, self._folder.name)
        module = written_module(stem).float().eval()
        with torch.inference_mode():
            traced = torch.jit.trace(module, tuple(map(torch.from_numpy, self._arrays)))
            self._module = torch.jit.optimize_for_inference(torch.jit.freeze(traced))

    def run(self) -> list[Any]:
        """One call."""
        with torch.inference_mode():
            results = self._module(*map(torch.from_numpy, self._arrays))
        return [y.numpy() for y in (results if isinstance(results, tuple) else (results,))]
