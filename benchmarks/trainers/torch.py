"""PyTorch on the CPU, channels last.

A convolution of stride 2 with padding "same" has its margin below and to the right of an image of
even size; PyTorch's has it above and to the left. One is the other's mirror image: networks with
such layers get images and kernels turned by half a circle, and compute the same at PyTorch's usual
padding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
_STAGES += ((6, 160, 3, 2), (6, 320, 1, 1))
"""Of MobileNetV2: expansion, filters, blocks, strides of the first block."""


class Trainer:
    """A module, and the usual loop around it."""

    version = f"PyTorch {torch.__version__}"

    def __init__(self, network: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._is_turned = network != "mnist_cnn"
        self.module = _BUILDERS[network]().to(memory_format=torch.channels_last)
        self._loss = nn.CrossEntropyLoss()

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Gives them to the modules in the order they were made in."""
        rest = iter(weights)
        with torch.no_grad():
            for module in self.module.modules():
                for tensor in _parameters(module):
                    tensor.copy_(torch.from_numpy(self._converted(module, next(rest))))

    def compile(self, optimizer: str, options: dict[str, Any]) -> None:
        """Makes the optimizer; `epsilon_hat` is the epsilon of Adam that Keras has.

        It stands beside the root of the average before that is corrected for its start: eps
        sqrt(1 - beta_2^t) in PyTorch's words, and the same in all updates.
        """
        rest = {name: value for name, value in options.items() if name != "epsilon_hat"}
        self._optimizer = getattr(torch.optim, optimizer)(self.module.parameters(), **rest)
        self._epsilon_hat = options.get("epsilon_hat")
        self._updates = 0

    def feed(self, x: np.ndarray, y: np.ndarray) -> None:
        """Keeps the batches as tensors."""
        self._batches = [
            (self._images(images), torch.from_numpy(labels).long())
            for images, labels in zip(x, y, strict=True)
        ]

    def step(self, k: int) -> float:
        """Forward, backward, update."""
        return self._update(*self._batches[k])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Of the module with the weights of now."""
        self.module.eval()
        with torch.inference_mode():
            y = self.module(self._images(x)).softmax(1)
        self.module.train()
        return np.asarray(y.numpy())

    def fit(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> None:
        """One epoch; batches are gathered on the way."""
        images, labels = self._images(x), torch.from_numpy(y).long()
        for places in torch.randperm(len(y)).split(batch_size):
            batch = images[places].contiguous(memory_format=torch.channels_last)
            self._update(batch, labels[places])

    def _update(self, x: torch.Tensor, y: torch.Tensor) -> float:
        self._optimizer.zero_grad()
        loss = self._loss(self.module(x), y)
        loss.backward()
        self._updates += 1
        if self._epsilon_hat is not None:
            for group in self._optimizer.param_groups:
                start = 1 - group["betas"][1] ** self._updates
                group["eps"] = self._epsilon_hat / start**0.5
        self._optimizer.step()
        return float(loss.detach())

    def _images(self, x: np.ndarray) -> torch.Tensor:
        if self._is_turned:
            x = np.ascontiguousarray(x[:, ::-1, ::-1])
        return torch.from_numpy(x).permute(0, 3, 1, 2)  # strides say: channels last

    def _converted(self, module: nn.Module, array: np.ndarray) -> np.ndarray:
        if array.ndim == 4:
            assert isinstance(module, nn.Conv2d)
            array = array[::-1, ::-1] if self._is_turned else array
            array = array.transpose((2, 3, 0, 1) if module.groups > 1 else (3, 2, 0, 1))
        return np.ascontiguousarray(array.T if array.ndim == 2 else array)


def _parameters(module: nn.Module) -> list[torch.Tensor]:
    """What a module itself holds, in Keras's order."""
    if isinstance(module, nn.BatchNorm2d):
        assert module.running_mean is not None
        assert module.running_var is not None
        return [module.weight, module.bias, module.running_mean, module.running_var]
    return list(module.parameters(recurse=False))


class _Flatten(nn.Module):
    """In the order of memory, which is Keras's."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def _mnist_cnn() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 64, 3), nn.ReLU(), _Flatten()),
        *(nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def _conv(channels: int, filters: int, size: int, stride: int = 1, groups: int = 1) -> list[Any]:
    conv = nn.Conv2d(channels, filters, size, stride, size // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(filters, eps=1e-5, momentum=0.1)]


class _Residual(nn.Module):
    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self._grows = filters > channels
        self._body = nn.Sequential(
            *_conv(channels, filters, 3, filters // channels),
            nn.ReLU(inplace=True),
            *_conv(filters, filters, 3),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self._body(x)
        if self._grows:
            x = nn.functional.pad(x[:, :, 1::2, 1::2], (0, 0, 0, 0, 0, x.shape[1]))
        return nn.functional.relu(y + x, inplace=True)


def _resnet20() -> nn.Module:
    stages = [(16, 16)] * 3 + [(16, 32)] + [(32, 32)] * 2 + [(32, 64)] + [(64, 64)] * 2
    return nn.Sequential(
        *_conv(3, 16, 3),
        nn.ReLU(inplace=True),
        *(_Residual(channels, filters) for channels, filters in stages),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )


class _InvertedResidual(nn.Module):
    def __init__(self, channels: int, filters: int, expansion: int, stride: int) -> None:
        super().__init__()
        self._adds = stride == 1 and channels == filters
        wide = expansion * channels
        expand = [*_conv(channels, wide, 1), nn.ReLU6(inplace=True)] if expansion > 1 else []
        self._body = nn.Sequential(
            *expand,
            *_conv(wide, wide, 3, stride, groups=wide),
            nn.ReLU6(inplace=True),
            *_conv(wide, filters, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self._body(x)
        return x + y if self._adds else y


def _mobilenet_v2() -> nn.Module:
    modules = [*_conv(3, 32, 3, 2), nn.ReLU6(inplace=True)]
    channels = 32
    for expansion, filters, count, stride in _STAGES:
        for i in range(count):
            modules.append(_InvertedResidual(channels, filters, expansion, stride if i == 0 else 1))
            channels = filters
    return nn.Sequential(
        *modules,
        *_conv(320, 1280, 1),
        nn.ReLU6(inplace=True),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000)),
    )


_BUILDERS = {"mnist_cnn": _mnist_cnn, "resnet20": _resnet20, "mobilenet_v2": _mobilenet_v2}
