"""Weights removed together, and the others changed to make up for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fastcnn.typing import FloatArray


def remove(
    weights: FloatArray,
    hessian: FloatArray,
    inverse: FloatArray,
    dropped: npt.NDArray[np.bool_],
) -> FloatArray:
    """The rows without their dropped weights, the others at the least error under that.

        w' = w - H^-1[:, P] (H^-1[P, P])^-1 w_P
           = w + H[S, S]^-1 H[S, P] w_P on S,  0 on P

    where P are the dropped weights of a row and S the others; the smaller system is solved.

    Shape:
        weights, dropped: [rows, d], the rows of a group one after the other. hessian, inverse:
        [groups, d, d].

    Source:
        Frantar and Alistarh, "Optimal Brain Compression", NeurIPS 2022, the group update of
        section 4; Kurtic et al., "The Optimal BERT Surgeon", EMNLP 2022.
    """
    remaining = weights.astype(np.float64)
    each = len(weights) // len(hessian)
    for row, (w, drop) in enumerate(zip(remaining, dropped, strict=True)):
        gone, kept = np.flatnonzero(drop), np.flatnonzero(~drop)
        if not gone.size:
            continue
        if gone.size < kept.size:
            h = inverse[row // each]
            w -= h[:, gone] @ np.linalg.solve(h[np.ix_(gone, gone)], w[gone])
        else:
            h = hessian[row // each]
            w[kept] += np.linalg.solve(h[np.ix_(kept, kept)], h[np.ix_(kept, gone)] @ w[gone])
        w[gone] = 0
    return remaining
