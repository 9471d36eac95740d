"""The order in which the weights of each row are best removed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fastcnn.typing import FloatArray

Indices = npt.NDArray[np.int64]

_BUDGET_BYTES = 128 << 20


def trace(weights: FloatArray, inverse: FloatArray, depth: int, block: int = 1) -> FloatArray:
    """Greedy removal, row by row: what the error has grown by when each weight goes.

    With H the Hessian of a row's error, removing weight p costs, and changes the others by

        loss = w_p^2 / [H^-1]_pp / 2,    w -= H^-1[:, p] w_p / [H^-1]_pp

    whereupon H^-1 loses its part along p. After k removals it is H^-1 - V^T V, where V [k, d] is a
    pivoted Cholesky factor: the rows of V are kept instead of a d x d matrix for each row of
    weights. In each round the `block` cheapest weights of a row are removed one after the other, so
    that all is products of matrices: with L the Cholesky factor of the block, V gains L^-1 times
    the block's rows of what H^-1 has become, and the losses are (L^-1 w_P)^2 / 2.

    Args:
        weights: Left as they are.
        inverse: H^-1 of each group of rows.
        depth: Weights to remove from each row by this rule, at most d; the rest follow in the
            order of what they would cost then.
        block: Weights chosen at once; with 1 the rule is exact.

    Returns:
        Of each weight the largest loss of a removal up to its own, in its row: a weight scores
        higher than all that went before it.

    Shape:
        weights: [rows, d], the rows of a group one after the other. inverse: [groups, d, d].
        Result: [rows, d].

    Source:
        Frantar and Alistarh, "Optimal Brain Compression: A Framework for Accurate Post-Training
        Quantization and Pruning", NeurIPS 2022, algorithm 1; Hassibi and Stork, "Second order
        derivatives for network pruning: Optimal Brain Surgeon", NeurIPS 1992.
    """
    rows, unknowns = weights.shape
    owner = np.repeat(np.arange(len(inverse)), rows // len(inverse))
    size = max(1, _BUDGET_BYTES // (8 * max(depth, 1) * unknowns))
    chunks = [slice(start, start + size) for start in range(0, rows, size)]
    return np.concatenate([_trace(weights[c], inverse, owner[c], depth, block) for c in chunks])


def _trace(
    weights: FloatArray, inverse: FloatArray, owner: Indices, depth: int, block: int
) -> FloatArray:
    rows, unknowns = weights.shape
    w = weights.astype(np.float64)
    diagonal = np.diagonal(inverse, axis1=1, axis2=2)[owner]
    factor = np.empty((rows, depth, unknowns))
    scores = np.full(w.shape, np.nan)
    worst = np.zeros(rows)
    for start in range(0, depth, block):
        count = min(block, depth - start)
        picked = _cheapest(w, diagonal, scores, count)
        done = factor[:, :start]
        part = inverse[owner[:, None], picked]
        part -= np.take_along_axis(done, picked[:, None], 2).transpose(0, 2, 1) @ done
        pivots = np.linalg.cholesky(np.take_along_axis(part, picked[:, None], 2))
        within = np.linalg.inv(pivots)
        rows_of_factor = factor[:, start : start + count]
        np.matmul(within, part, out=rows_of_factor)
        step = within @ np.take_along_axis(w, picked, 1)[..., None]
        losses = np.maximum.accumulate(np.square(step[..., 0]) / 2, axis=1)
        losses = np.maximum(losses, worst[:, None])
        worst = losses[:, -1]
        np.put_along_axis(scores, picked, losses, 1)
        w -= (step.transpose(0, 2, 1) @ rows_of_factor)[:, 0]
        np.put_along_axis(w, picked, 0, 1)
        diagonal -= np.square(rows_of_factor).sum(1)
    rest = np.isnan(scores)
    return np.where(rest, worst[:, None] + _costs(w, diagonal, ~rest), scores)


def _costs(w: FloatArray, diagonal: FloatArray, gone: npt.NDArray[np.bool_]) -> FloatArray:
    """What each removal would cost now; 0 where it is done."""
    costs: FloatArray = np.square(w) / np.where(gone, 1, diagonal) / 2
    return costs


def _cheapest(w: FloatArray, diagonal: FloatArray, scores: FloatArray, count: int) -> Indices:
    """The `count` weights of each row that cost least now, cheapest first: [rows, count]."""
    gone = ~np.isnan(scores)
    costs = np.where(gone, np.inf, _costs(w, diagonal, gone))
    picked = np.argpartition(costs, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(costs, picked, 1), axis=1, kind="stable")
    return np.take_along_axis(picked, order, 1)
