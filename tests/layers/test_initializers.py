"""First weights have the mean and spread they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.layers import initializers
from fastcnn.layers.initializers import VarianceScaling, fans

SHAPE = (3, 3, 40, 60)
FAN_IN, FAN_OUT = 9 * 40, 9 * 60

STDDEVS = {
    "zeros": 0.0,
    "ones": 0.0,
    "constant": 0.0,
    "random_normal": 0.05,
    "random_uniform": 0.05 / math.sqrt(3),
    "truncated_normal": 0.05 * 0.8796,
    "glorot_uniform": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "glorot_normal": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "he_uniform": math.sqrt(2 / FAN_IN),
    "he_normal": math.sqrt(2 / FAN_IN),
    "lecun_uniform": math.sqrt(1 / FAN_IN),
    "lecun_normal": math.sqrt(1 / FAN_IN),
    "identity": math.sqrt(40 / (9 * 40 * 60)),
    "orthogonal": math.sqrt(1 / FAN_IN),
    "variance_scaling": math.sqrt(1 / FAN_IN),
}


@pytest.mark.parametrize("name", initializers.names())
def test_mean_and_spread(name, rng):
    data = initializers.get(name)(SHAPE, rng)

    assert data.shape == SHAPE
    assert data.dtype == np.float32
    assert data.mean() == pytest.approx(float(name == "ones"), abs=2e-3)
    assert data.std() == pytest.approx(STDDEVS[name], rel=0.02, abs=1e-9)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_uniform", "lecun_uniform"])
def test_uniform_numbers_stay_within_their_limit(name, rng):
    data = initializers.get(name)(SHAPE, rng)

    assert np.abs(data).max() <= math.sqrt(3) * STDDEVS[name] * (1 + 1e-6)


def test_truncated_numbers_stay_within_two_standard_deviations(rng):
    data = initializers.TruncatedNormal(1.0, 0.5)(SHAPE, rng)

    assert np.abs(data - 1).max() <= 1.0 + 1e-6


def test_untruncated_numbers_go_beyond(rng):
    data = VarianceScaling(1.0, "fan_in", "untruncated_normal")(SHAPE, rng)

    assert np.abs(data).max() > 2.5 / math.sqrt(FAN_IN)


@pytest.mark.parametrize(
    ("shape", "expected"), [((5,), (5, 5)), ((3, 4), (3, 4)), (SHAPE, (FAN_IN, FAN_OUT))]
)
def test_fans(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize("arguments", [{"mode": "fan"}, {"distribution": "normal"}, {"scale": 0.0}])
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(InvalidValueError, match=next(iter(arguments))):
        VarianceScaling(**arguments)


@pytest.mark.parametrize("shape", [(3, 5, 6, 4), (1, 1, 4, 6), (3, 3)])
def test_the_identity_passes_each_channel_on(shape, rng):
    data = initializers.Identity(2.0)(shape, rng)

    middle = data[tuple(extent // 2 for extent in shape[:-2])]
    np.testing.assert_array_equal(middle, 2 * np.eye(*shape[-2:]))
    assert np.count_nonzero(data) == min(shape[-2:])


@pytest.mark.parametrize("shape", [(3, 3, 2, 5), (2, 7), (6, 6)])
def test_orthogonal_weights_keep_lengths(shape, rng):
    matrix = initializers.Orthogonal(3.0)(shape, rng).reshape(-1, shape[-1])

    few = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(few @ few.T, 9 * np.eye(len(few)), atol=1e-5)


@pytest.mark.parametrize("name", ["identity", "orthogonal"])
def test_vectors_have_no_inputs_and_outputs(name, rng):
    with pytest.raises(InvalidValueError, match=r"needs inputs and outputs.*\(5,\)"):
        initializers.get(name)((5,), rng)


def test_an_object_stands_for_itself():
    he = initializers.Constant(3.0)

    assert initializers.get(he) is he


@pytest.mark.parametrize("name", initializers.names())
def test_names_stand_for_the_classes(name):
    cls = getattr(initializers, "".join(part.capitalize() for part in name.split("_")))

    assert initializers.get(name) == cls() == initializers.get(cls.__name__)
