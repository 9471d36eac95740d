"""From a graph to the layers of a report."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.models import Sequential
from fastcnn.ops.statistics import statistics
from fastcnn.report import Layer
from fastcnn.report.collect import layers_of


def test_layers_are_told_as_their_user_wrote_them() -> None:
    model = Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flat"),
            layers.Dense(10, activation="softmax", name="scores"),
        ]
    )

    found = layers_of(model.graph)

    assert found[0] == Layer("conv", "Conv2D", "6 x 6 x 4", 112, 108, 36 * 108)
    assert [(layer.name, layer.shape) for layer in found[1:]] == [
        ("pool", "3 x 3 x 4"),
        ("flat", "36"),
        ("scores", "10"),
    ]
    assert sum(layer.macs for layer in found) == statistics(model.graph).macs
    assert sum(layer.parameters for layer in found) == model.count_params()
