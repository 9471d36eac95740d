"""Tencent's ncnn on the CPU, in float32; pnnx converts the model."""

from __future__ import annotations

import tempfile
from typing import Any

import ncnn

from .pnnx import convert


class Peer:
    """A net converted anew for each shape, for pnnx folds extents into it."""

    version = f"ncnn {ncnn.__version__}"

    def __init__(self, model: str, threads: int) -> None:
        self._model, self._threads = model, threads
        self._folder = tempfile.TemporaryDirectory()
        self._arrays: list[Any] = []
        self._pools = (ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator())
        self._net: Any = None

    def feed(self, arrays: dict[str, Any]) -> None:
        """Converts and opens the model for the shapes of the inputs."""
        self._arrays = list(arrays.values())
        stem = convert(self._model, arrays, self._folder.name)
        net = ncnn.Net()
        options = net.opt
        options.num_threads = self._threads
        options.blob_allocator, options.workspace_allocator = self._pools
        for narrow in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
            setattr(options, f"use_{narrow}", False)
        net.load_param(f"{stem}.ncnn.param")
        net.load_model(f"{stem}.ncnn.bin")
        self._net = net

    def run(self) -> list[Any]:
        """One call."""
        extractor = self._net.create_extractor()
        for name, array in zip(self._net.input_names(), self._arrays, strict=True):
            extractor.input(name, ncnn.Mat(array, batch_index=0).clone())
        names = self._net.output_names()
        return [extractor.extract(name)[1].numpy(batch_index=0) for name in names]
