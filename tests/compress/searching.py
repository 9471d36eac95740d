"""What the tests of searches have in common."""

from __future__ import annotations

import numpy as np
from compress_nets import make_net

from fastcnn import compress
from fastcnn.models import Model
from fastcnn.typing import Array


def model() -> Model:
    """A small network."""
    return Model.from_graph(make_net(["conv"], "flatten"))


def samples(seed: int = 0) -> Array:
    """Noise."""
    return np.random.default_rng(seed).standard_normal((48, 8, 8, 3)).astype(np.float32)


def space() -> compress.Space:
    """Weights or channels, some of them."""
    weights = {"prune": {"sparsity": {"from": 0.1, "to": 0.9}}}
    channels = {"prune": {"structure": "channel", "sparsity": 0.5}}
    return compress.Space.from_json({"steps": [{"any": [weights, channels]}]})
