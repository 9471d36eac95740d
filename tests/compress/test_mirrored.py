"""Models that answer an image and its mirror image together."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

import fastcnn as fc
from fastcnn import compress
from fastcnn.errors import CompressionError
from fastcnn.models import Model
from fastcnn.ops import Builder
from fastcnn.passes import for_inference

X = np.random.default_rng(7).random((5, 8, 8, 3), np.float32)


def make_model() -> Model:
    graph = make_net(["conv", "batch_norm", "residual"], "flatten")
    g = Builder(graph)
    return Model.from_graph(g.build([g.apply("softmax", graph.outputs[0], axis=1)]))


def test_the_answer_is_the_mean_over_an_image_and_its_mirror_image() -> None:
    model = make_model()

    both = compress.mirrored(model)

    mean = (model.predict(X) + model.predict(np.ascontiguousarray(X[:, :, ::-1]))) / 2
    np.testing.assert_allclose(both.predict(X), mean, atol=1e-6)
    assert np.abs(mean - model.predict(X)).max() > 1e-3
    np.testing.assert_array_equal(
        both.predict(np.ascontiguousarray(X[:, :, ::-1])), both.predict(X)
    )


def test_rows_are_mirrored_along_their_own_axis() -> None:
    model = make_model()

    both = compress.mirrored(model, axis=1)

    mean = (model.predict(X) + model.predict(np.ascontiguousarray(X[:, ::-1]))) / 2
    np.testing.assert_allclose(both.predict(X), mean, atol=1e-6)


def test_both_halves_share_their_parameters_and_every_node_has_a_kernel() -> None:
    model = make_model()

    both = compress.mirrored(model)

    assert both.graph.parameters.keys() == model.graph.parameters.keys()
    assert [record.kind for record in both.records] == ["mirrored"]
    one, two = (len(for_inference(each.graph)[0].nodes) for each in (model, both))
    assert two <= 2 * one + 3  # the flip, the sum and its half
    fc.compile(both.graph, strict=True)(X)


def test_it_can_teach() -> None:
    x = np.random.default_rng(8).random((256, 8, 8, 3), np.float32)
    model = make_model()
    both = compress.mirrored(model)
    student = compress.prune(model, sparsity=0.7, scope="layer")
    before = np.abs(student.predict(x) - both.predict(x)).mean()

    tuned = compress.fine_tune(
        student, x, teacher=both, temperature=1, epochs=20, batch_size=16, learning_rate=0.01
    )

    assert np.abs(tuned.predict(x) - both.predict(x)).mean() < before / 2


def test_what_has_no_such_axis_is_told_so() -> None:
    with pytest.raises(CompressionError, match="one image with an axis 4"):
        compress.mirrored(make_model(), axis=4)
