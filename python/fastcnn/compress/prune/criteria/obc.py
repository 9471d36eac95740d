"""Optimal brain compression: whom a layer misses least when the others make up for it."""

from __future__ import annotations

from math import ceil

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, Mask, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.hessian import is_fitted, rows_of
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.surgeon import remove, trace
from fastcnn.typing import FloatArray

_DAMPING = 0.01
_DEPTH = 1.1
"""How far beyond the share that is to go each row is traced, since rows lose unlike shares."""
_BLOCKS = 64
"""Rounds of a full trace, at most."""


@register
class Obc(Criterion):
    """Second order with a calibration set, and no retraining; needs no labels.

    Weights go one after the other, each time the one that raises the error of the layer's output
    least, and those that stay are fitted anew, bias included:

        error(w') = E |w u + b - w' u - b'|^2 over what the layer reads, u

    A weight scores the error at its removal, as a share of the variance of the layer's output. The
    Hessian, the covariance of u, gets a hundredth of its mean diagonal added. Transposed
    convolutions are scored by their squares, and not fitted.

    Time grows with outputs times the cube of the weights an output has: seconds for a layer of 1000
    weights an output, minutes for one of 4000.

    Source:
        Frantar and Alistarh, "Optimal Brain Compression: A Framework for Accurate Post-Training
        Quantization and Pruning", NeurIPS 2022.
    """

    name = "obc"
    comparable = True

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The errors at removal."""
        if not is_fitted(kernel):
            return np.square(kernel.data)
        rows = rows_of(kernel, kernel.data)
        unknowns = rows.shape[2]
        hessian = _damped(evidence.hessians[kernel].covariance)
        depth = min(unknowns, ceil(_DEPTH * evidence.share * unknowns))
        block = max(1, unknowns // _BLOCKS)
        losses = trace(rows.reshape(-1, unknowns), np.linalg.inv(hessian), depth, block)
        variance = float(np.einsum("god,gde,goe->", rows, hessian, rows, optimize=True))
        return kernel.unmatrix(losses / max(variance, 1e-300))

    def remaining(
        self, kernel: Kernel, dropped: Mask, evidence: Evidence
    ) -> tuple[FloatArray, FloatArray | None]:
        """The other weights fitted anew, and the bias that keeps the mean of the output."""
        bias = kernel.node.inputs[2].data
        if not is_fitted(kernel) or bias is None:
            return super().remaining(kernel, dropped, evidence)
        rows = rows_of(kernel, kernel.data)
        moments = evidence.hessians[kernel]
        hessian = _damped(moments.covariance)
        flat = (-1, rows.shape[2])
        drop = kernel.matrix(dropped).reshape(flat)
        fitted = remove(rows.reshape(flat), hessian, np.linalg.inv(hessian), drop)
        fitted = fitted.reshape(rows.shape)
        shift = ((rows - fitted) * moments.mean[:, None]).sum(2).ravel()
        data = kernel.unmatrix(fitted).astype(np.float32)
        return data, (bias + shift).astype(np.float32)


def _damped(covariance: FloatArray) -> FloatArray:
    """With a share of the mean diagonal of each group added, and a little of all groups'."""
    diagonal = np.diagonal(covariance, axis1=1, axis2=2).mean(1)
    strength = _DAMPING * (diagonal + 1e-4 * diagonal.mean()) + 1e-12
    damped: FloatArray = covariance + strength[:, None, None] * np.eye(covariance.shape[1])
    return damped
