"""Ridge regression."""

from __future__ import annotations

import numpy as np

from fastcnn.typing import Array, FloatArray

RIDGE = 1e-3
"""Regularisation, as a share of the mean square of the inputs."""

MIN_ROWS = 8192
"""Positions that a convolution is fitted on, at least; twice the unknowns if that is more."""


def least_squares(u: Array, t: Array, ridge: float = RIDGE) -> tuple[FloatArray, FloatArray]:
    """Weights and bias of the ridge regression of `t` on `u`.

        w = (U^T U + r I)^-1 U^T T = U^T (U U^T + r I)^-1 T,   b = mean t - mean u w

    where U and T are centred and r is `ridge` times the mean diagonal of U^T U; the smaller of
    the two systems is solved, in float64.

    Shape:
        u: [rows, K]. t: [rows, M]. w: [K, M]. b: [M].
    """
    mean_u, mean_t = u.mean(0, np.float64), t.mean(0, np.float64)
    centred_u, centred_t = u - mean_u, t - mean_t
    rows, unknowns = u.shape
    strength = max(ridge * float(np.square(centred_u).sum()) / unknowns, 1e-12)
    if unknowns <= rows:
        gram = centred_u.T @ centred_u
        gram.flat[:: unknowns + 1] += strength
        w = np.linalg.solve(gram, centred_u.T @ centred_t)
    else:
        gram = centred_u @ centred_u.T
        gram.flat[:: rows + 1] += strength
        w = centred_u.T @ np.linalg.solve(gram, centred_t)
    return w.astype(np.float32), (mean_t - mean_u @ w).astype(np.float32)
