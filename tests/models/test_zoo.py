"""The zoo's networks: sizes as published, runs, files and training."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastcnn as fc
from fastcnn.errors import InvalidValueError
from fastcnn.layers import initializers
from fastcnn.models import Model, zoo
from fastcnn.ops.statistics import statistics
from fastcnn.train.optimizers import Adam

PAGE = (Path(__file__).parents[2] / "docs" / "zoo.md").read_text()
ROW = re.compile(r"^\| `(\w+)\((.*)\)` \| ([\d,]+) \| ([\d,.]+) \|", re.MULTILINE)
SHOWN = {(name, arguments): figures for name, arguments, *figures in ROW.findall(PAGE)}

PARAMETERS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("lenet5", {}, 61_706),
    ("vgg", {"depth": 11}, 132_863_336),
    ("vgg", {"depth": 13}, 133_047_848),
    ("vgg", {"depth": 16}, 138_357_544),
    ("vgg", {"depth": 19}, 143_667_240),
    ("vgg", {"depth": 16, "batch_normalization": True}, 138_365_992),
    ("vgg_cifar", {"depth": 11}, 9_231_114),
    ("vgg_cifar", {"depth": 13}, 9_416_010),
    ("vgg_cifar", {"depth": 16}, 14_728_266),
    ("vgg_cifar", {"depth": 19}, 20_040_522),
    ("resnet_cifar", {"depth": 20}, 269_722),
    ("resnet_cifar", {"depth": 32}, 464_154),
    ("resnet_cifar", {"depth": 44}, 658_586),
    ("resnet_cifar", {"depth": 56}, 853_018),
    ("resnet_cifar", {"depth": 110}, 1_727_962),
    ("resnet", {"depth": 18}, 11_689_512),
    ("resnet", {"depth": 34}, 21_797_672),
    ("resnet", {"depth": 50}, 25_557_032),
    ("resnet", {"depth": 101}, 44_549_160),
    ("resnet", {"depth": 152}, 60_192_808),
    ("mobilenet_v1", {}, 4_231_976),
    ("mobilenet_v2", {}, 3_504_872),
    ("efficientnet_lite", {"version": 0}, 4_652_008),
    ("efficientnet_lite", {"version": 1}, 5_416_680),
    ("efficientnet_lite", {"version": 2}, 6_092_072),
    ("efficientnet_lite", {"version": 3}, 8_197_096),
    ("efficientnet_lite", {"version": 4}, 13_006_568),
    ("squeezenet", {}, 1_235_496),
    ("densenet", {"depth": 121}, 7_978_856),
    ("densenet", {"depth": 169}, 14_149_480),
    ("densenet", {"depth": 201}, 20_013_928),
    ("densenet_cifar", {"depth": 100, "growth": 12}, 769_162),
    ("convnext_tiny", {}, 28_589_128),
)
"""Trainable parameters: those of torchvision, timm, or of the papers' authors where they have
the network; else those of common implementations, which round to the papers' figures."""

IMAGE = (32, 32, 3)
SMALL: dict[str, Callable[[], Model]] = {
    "lenet5": lambda: zoo.lenet5(),
    "vgg": lambda: zoo.vgg(11, IMAGE, 10),
    "vgg_cifar": lambda: zoo.vgg_cifar(11),
    "resnet_cifar": lambda: zoo.resnet_cifar(14),
    "resnet": lambda: zoo.resnet(18, IMAGE, 10),
    "mobilenet_v1": lambda: zoo.mobilenet_v1(IMAGE, 0.25, 10),
    "mobilenet_v2": lambda: zoo.mobilenet_v2(IMAGE, 0.35, 10),
    "efficientnet_lite": lambda: zoo.efficientnet_lite(0, IMAGE, 10),
    "squeezenet": lambda: zoo.squeezenet(IMAGE, 10),
    "densenet": lambda: zoo.densenet(121, IMAGE, 10),
    "densenet_cifar": lambda: zoo.densenet_cifar(16),
    "convnext_tiny": lambda: zoo.convnext_tiny(IMAGE, 10),
}
every_builder = pytest.mark.parametrize("builder", SMALL)


def test_every_builder_is_tried():
    builders = {name for name, item in vars(zoo).items() if callable(item)}

    assert builders == set(SMALL) == {name for name, _, _ in PARAMETERS}


@pytest.mark.parametrize(("builder", "arguments", "count"), PARAMETERS)
def test_its_size_is_the_published_one_and_that_of_the_page(builder, arguments, count, monkeypatch):
    monkeypatch.setattr(initializers, "get", lambda *_: initializers.Zeros())  # draws nothing

    graph = getattr(zoo, builder)(**arguments).graph

    trainable = [value.data for value in graph.parameters.values() if value.is_trainable]
    assert sum(data.size for data in trainable) == count
    shown = SHOWN[builder, ", ".join(f"{key}={value}" for key, value in arguments.items())]
    assert shown == [f"{count:,}", f"{statistics(graph).macs / 1e6:,.1f}"]


def test_the_page_has_no_other_networks():
    assert len(SHOWN) == len(PARAMETERS)


def test_the_example_of_the_page_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)

    exec(code, {})


@every_builder
def test_it_runs_natively_and_in_onnx_runtime_to_one_result(builder, tmp_path, rng):
    onnxruntime = pytest.importorskip("onnxruntime")
    fc.set_random_seed(1)
    model = SMALL[builder]()
    x = rng.random((2, *model.input_shape[1:]), np.float32)

    ours = fc.compile(model, strict=True)(x)
    fc.onnx.save(model, tmp_path / "network.onnx")

    run = onnxruntime.InferenceSession(tmp_path / "network.onnx").run
    (theirs,) = run(None, {model.graph.inputs[0].name: x})
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-5)


@every_builder
def test_a_step_of_training_changes_every_parameter(builder, rng):
    fc.set_random_seed(1)
    model = SMALL[builder]()
    optimizer = Adam(epsilon=1e-20)  # however small a gradient, the step is not
    model.compile(optimizer, loss="sparse_categorical_crossentropy")
    before = {name: value.data.copy() for name, value in trainable(model).items()}

    model.fit(rng.random((4, *model.input_shape[1:])), np.arange(4), verbose=0)

    for name, value in trainable(model).items():
        assert np.isfinite(value.data).all()
        assert (value.data != before[name]).any(), name


def trainable(model: Model) -> dict[str, Any]:
    return {n: v for n, v in model.graph.parameters.items() if v.is_trainable}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: zoo.vgg(12), "zoo.vgg: depth must be one of 11, 13, 16, 19, it is 12"),
        (lambda: zoo.resnet(20), "zoo.resnet: depth must be one of 18, 34, .* it is 20"),
        (lambda: zoo.resnet_cifar(21), r"depth must be 6 n \+ 2 .* it is 21"),
        (lambda: zoo.densenet_cifar(41), r"depth must be 6 n \+ 4 .* it is 41"),
        (lambda: zoo.efficientnet_lite(5), "version must be one of 0, 1, 2, 3, 4, it is 5"),
    ],
)
def test_other_forms_are_refused(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()
