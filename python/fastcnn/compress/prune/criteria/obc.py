"""Optimal brain compression: whom a layer misses least when the others make up for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, Mask, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.hessian import is_fitted, rows_of
from fastcnn.compress.prune.in_turn import refit_in_turn
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.surgeon import remove, trace
from fastcnn.graph import Graph
from fastcnn.typing import FloatArray

_DEPTH = 1.1
"""How far beyond the share that is to go each row is traced, since rows lose unlike shares."""
_BLOCKS = 32
"""Rounds of a full trace, at most."""


@register
@dataclass(frozen=True)
class Obc(Criterion):
    """Second order with a calibration set, and no retraining; needs no labels.

    Weights go one after the other, each time the one that raises the error of the layer's output
    least, and those that stay are fitted anew, bias included:

        error(w') = E |w u + b - w' u - b'|^2 over what the layer reads, u

    A weight scores the error at its removal, as a share of the variance of the layer's output. The
    Hessian, the covariance of u, gets a hundredth of its mean diagonal added, and more where fewer
    than eight u were seen for each weight of an output. Transposed
    convolutions are scored by their squares, and not fitted.

    Time grows with outputs times the cube of the weights an output has: seconds for a layer of 1000
    weights an output, minutes for one of 4000.

    Args:
        in_turn: Whether layers are fitted once more, one after the other, to what each gave in the
            whole network, where each reads what the pruned ones ahead of it give.

    Source:
        Frantar and Alistarh, "Optimal Brain Compression: A Framework for Accurate Post-Training
        Quantization and Pruning", NeurIPS 2022.
    """

    name = "obc"
    comparable = True
    in_turn: bool = True

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The errors at removal."""
        if not is_fitted(kernel):
            return np.square(kernel.data)
        rows = rows_of(kernel, kernel.data)
        unknowns = rows.shape[2]
        hessian = evidence.hessians[kernel].hessian
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
        hessian = moments.hessian
        flat = (-1, rows.shape[2])
        drop = kernel.matrix(dropped).reshape(flat)
        fitted = remove(rows.reshape(flat), hessian, np.linalg.inv(hessian), drop)
        fitted = fitted.reshape(rows.shape)
        shift = ((rows - fitted) * moments.mean[:, None]).sum(2).ravel()
        data = kernel.unmatrix(fitted).astype(np.float32)
        return data, (bias + shift).astype(np.float32)

    def settled(
        self, before: Graph, after: Graph, kernels: Sequence[Kernel], evidence: Evidence
    ) -> Graph:
        """Fits the layers once more, in turn, unless that is not wanted."""
        if not self.in_turn:
            return after
        own = [
            kernel
            for kernel in kernels
            if is_fitted(kernel)
            and kernel.node.inputs[2].is_parameter
            and all(len(before.users(value)) == 1 for value in kernel.node.inputs[1:3])
        ]
        seed = int(evidence.rng.integers(2**31))
        return refit_in_turn(before, after, own, evidence.inputs(), seed)
