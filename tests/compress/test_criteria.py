"""What every criterion promises, and what each one says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from compress_nets import Net, make_net
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn import compress
from fastcnn.compress.prune import criteria
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model
from fastcnn.ops import evaluate

every_criterion = pytest.mark.parametrize("name", criteria.names())
CHANNELS_ONLY = {"activation_mean", "apoz", "batch_norm_scale", "geometric_median"}
OF_SIZE = ("magnitude", "energy", "scaled_magnitude", "lamp")


@cache
def model() -> Model:
    made = Model.from_graph(make_net(["residual", "grouped", "depthwise"], "global_average"))
    made.compile(optimizer="sgd", loss="mse")
    return made


@cache
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((24, 8, 8, 3), np.float32), rng.random((24, 3)).astype(np.float32)


def evidence(seed: int = 0, **given: object) -> Evidence:
    return Evidence(model(), given.get("data", data()), np.random.default_rng(seed))


def kernels() -> list[Kernel]:
    return list(find_kernels(model().graph))


def judged(name: str, kernel: Kernel, evidence: Evidence) -> np.ndarray:
    criterion = criteria.get(name)
    of = criterion.channel_scores if name in CHANNELS_ONLY else criterion.scores
    return of(kernel, evidence)


@every_criterion
def test_every_weight_and_every_channel_gets_a_finite_score(name: str) -> None:
    criterion, measured = criteria.get(name), evidence()

    for kernel in kernels():
        copy = kernel.data.copy()

        channels = criterion.channel_scores(kernel, measured)

        assert channels.shape == (kernel.data.shape[kernel.axis],)
        assert np.isfinite(channels).all()
        if name not in CHANNELS_ONLY:
            scores = criterion.scores(kernel, measured)
            assert scores.shape == kernel.data.shape
            assert np.isfinite(scores).all()
        np.testing.assert_array_equal(kernel.data, copy)


@every_criterion
def test_the_same_generator_gives_the_same_scores(name: str) -> None:
    for kernel in kernels()[:2]:
        one, two = (judged(name, kernel, evidence(7)) for _ in range(2))

        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", OF_SIZE)
def test_larger_weights_matter_more(name: str) -> None:
    for kernel in kernels():
        scores = criteria.get(name).scores(kernel, evidence())

        np.testing.assert_array_equal(
            np.argsort(scores, axis=None, kind="stable"),
            np.argsort(np.abs(kernel.data), axis=None, kind="stable"),
        )


@pytest.mark.parametrize("name", ["scaled_magnitude", "lamp"])
def test_layers_of_unlike_scale_compare(name: str) -> None:
    kernel = kernels()[0]
    larger = Kernel(kernel.graph, kernel.node, 10 * kernel.data)

    one, two = (criteria.get(name).scores(one, evidence()) for one in (kernel, larger))

    np.testing.assert_allclose(one, two, rtol=1e-5)


def test_energy_and_magnitude_rank_slices_differently() -> None:
    shape = kernels()[-1].data.shape
    even, one_large = np.full(shape, 0.6, np.float32), np.zeros(shape, np.float32)
    one_large[0] = 2
    node = kernels()[-1].node

    def score(name: str, weights: np.ndarray) -> float:
        return criteria.get(name).scores(Kernel(model().graph, node, weights), evidence()).sum()

    assert score("magnitude", even) > score("magnitude", one_large)
    assert score("energy", even) < score("energy", one_large)


def _losses(graph, x, y) -> np.ndarray:
    return np.square(evaluate(graph, {"x": x})[graph.outputs[0].name] - y).mean(1)


def test_gradients_are_those_of_the_loss() -> None:
    x, y = data()
    kernel = kernels()[-1]
    where, step = (2, 1), 1e-3

    def losses(shift: float) -> np.ndarray:
        w = kernel.data.copy()
        w[where] += shift
        return _losses(model().graph.with_data({kernel.name: w}), x, y)

    gradient = (losses(step) - losses(-step)) / (2 * step)
    found = evidence().gradients(kernel)

    np.testing.assert_allclose(found.absolute[where], np.abs(gradient).mean(), rtol=1e-3)
    np.testing.assert_allclose(found.square[where], np.square(gradient).mean(), rtol=1e-3)


def test_taylor_tells_a_small_change_of_the_loss() -> None:
    """Scaling a channel's weights by 1 - t changes the loss by -t times the sum of g w."""
    x, y = data()
    kernel = kernels()[0]
    t = 1e-3

    change = []
    for sign in (1, -1):
        w = kernel.data.copy()
        w[1] *= 1 - sign * t
        change.append(_losses(model().graph.with_data({kernel.name: w}), x, y))
    expected = np.abs((change[0] - change[1]) / (2 * t)).mean()

    scores = criteria.get("taylor").channel_scores(kernel, evidence())

    np.testing.assert_allclose(scores[1], expected, rtol=1e-2)


