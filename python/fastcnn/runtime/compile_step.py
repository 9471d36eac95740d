"""From the graph of a training step to a step."""

from __future__ import annotations

from fastcnn.graph import Graph
from fastcnn.runtime.cuda import TRAINING_PRECISIONS, check_device, check_precision
from fastcnn.runtime.cuda_step import CudaStep
from fastcnn.runtime.step import Step


def compile_step(
    graph: Graph,
    *,
    device: str = "cpu",
    precision: str = "float32",
    memory_limit: int | None = None,
    winograd: bool = True,
) -> Step:
    """Makes a graph with updates ready to run; see `Step`.

    Args:
        graph: The training step.
        device: "cpu" or "cuda".
        precision: What products round their factors to: "float32"; on "cuda" also "tf32" or
            "bfloat16". Gradients are too small for float16.
        memory_limit: Bytes that the activations and gradients of a run may take on the device.
        winograd: Whether the CPU may run 3x3 convolutions by Winograd's algorithm.

    Raises:
        UnsupportedError: The device or the precision is not there.
    """
    check_device("fit", device)
    check_precision("fit", device, precision, TRAINING_PRECISIONS)
    if device == "cuda":
        return CudaStep(graph, precision=precision, memory_limit=memory_limit)
    return Step(graph, memory_limit=memory_limit, winograd=winograd)
