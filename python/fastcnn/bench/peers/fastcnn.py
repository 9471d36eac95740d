"""FastCNN itself."""

from __future__ import annotations

from typing import Any

import fastcnn as fc


class Peer:
    """A session of one model."""

    version = f"FastCNN ({fc.runtime.cpu_info()['isa']})"

    def __init__(self, model: str, threads: int) -> None:
        self._session = fc.compile(model, threads=threads)
        self._arrays: list[Any] = []
        self.inputs = [
            (value.name, value.shape, value.type.dtype) for value in self._session.graph.inputs
        ]

    def feed(self, arrays: dict[str, Any]) -> None:
        """Keeps the inputs."""
        self._arrays = list(arrays.values())

    def run(self) -> list[Any]:
        """One call."""
        result = self._session(*self._arrays)
        return list(result.values()) if isinstance(result, dict) else [result]
