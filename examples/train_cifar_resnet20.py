"""Trains ResNet-20 on CIFAR-10.

    python examples/train_cifar_resnet20.py cifar10_jpegs.npz [--epochs 66] [--seed 1]

Needs fastcnn[images]. The archive holds, for `train` and `test`, every picture as a JPEG file: all
files one after the other (`train_jpeg`, bytes), where each ends (`train_end`) and its class
(`train_label`).

The recipe: batches of 128, SGD with Nesterov momentum, weight decay, one cycle of the learning
rate, smoothed labels; pictures are mirrored, moved by up to 4 pixels, and lose a square of 8 x 8.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.train import losses, optimizers, schedules

MEAN = np.array([0.4914, 0.4822, 0.4465], np.float32)
DEVIATION = np.array([0.2470, 0.2435, 0.2616], np.float32)
MOVED = (fc.augment.RandomFlip(), fc.augment.RandomCrop(padding=4))


def load_split(archive: np.lib.npyio.NpzFile, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Normalised pictures [N, 32, 32, 3] and their classes [N]."""
    data, ends = archive[f"{split}_jpeg"].tobytes(), archive[f"{split}_end"]
    x = np.empty((len(ends), 32, 32, 3), np.float32)
    start = 0
    for picture, end in zip(x, ends, strict=True):
        with Image.open(io.BytesIO(data[start:end])) as image:
            picture[...] = (np.asarray(image.convert("RGB"), np.float32) / 255 - MEAN) / DEVIATION
        start = end
    return x, archive[f"{split}_label"]


def recipe(max_learning_rate: float = 0.2) -> dict[str, Any]:
    """What `compile` takes."""
    rate = schedules.OneCycle(max_learning_rate, pct_start=0.2)
    return {
        "optimizer": optimizers.SGD(rate, momentum=0.9, nesterov=True),
        "loss": losses.SparseCategoricalCrossentropy(label_smoothing=0.1),
        "metrics": ["accuracy"],
        "regularizer": layers.regularizers.L2(2.5e-4),  # the gradient gains 5e-4 w
    }


def build(max_learning_rate: float = 0.2) -> models.Model:
    """ResNet-20, ready to be trained."""
    model = models.zoo.resnet_cifar(20)
    model.compile(**recipe(max_learning_rate))
    return model


def main() -> None:
    """Parses the command line, trains, evaluates, saves."""
    parser = argparse.ArgumentParser(description="Trains ResNet-20 on CIFAR-10.")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--epochs", type=int, default=66)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path("resnet20.fcnn"))
    arguments = parser.parse_args()

    with np.load(arguments.archive, allow_pickle=False) as archive:
        x, y = load_split(archive, "train")
        test = load_split(archive, "test")
    fc.set_random_seed(arguments.seed)
    model = build()
    model.fit(
        x,
        y,
        batch_size=128,
        epochs=arguments.epochs,
        validation_data=test,
        validation_batch_size=500,
        augment=[*MOVED, fc.augment.Cutout(8)],
    )
    model.save(arguments.save)


if __name__ == "__main__":
    main()
