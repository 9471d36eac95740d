"""What optimizers take beside their rule: clipping, decay, averages, and wrappers."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Traits
from fastcnn.train import deserialize, optimizers, serialize
from fastcnn.train.optimizers import SGD, SWA, Adam, AdamW, Lamb, Lookahead, Muon
from fastcnn.train.schedules import CosineDecay
from fastcnn.typing import Array
from tests.train.nets import blobs, same_bits, trainer
from tests.train.test_optimizers import LR, TOLERANCE, run, run_all

SHAPES = {"w": (3, 5), "b": (5,)}
STEPS = 9


def draw(rng: np.random.Generator) -> dict[str, Array]:
    return {name: rng.uniform(0.5, 1.5, shape).astype(np.float32) for name, shape in SHAPES.items()}


@pytest.fixture
def weights(rng: np.random.Generator) -> dict[str, Array]:
    return draw(rng)


@pytest.fixture
def gradients(rng: np.random.Generator) -> list[dict[str, Array]]:
    return [draw(rng) for _ in range(STEPS)]


def path(weights: dict[str, Array], gradients: list[dict[str, Array]]) -> list[Array]:
    """W after each step of plain descent, in float64."""
    w, ways = weights["w"].astype(np.float64), []
    for gradient in gradients:
        w = w - LR * gradient["w"]
        ways.append(w)
    return ways


@pytest.mark.parametrize("limit", [0.7, 100.0])
def test_each_gradient_is_scaled_to_its_limit(limit, weights, gradients):
    new = run_all(SGD(clipnorm=limit), weights, gradients[:1])

    for name, w in weights.items():
        g = gradients[0][name].astype(np.float64)
        g = g * min(1, limit / np.linalg.norm(g))
        np.testing.assert_allclose(new[name], w - LR * g, rtol=TOLERANCE)


@pytest.mark.parametrize("limit", [0.7, 100.0])
def test_all_gradients_are_scaled_to_one_limit(limit, weights, gradients):
    new = run_all(SGD(global_clipnorm=limit), weights, gradients[:1])

    norm = np.sqrt(sum(np.square(g, dtype=np.float64).sum() for g in gradients[0].values()))
    for name, w in weights.items():
        g = gradients[0][name] * min(1, limit / norm)
        np.testing.assert_allclose(new[name], w - LR * g, rtol=TOLERANCE)


def test_every_element_is_clipped(weights, gradients):
    new = run_all(SGD(clipvalue=0.8), weights, gradients[:1])

    for name, w in weights.items():
        g = np.minimum(gradients[0][name], 0.8)
        np.testing.assert_allclose(new[name], w - LR * g, rtol=TOLERANCE)


@pytest.mark.parametrize("options", [{"clipvalue": 0.8}, {"clipnorm": 1.0}])
def test_what_is_clipped_holds_the_penalties(options, weights, gradients):
    g = gradients[0]["w"] + 0.1 * np.sign(weights["w"]) + 2 * 0.2 * weights["w"]
    clipped = g / np.linalg.norm(g) if "clipnorm" in options else np.minimum(g, 0.8)

    new = run(SGD(**options), weights["w"], [gradients[0]["w"]], Traits(l1=0.1, l2=0.2))

    np.testing.assert_allclose(new, weights["w"] - LR * clipped, rtol=TOLERANCE)


def test_gradients_of_zero_are_not_divided_by_their_norm(weights):
    nothing = {name: np.zeros_like(w) for name, w in weights.items()}

    for options in ({"clipnorm": 1.0}, {"global_clipnorm": 1.0}):
        assert same_bits(run_all(SGD(**options), weights, [nothing]), run_all(SGD(), weights, []))
    for optimizer in (Lamb(), optimizers.LARS(), Muon(weight_decay=None)):
        assert np.isfinite(run_all(optimizer, weights, [nothing])["w"]).all()


def test_weights_decay_apart_from_the_gradient(weights, gradients):
    expected = weights["w"] - LR * 0.1 * weights["w"] - LR * gradients[0]["w"]

    new = run(SGD(weight_decay=0.1), weights["w"], [gradients[0]["w"]])

    np.testing.assert_allclose(new, expected, rtol=TOLERANCE)


def test_adam_with_decay_is_adamw(weights, gradients):
    a = run_all(Adam(weight_decay=0.1), weights, gradients)

    assert same_bits(a, run_all(AdamW(weight_decay=0.1), weights, gradients))


def test_a_moving_average_begins_with_the_first_update(weights, gradients):
    first, *others = path(weights, gradients)
    expected = first
    for w in others:
        expected = 0.9 * expected + 0.1 * w

    state = run_all(SGD(use_ema=True, ema_momentum=0.9), weights, gradients)

    np.testing.assert_allclose(state["w/average"], expected, rtol=TOLERANCE)
    np.testing.assert_allclose(state["w"], others[-1], rtol=TOLERANCE)


def test_averages_take_the_place_of_the_weights_again_and_again(weights, gradients):
    w = average = None
    for t, gradient in enumerate(gradients, 1):
        w = (weights["w"] if w is None else w) - LR * gradient["w"].astype(np.float64)
        average = w if average is None else 0.9 * average + 0.1 * w
        w = average if t % 3 == 0 else w
    optimizer = SGD(use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3)

    state = run_all(optimizer, weights, gradients)

    np.testing.assert_allclose(state["w"], w, rtol=TOLERANCE)


@pytest.mark.parametrize(
    ("start", "period", "counted"), [(0, 1, range(1, 10)), (2, 3, (5, 8)), (7, 4, (9,))]
)
def test_the_average_is_the_mean_of_the_weights_that_count(
    start, period, counted, weights, gradients
):
    ways = path(weights, gradients)
    expected = np.mean([ways[t - 1] for t in counted], axis=0)

    state = run_all(SWA(SGD(), start, period), weights, gradients)

    np.testing.assert_allclose(state["w/average"], expected, rtol=TOLERANCE)


def test_slow_weights_go_part_of_the_way(weights, gradients):
    w = slow = weights["w"].astype(np.float64)
    for t, gradient in enumerate(gradients, 1):
        w = w - LR * gradient["w"]
        if t % 4 == 0:
            w = slow = slow + 0.25 * (w - slow)

    state = run_all(Lookahead(SGD(), 4, 0.25), weights, gradients)

    np.testing.assert_allclose(state["w"], w, rtol=TOLERANCE)
    np.testing.assert_allclose(state["w/slow"], slow, rtol=TOLERANCE)


@pytest.mark.parametrize(
    "optimizer", [SGD(use_ema=True), SWA(Adam(), 2, 3), Lookahead(SWA("sgd", 0, 1))], ids=str
)
def test_training_ends_with_the_averages(optimizer):
    x, y = blobs()
    running = trainer(optimizer=optimizer)

    running.fit(x, y, epochs=2, batch_size=20, verbose=0)

    arrays = running.state.arrays
    averages = {name: a for name, a in arrays.items() if name.endswith("/average")}
    assert averages
    assert same_bits(
        {name: arrays[name] for name in running.state.get_weights()},
        {name.removesuffix("/average"): average for name, average in averages.items()},
    )


@pytest.mark.parametrize(
    "optimizer",
    [Lamb(global_clipnorm=1.0), Muon(use_ema=True), Lookahead(optimizers.LARS(clipnorm=0.5))],
    ids=str,
)
def test_bits_do_not_depend_on_threads(optimizer, rng):
    weights = {"kernel": rng.standard_normal((24, 16, 3, 3)), "bias": rng.standard_normal(24)}
    weights = {name: w.astype(np.float32) for name, w in weights.items()}
    gradients = [
        {name: rng.standard_normal(w.shape).astype(np.float32) for name, w in weights.items()}
        for _ in range(3)
    ]

    one = run_all(optimizer, weights, gradients, threads=1)

    assert same_bits(one, run_all(optimizer, weights, gradients, threads=2))


def test_muon_takes_kernels_and_leaves_the_rest_to_adamw(rng):
    shapes = {"conv": (4, 3, 3, 3), "head": (6, 4), "bias": (4,)}
    weights = {name: rng.standard_normal(s).astype(np.float32) for name, s in shapes.items()}
    gradients = [{name: w + 1 for name, w in weights.items()}]

    state = run_all(Muon(exclude_layers=["head"]), weights, gradients)

    averaged = {name for name in state if name.endswith("/v")}
    assert averaged == {"head/v", "bias/v"}
    adamw = run_all(AdamW(), weights, gradients)
    assert same_bits(
        {name: state[name] for name in ("head", "bias")},
        {name: adamw[name] for name in ("head", "bias")},
    )


def test_a_step_of_muon_has_singular_values_near_one(rng):
    w = rng.standard_normal((8, 4, 3, 3)).astype(np.float32)
    g = rng.standard_normal(w.shape).astype(np.float32)

    new = run(Muon(weight_decay=None, rms_rate=None), w, [g])

    values = np.linalg.svd(((w - new) / LR).reshape(8, -1), compute_uv=False)
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_a_wrapper_goes_through_its_config():
    made = deserialize(serialize(Lookahead(SWA(Adam(CosineDecay(0.1), clipnorm=1.0)))))

    assert made == Lookahead(SWA(Adam(CosineDecay(0.1), clipnorm=1.0)))
    assert made.rate == CosineDecay(0.1)
    assert made.with_rate(0.5).rate == 0.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(clipnorm=0.0), "SGD: clipnorm is 0.0, it must be positive, or None"),
        (
            lambda: Adam(clipnorm=1.0, clipvalue=1.0),
            "clipvalue is 1.0, it must be None where clipnorm is given",
        ),
        (lambda: Adam(weight_decay=-1.0), "weight_decay is -1.0"),
        (lambda: Adam(use_ema=True, ema_momentum=1.0), "ema_momentum is 1.0"),
        (lambda: Adam(ema_overwrite_frequency=2), "it must be None without use_ema"),
        (lambda: SWA(SGD(use_ema=True)), "one that keeps no averages of its own"),
        (lambda: SWA(average_period=0), "average_period is 0"),
        (lambda: Lookahead(slow_step_size=0.0), r"slow_step_size is 0.0, it must be in \(0, 1\]"),
        (lambda: Lookahead("adma"), "did you mean 'adam'"),
    ],
)
def test_arguments_outside_their_limits_are_named(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()
