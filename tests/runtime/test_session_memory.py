"""What a session takes is given back when it goes."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.ops import Builder

SESSIONS = 10_000
PAGE_BYTES = 4096


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_ten_thousand_sparse_sessions_leave_memory_as_it_was(rng):
    w = np.where(rng.random((32, 32, 3, 3)) < 0.1, 1, 0).astype(np.float32)
    g = Builder()
    x = g.input("x", (1, 32, 6, 6))
    y = g.apply(
        "conv2d", x, g.constant("w", w), g.constant("b", np.zeros(32, np.float32)),
        strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1), groups=1, activation="relu",
    )  # fmt: skip
    graph = g.build([y])

    def make(count: int) -> None:
        for _ in range(count):
            runtime.Session(graph, threads=1).plan((x.shape,))
        gc.collect()

    make(SESSIONS // 10)
    before = resident_bytes()
    make(SESSIONS)

    packed = 8 * np.count_nonzero(w)
    assert resident_bytes() - before < SESSIONS * packed / 100
