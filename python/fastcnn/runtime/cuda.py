"""The CUDA module, where this build has it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastcnn.errors import FastcnnError, UnsupportedError
from fastcnn.graph import Graph
from fastcnn.runtime.described import described_nodes, described_values
from fastcnn.typing import Array


def emulated() -> bool:
    """Whether the emulated module is asked for."""
    return os.environ.get("FASTCNN_CUDA_EMULATION") == "1"


def cuda_module() -> Any:
    """The native module for CUDA devices: the emulated one if `FASTCNN_CUDA_EMULATION` is 1.

    Raises:
        UnsupportedError: This build has none.
    """
    name = "_cuda_emu" if emulated() else "_cuda"
    try:
        return importlib.import_module(f"fastcnn.{name}")
    except ImportError as error:
        raise UnsupportedError(
            f"device 'cuda': this build has no module {name} ({error}); install FastCNN where nvcc "
            "of CUDA 13 is found, with FASTCNN_CUDA=ON to be told what is missing (docs/cuda.md)"
        ) from error


PRECISIONS = {
    "cpu": ("float32",),
    "cuda": ("float32", "tf32", "float16", "bfloat16"),
}
"""By device, what a session may round the factors of products to, before it adds in float32."""

TRAINING_PRECISIONS = {**PRECISIONS, "cuda": ("float32", "tf32", "bfloat16")}
"""Those of a training step: gradients are too small for float16."""


def check_precision(
    caller: str,
    device: str,
    precision: str,
    precisions: Mapping[str, Sequence[str]] = PRECISIONS,
) -> None:
    """Holds `precision` to one of `precisions` that `device` has.

    Raises:
        UnsupportedError: It is none.
    """
    there = precisions[device]
    if precision not in there:
        names = " or ".join(filter(None, (", ".join(map(repr, there[:-1])), repr(there[-1]))))
        raise UnsupportedError(
            f"{caller}: precision '{precision}' is not there on device '{device}'; use {names}"
        )


def check_device(caller: str, device: str) -> None:
    """Holds `device` to one that is there.

    Raises:
        UnsupportedError: It is none of "cpu" and "cuda", or CUDA is not there.
    """
    if device not in ("cpu", "cuda"):
        raise UnsupportedError(f"{caller}: device '{device}' is not there; use 'cpu' or 'cuda'")
    if device == "cuda":
        device_info()


def device_info() -> dict[str, Any]:
    """Name, compute capability, memory, multiprocessors and driver of the current device.

    Raises:
        UnsupportedError: This build has no CUDA module, or the machine no driver or device.
    """
    return dict(cuda_module().device_info())


def cuda_state() -> dict[str, Any] | None:
    """What `device_info` tells, or why there is none as `problem`; None without a CUDA module."""
    try:
        cuda_module()
    except UnsupportedError:
        return None
    try:
        return device_info()
    except FastcnnError as error:
        return {"problem": str(error)}


def make_cuda_plan(
    graph: Graph,
    *,
    arrays: Mapping[str, Array] | None = None,
    state: Any = None,
    precision: str = "float32",
    guard: bool = False,
    choices: Any = None,
) -> Any:
    """Compiles `graph`, whose shapes are all known, for the current CUDA device.

    Args:
        graph: What to run.
        arrays: The arrays that hold the parameters and that updates replace, by name. Parameters
            missing from it are constants.
        state: The `State` of the module that holds them on the device; a new one if None.
        precision: What convolutions and fully connected layers round the factors of products to:
            one of `PRECISIONS`.
        guard: Whether every tensor has memory of its own, for tests.
        choices: The `ChoiceTable` of the module, by which implementations are chosen and to which
            new times are added; the first that accepts a node is taken if None.

    Raises:
        UnsupportedError: There is no device or no such precision, or a node has no kernel for it.
        OutOfMemoryError: The device has not enough memory.
    """
    index = {name: i for i, name in enumerate(graph.values)}
    module = cuda_module()
    return module.Plan(
        values=described_values(graph, arrays),
        nodes=described_nodes(graph),
        inputs=[index[value.name] for value in graph.inputs],
        outputs=[index[value.name] for value in graph.outputs],
        updates=[(index[old.name], index[new.name]) for old, new in graph.updates],
        state=state or module.State(),
        precision=precision,
        guard=guard,
        graphs=os.environ.get("FASTCNN_CUDA_GRAPHS", "1") != "0",
        choices=choices,
    )


def to_device(array: Array) -> Any:
    """A copy of `array` on the current CUDA device, for sessions there.

    It has `write(array, stream)`, `numpy()`, `__cuda_array_interface__` and `__dlpack__`.

    Raises:
        UnsupportedError: There is no device.
    """
    return cuda_module().DeviceArray(np.asarray(array, order="C"))
