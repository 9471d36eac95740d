"""The networks that are trained, and batches to train them on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import fastcnn as fc


@dataclass(frozen=True)
class Network:
    """What is trained on what.

    Args:
        name: Of its builder in every framework.
        batch_size: Samples an update.
        image: Height, width, channels.
        classes: Outputs.
        rate: A learning rate at which plain gradient descent makes progress.
    """

    name: str
    batch_size: int
    image: tuple[int, int, int]
    classes: int
    rate: float


NETWORKS = {
    network.name: network
    for network in (
        Network("mnist_cnn", 128, (28, 28, 1), 10, 0.05),
        Network("resnet20", 128, (32, 32, 3), 10, 0.05),
        Network("mobilenet_v2", 32, (96, 96, 3), 1000, 0.05),
    )
}


def make_batches(network: Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images [K, N, H, W, C] and labels [K, N]: MNIST, or noisy images of ten kinds."""
    shape = (count, network.batch_size)
    if network.name == "mnist_cnn":
        (x, y), _ = fc.datasets.mnist.load_data()
        samples = count * network.batch_size
        images = x[:samples].reshape(*shape, *network.image) / np.float32(255)
        return images, y[:samples].reshape(shape).astype(np.int32)
    rng = np.random.default_rng(0)
    kinds = rng.standard_normal((10, *network.image), np.float32)
    labels = rng.integers(10, size=shape, dtype=np.int32)
    noise = rng.standard_normal((*shape, *network.image), np.float32)
    return (kinds[labels] + noise) / np.float32(2), labels
