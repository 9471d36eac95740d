"""The networks that are trained, and batches to train them on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

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
        # At larger rates rounding decides: PyTorch's own losses in float32 and float64 part.
        Network("mobilenet_v2", 32, (96, 96, 3), 1000, 2e-5),
    )
}


def cifar_batches(network: Network, count: int, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The first pictures of CIFAR-10, from -1 to 1; for the archive see the example that trains."""
    from PIL import Image  # nothing else here needs it

    with np.load(path, allow_pickle=False) as archive:
        samples = count * network.batch_size
        ends, labels = archive["train_end"][:samples], archive["train_label"][:samples]
        files = archive["train_jpeg"][: ends[-1]].tobytes()
    x = np.empty((samples, *network.image), np.float32)
    start = 0
    for picture, end in zip(x, ends, strict=True):
        with Image.open(io.BytesIO(files[start:end])) as image:
            picture[...] = np.asarray(image.convert("RGB"), np.float32) / 127.5 - 1
        start = end
    shape = (count, network.batch_size)
    return x.reshape(*shape, *network.image), labels.reshape(shape).astype(np.int32)


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
