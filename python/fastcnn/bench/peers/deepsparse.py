"""DeepSparse on the CPU: a runtime for pruned networks. It takes no open extents."""

from __future__ import annotations

from typing import Any

import deepsparse


class Peer:
    """A model compiled anew for each batch."""

    version = f"DeepSparse {deepsparse.__version__}"

    def __init__(self, model: str, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._arrays: list[Any] = []
        self._engine: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Compiles for the batch of the inputs."""
        self._arrays = list(arrays.values())
        batch = len(self._arrays[0])
        self._engine = deepsparse.Engine(self._model, batch_size=batch, num_cores=self._threads)

    def run(self) -> list[Any]:
        """One call, without checks of the inputs."""
        return list(self._engine.run(self._arrays, val_inp=False))
