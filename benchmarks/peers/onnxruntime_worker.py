"""ONNX Runtime (CPU), to be compared."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from worker import serve

OPSET = 17

state: dict[str, Any] = {}


def versions() -> str:
    """What is compared."""
    return f"onnxruntime {onnxruntime.__version__}"


def build(weights: str, threads: int) -> None:
    """The example network from FastCNN's weights, in the layout ONNX Runtime likes best.

    Images come as [N, 1, 28, 28], which for one channel are the bytes of [N, 28, 28, 1]. The rows
    of the first dense kernel are put in channel-first order, so that no transposition is left.
    """
    with np.load(weights) as file:
        k1, b1, k2, b2, k3, b3, d1, c1, d2, c2 = (file[name] for name in file.files)
    height, width, channels = 3, 3, k3.shape[3]
    d1 = d1.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(d1.shape)
    tensors = {
        **{f"k{i}": k.transpose(3, 2, 0, 1) for i, k in enumerate((k1, k2, k3), 1)},
        **{"b1": b1, "b2": b2, "b3": b3, "d1": d1, "c1": c1, "d2": d2, "c2": c2},
    }
    window = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("Conv", ["x", "k1", "b1"], ["a1"]),
        helper.make_node("Relu", ["a1"], ["r1"]),
        helper.make_node("MaxPool", ["r1"], ["p1"], **window),
        helper.make_node("Conv", ["p1", "k2", "b2"], ["a2"]),
        helper.make_node("Relu", ["a2"], ["r2"]),
        helper.make_node("MaxPool", ["r2"], ["p2"], **window),
        helper.make_node("Conv", ["p2", "k3", "b3"], ["a3"]),
        helper.make_node("Relu", ["a3"], ["r3"]),
        helper.make_node("Flatten", ["r3"], ["f"]),
        helper.make_node("Gemm", ["f", "d1", "c1"], ["g1"]),
        helper.make_node("Relu", ["g1"], ["r4"]),
        helper.make_node("Gemm", ["r4", "d2", "c2"], ["g2"]),
        helper.make_node("Softmax", ["g2"], ["y"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "mnist_cnn",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    state["session"] = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def load_data(path: str) -> None:
    """Reads the images to work on."""
    with np.load(path) as file:
        state["x"] = file["x"].reshape(-1, 1, 28, 28)


def predict(path: str, count: int) -> None:
    """Writes the outputs for the first `count` images."""
    np.save(path, state["session"].run(None, {"x": state["x"][:count]})[0])


def latencies(batch_size: int, runs: int) -> list[float]:
    """Seconds of each of `runs` calls."""
    feed = {"x": np.ascontiguousarray(state["x"][:batch_size])}
    session, times = state["session"], []
    for _ in range(runs):
        start = time.perf_counter()
        session.run(None, feed)
        times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    serve(versions, build, load_data, predict, latencies)
