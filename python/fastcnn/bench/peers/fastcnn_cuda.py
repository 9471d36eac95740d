"""FastCNN on a CUDA device."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastcnn as fc


class Peer:
    """A session of one model; arrays stay on the device."""

    version = "FastCNN (CUDA)"

    def __init__(self, model: str, threads: int) -> None:
        self._session = fc.compile(model, device="cuda")
        self._inputs: list[Any] = []
        self._outputs: Any = None
        self.inputs = [
            (value.name, value.shape, value.type.dtype) for value in self._session.graph.inputs
        ]

    def feed(self, arrays: dict[str, Any]) -> None:
        """Copies the inputs to the device and makes room for results there."""
        self._inputs = [fc.runtime.to_device(np.asarray(x)) for x in arrays.values()]
        results = self._session(*self._inputs)
        names = [value.name for value in self._session.graph.outputs]
        self._outputs = results if isinstance(results, dict) else {names[0]: results}

    def run(self) -> list[Any]:
        """One call, to its end."""
        self._session(*self._inputs, out=self._outputs)
        return list(self._outputs.values())

    def fetch(self, results: list[Any]) -> list[Any]:
        """Results here."""
        return [y.get() if hasattr(y, "get") else y.numpy() for y in results]
