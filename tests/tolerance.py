"""How far a float32 result may lie from the float64 one: `docs/numerics.md` derives it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

FLOAT32_EPSILON = 2.0**-23
_FACTOR = 4.0


def tolerance(reduction: int = 1, *, scale: float = 1.0) -> float:
    """Largest absolute error allowed: 4 epsilon sqrt(reduction) scale.

    Args:
        reduction: Length of the longest sum behind one element.
        scale: Largest magnitude among the exact results.
    """
    return _FACTOR * FLOAT32_EPSILON * math.sqrt(max(1, reduction)) * scale


def assert_close(
    actual: npt.ArrayLike, exact: npt.ArrayLike, *, reduction: int = 1, what: str = "result"
) -> None:
    """Fails unless `actual` is `exact` within `tolerance`, and NaN and infinite where it is.

    Args:
        actual: float32, or integers, which must be equal.
        exact: The same in float64.
        reduction: Length of the longest sum behind one element.
        what: Name of the result, for the message.
    """
    given, wanted = np.asarray(actual), np.asarray(exact)
    assert given.shape == wanted.shape, f"{what}: shape {given.shape}, not {wanted.shape}"
    if wanted.dtype.kind in "iub":
        np.testing.assert_array_equal(given, wanted, what)
        return
    finite = np.isfinite(wanted)
    _assert_same(given, wanted, ~finite, what)
    given, wanted = given[finite].astype(np.float64), wanted[finite]
    if not wanted.size:
        return
    limit = tolerance(reduction, scale=float(np.abs(wanted).max()))
    errors = np.abs(given - wanted)
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    assert errors[worst] <= limit, (
        f"{what}: {given[worst]!r} for {wanted[worst]!r}, off by {errors[worst]:.3g}; "
        f"the limit for sums of {reduction} is {limit:.3g}"
    )


def _assert_same(
    given: npt.NDArray[Any], wanted: npt.NDArray[Any], where: npt.NDArray[np.bool_], what: str
) -> None:
    np.testing.assert_array_equal(given[where], wanted[where], f"{what}: NaN and infinity")
