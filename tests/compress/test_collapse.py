"""Layers that become one in a model."""

from __future__ import annotations

import numpy as np

from fastcnn import compress, layers
from fastcnn.models import Model


def branched() -> Model:
    """A block of RepVGG, then two dense layers with nothing between them."""
    image = layers.Input((8, 8, 4))
    branches = [
        layers.BatchNormalization()(layers.Conv2D(4, size, padding="same", use_bias=False)(image))
        for size in (3, 1)
    ]
    x = layers.ReLU()(layers.Add()([*branches, layers.BatchNormalization()(image)]))
    x = layers.Dense(16)(layers.GlobalAveragePooling2D()(x))
    model = Model(image, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return model


def test_branches_trained_wide_become_one_convolution() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((64, 8, 8, 4), np.float32), rng.integers(0, 3, 64)
    model = branched()
    model.fit(x, y, epochs=3, batch_size=16, verbose=0)

    small = compress.collapse(model)

    assert [n.op for n in small.graph.nodes if n.op in ("conv2d", "batch_norm", "add")] == [
        "conv2d"
    ]
    assert sum(node.op == "dense" for node in small.graph.nodes) == 1
    np.testing.assert_allclose(small.predict(x), model.predict(x), rtol=1e-4, atol=1e-5)
    assert small.records[-1].text == "collapsed 7 layers into 2 of the same function"
    assert small.count_params() < model.count_params()


def test_what_was_collapsed_can_be_trained_on() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((64, 8, 8, 4), np.float32), rng.integers(0, 3, 64)
    small = compress.collapse(branched())
    before = small.evaluate(x, y, verbose=0)[0]

    tuned = compress.fine_tune(small, (x, y), epochs=5, batch_size=16)

    assert tuned.evaluate(x, y, verbose=0)[0] < before
