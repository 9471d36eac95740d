"""PyTorch's side of compression_mnist.py: `torch.nn.utils.prune`, and channels taken out after.

Takes one JSON object as its argument, prints one as its last line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune
from trainers.torch import Trainer


class Pruner:
    """The network, its data, and the usual loop.

    Args:
        given: What compression_mnist.py asks for.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        torch.manual_seed(given["seed"])
        self._rate, self._move = given["rate"], given["move"]
        trainer = Trainer("mnist_cnn", given["threads"])
        with np.load(given["weights"]) as file:
            trainer.set_weights([file[name] for name in file.files])
        self.net = trainer.module.to(memory_format=torch.contiguous_format)  # what prune can read
        with np.load(given["data"]) as file:
            self._data = {name: torch.from_numpy(file[name]) for name in file.files}

    @property
    def layers(self) -> list[Any]:
        """Those with kernels."""
        return [m for m in self.net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]

    def fit(self, epochs: int) -> None:
        """Adam, batches of 128, a rate that falls to 0 by a cosine."""
        x, y = self._data["x"].permute(0, 3, 1, 2).contiguous(), self._data["y"].long()
        steps = epochs * -(-len(y) // 128)
        optimizer = torch.optim.Adam(self.net.parameters(), lr=self._rate, eps=1e-7, fused=True)
        rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        loss = nn.CrossEntropyLoss()
        self.net.train()
        for _ in range(epochs):
            for places in torch.randperm(len(y)).split(128):
                optimizer.zero_grad()
                loss(self.net(self._moved(x[places])), y[places]).backward()
                optimizer.step()
                rate.step()

    def _moved(self, images: torch.Tensor) -> torch.Tensor:
        """Each image moved by up to `move` pixels along each axis, zeros behind it."""
        if not self._move:
            return images
        count, _, height, width = images.shape
        padded = nn.functional.pad(images, [self._move] * 4)[:, 0]
        top, left = torch.randint(2 * self._move + 1, (2, count, 1))
        rows, columns = top + torch.arange(height), left + torch.arange(width)
        image = torch.arange(count)[:, None, None]
        return padded[image, rows[:, :, None], columns[:, None, :]][:, None]

    def accuracy(self) -> float:
        """On the test images."""
        self.net.eval()
        right = 0
        with torch.inference_mode():
            x = self._data["x_test"].permute(0, 3, 1, 2)
            for images, labels in zip(x.split(500), self._data["y_test"].split(500), strict=True):
                right += int((self.net(images).argmax(1) == labels).sum())
        return right / len(x)

    def nonzeros(self) -> int:
        """Of kernels and biases."""
        return sum(int(m.weight.count_nonzero() + m.bias.count_nonzero()) for m in self.layers)

    def macs(self) -> int:
        """Multiply-accumulates of one image."""
        found = []

        def count(layer: Any, _: Any, y: torch.Tensor) -> None:
            found.append(y[0].numel() * layer.weight[0].numel())

        hooks = [layer.register_forward_hook(count) for layer in self.layers]
        with torch.inference_mode():
            self.net(self._data["x_test"][:1].permute(0, 3, 1, 2))
        for hook in hooks:
            hook.remove()
        return sum(found)


def prune_weights(pruner: Pruner, share: float, before: float) -> None:
    """Brings the share of zeros of all kernels together from `before` to `share`."""
    parameters = [(layer, "weight") for layer in pruner.layers]
    amount = (share - before) / (1 - before)
    prune.global_unstructured(parameters, prune.L1Unstructured, amount=amount)


def prune_channels(pruner: Pruner, kept: list[int]) -> None:
    """Leaves as many outputs of all layers but the last, by `ln_structured`; takes the rest out."""
    layers = pruner.layers
    for layer, reader, count in zip(layers, layers[1:], kept, strict=False):
        outputs = len(layer.weight)
        prune.ln_structured(layer, "weight", amount=outputs - count, n=1, dim=0)
        left = layer.weight_mask.flatten(1).any(1)
        assert int(left.sum()) == count
        prune.remove(layer, "weight")
        weight = reader.weight.data.unflatten(1, (-1, outputs))  # (height, width, channel) is read
        narrower = weight[:, :, left].flatten(1, 2)
        layer.weight = nn.Parameter(layer.weight.data[left].clone())
        layer.bias = nn.Parameter(layer.bias.data[left].clone())
        reader.weight = nn.Parameter(narrower.clone())


def main() -> None:
    """Prunes in rounds, trains in between, and tells."""
    given = json.loads(sys.argv[1])
    rounds, amount = given["rounds"], given["amount"]
    is_weights = given["what"] == "weights"

    def shrink(pruner: Pruner, share: float, before: float) -> None:
        if is_weights:
            prune_weights(pruner, share, before)
        else:
            prune_channels(pruner, [size - round(share * size) for size in sizes])

    pruner = Pruner(given)
    sizes = [len(layer.weight) for layer in pruner.layers[:-1]]
    shrink(pruner, amount, 0.0)
    untrained = pruner.accuracy()

    pruner = Pruner(given)
    dense = pruner.accuracy()
    before = 0.0
    for number in range(1, rounds + 1):
        share = 1 - (1 - amount) ** (number / rounds)
        shrink(pruner, share, before)
        before = share
        first, last = (given["epochs"] * n // rounds for n in (number - 1, number))
        pruner.fit(last - first)
    answer = {
        "dense": dense,
        "untrained": untrained,
        "accuracy": pruner.accuracy(),
        "nonzeros": pruner.nonzeros(),
        "macs": pruner.macs(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
