"""FastCNN on the device as `fastcnn bench` runs it, in the emulator."""

from __future__ import annotations

import importlib

import numpy as np

import fastcnn as fc
from fastcnn.bench.contest import relative_error
from tests.cuda.networks import residual_cnn


def test_arrays_stay_on_the_device(emulated, tmp_path, rng):
    path = tmp_path / "model.fcnn"
    residual_cnn().save(path)
    x = rng.random((2, 9, 7, 3), np.float32)
    peer = importlib.import_module("fastcnn.bench.peers.fastcnn_cuda").Peer(str(path), 1)
    peer.feed({peer.inputs[0][0]: x})
    peer.run()
    emulated.reset_counters()

    results = peer.run()

    assert emulated.counters()["copies"] == 0
    assert emulated.counters()["replays"] == 1
    truth = [fc.compile(path)(x)]
    assert relative_error(peer.fetch(results), truth) < 1e-5
