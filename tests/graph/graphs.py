"""A graph with everything a file can hold."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Graph, Traits
from fastcnn.ops import Builder


def sample_graph(*, seed: int = 0, density: float = 0.3) -> Graph:
    """Image -> convolution with pruned weights -> clip -> dense, with an update."""
    rng = np.random.default_rng(seed)
    kernel = rng.standard_normal((4, 1, 3, 3)).astype(np.float32)
    kernel[rng.random(kernel.shape) > density] = 0
    g = Builder()
    x = g.input("image/ü", (None, 1, 4, 4))
    step = g.input("step", (), "int32")
    w = g.parameter("kernel", kernel, Traits(pruned=True, l2=0.01))
    b = g.constant("bias", np.zeros(4, np.float32))
    window = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
    y = g.apply("conv2d", x, w, b, name="conv", layer="conv", groups=1, **window)
    y = g.apply("clip", y, low=0.0, high=6.0, layer="conv")
    y = g.apply("reshape", y, shape=(0, -1))
    y = g.apply("dropout_train", y, step, rate=0.5, seed=2**62 + 1)
    v = g.parameter("dense", rng.standard_normal((16, 2)).astype(np.float32), Traits(False))
    c = g.parameter("offset", np.array([np.nan, -0.0], np.float32))
    z = g.apply("dense", y, v, c, activation="relu")
    g.update(c, g.apply("channel_sum", z))
    return g.build([z])
