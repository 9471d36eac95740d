"""Penalties by name and as objects."""

from __future__ import annotations

import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.layers import regularizers
from fastcnn.layers.regularizers import L1, L1L2, L2, Regularizer


@pytest.mark.parametrize(
    ("given", "l1", "l2"),
    [
        (None, 0, 0),
        ("l1", 0.01, 0),
        ("L2", 0, 0.01),
        ("l1_l2", 0.01, 0.01),
        (L1(0.5), 0.5, 0),
        (L2(0.5), 0, 0.5),
        (L1L2(0.1, 0.2), 0.1, 0.2),
    ],
)
def test_coefficients(given, l1, l2):
    penalty = regularizers.get(given)

    assert (penalty.l1, penalty.l2) == (l1, l2)


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3), L1L2(0.1, 0.2)])
def test_a_config_makes_an_equal_object(penalty):
    assert type(penalty)(**penalty.get_config()) == penalty


@pytest.mark.parametrize("value", [-0.1, float("nan"), "0.1", True, None])
def test_coefficients_outside_their_limits_are_refused(value):
    for make in (L1, L2, Regularizer):
        with pytest.raises(InvalidValueError, match="at least 0"):
            make(value)