def test_fisher_is_half_the_mean_square_gradient_times_the_square() -> None:
    kernel, measured = kernels()[1], evidence()

    scores = criteria.get("fisher").scores(kernel, measured)

    expected = kernel.data**2 * measured.gradients(kernel).square / 2
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


def test_responses_are_means_behind_the_activation() -> None:
    x, _ = data()
    kernel = kernels()[0]
    y = evaluate(model().graph, {"x": x})[kernel.response.name]

    response = evidence().response(kernel)

    assert (y >= 0).all()
    np.testing.assert_allclose(response.magnitude, y.mean((0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(response.active, (y > 0).mean((0, 2, 3)), atol=1e-3)


def test_batch_norm_scale_is_the_size_of_gamma() -> None:
    normalised = [kernel for kernel in kernels() if kernel.normalisation is not None]
    assert normalised

    for kernel in normalised:
        gamma = kernel.normalisation.inputs[1].data
        scores = criteria.get("batch_norm_scale").channel_scores(kernel, evidence())
        np.testing.assert_array_equal(scores, np.abs(gamma))


def test_the_filter_in_the_middle_is_the_first_to_go() -> None:
    kernel = kernels()[0]
    data = kernel.data.copy()
    data[2] = np.delete(data, 2, axis=0).mean(0)

    scores = criteria.get("geometric_median").channel_scores(
        Kernel(kernel.graph, kernel.node, data), evidence()
    )

    rows = data.reshape(len(data), -1).astype(np.float64)
    expected = np.linalg.norm(rows[:, None] - rows, axis=2).sum(1)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-5)
    assert scores.argmin() == 2


def test_movement_is_negative_where_training_shrinks_a_weight() -> None:
    net = Net(channels=1, size=2)
    net.add("flatten")
    net.dense(1)
    graph = net.build()
    (kernel,) = find_kernels(graph)
    graph = graph.with_data({kernel.name: np.array([[1], [1], [1], [1]], np.float32)})
    made = Model.from_graph(graph)
    made.compile(optimizer="sgd", loss="mse")
    x = np.random.default_rng(0).standard_normal((64, 2, 2, 1)).astype(np.float32)
    bias = graph.nodes[-1].inputs[2].data
    target = x.reshape(64, 4) @ np.array([[2.0], [0.0], [1.5], [0.5]]) + bias
    (kernel,) = find_kernels(graph)

    scores = Evidence(made, (x, target), np.random.default_rng(0)).movement(kernel)

    np.testing.assert_array_equal(np.sign(scores.ravel()), [1, -1, 1, -1])


@pytest.mark.parametrize("name", sorted(CHANNELS_ONLY))
def test_criteria_of_channels_say_so(name: str) -> None:
    with pytest.raises(InvalidValueError, match=f"'{name}' judges channels"):
        compress.prune(model(), sparsity=0.5, criterion=name, data=data())


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("obc", None, "looks at samples; give data=x"),
        ("taylor", None, "give data="),
        ("fisher", np.zeros((4, 8, 8, 3)), "samples and labels"),
        ("movement", np.zeros((4, 8, 8, 3)), "samples and labels"),
    ],
)
def test_missing_data_are_asked_for(name: str, given: object, message: str) -> None:
    with pytest.raises(CompressionError, match=message):
        compress.prune(model(), sparsity=0.5, criterion=name, data=given)


def test_a_model_without_a_loss_is_told_to_compile() -> None:
    bare = Model.from_graph(model().graph)

    with pytest.raises(CompressionError, match=r"call model.compile\(\) first"):
        compress.prune(bare, sparsity=0.5, criterion="taylor", data=data())


@given(st.integers(0, 100), st.sampled_from(["magnitude", "taylor", "obc"]))
@settings(max_examples=6, deadline=None)
def test_labels_are_used_where_they_are_needed(seed: int, name: str) -> None:
    x, y = data()
    given = x if name == "obc" else (x, y)

    pruned = compress.prune(model(), sparsity=0.5, criterion=name, data=given, seed=seed)

    assert np.isfinite(pruned.predict(x)).all()


def test_an_object_is_its_own_criterion_and_unknown_names_are_listed() -> None:
    own = criteria.Magnitude()

    assert criteria.get(own) is own
    with pytest.raises(InvalidValueError, match="'size' is no criterion; known: activation_mean,"):
        criteria.get("size")
