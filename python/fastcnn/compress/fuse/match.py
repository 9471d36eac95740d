"""Which channel of one model does the work of which channel of another."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.channels import Axis
from fastcnn.compress.fuse.families import Family, Permutation, permuted
from fastcnn.compress.fuse.same import Names
from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph, Value
from fastcnn.typing import Array, FloatArray

_MAX_ROWS = 1 << 14
"""Positions that correlations are taken over, at most."""

_MAX_SWEEPS = 20


def match_by_activations(
    first: Graph, other: Graph, names: Names, families: Sequence[Family], x: Mapping[str, Array]
) -> list[Permutation]:
    """For each family: the channels of `other` in the order that fits those of `first` best.

        maximise over permutations p   sum over i of  corr(a_i, b_p(i))

    where a_i and b_i are what channel i holds over all samples and positions of `x`.

    Source:
        Li et al., "Convergent Learning: Do different neural networks learn the same
        representations?", ICLR 2016.
    """
    shown = [_shown(first, family) for family in families]
    chosen = [value for value in shown if value is not None]
    of_first = activations(first, chosen, x)
    of_other = activations(other, [other.values[names[value.name]] for value in chosen], x)
    orders = []
    for family, value in zip(families, shown, strict=True):
        if value is None:
            orders.append(np.arange(len(family.groups)))
            continue
        rows = family.indices((value.name, 1))[:, 0]
        a, b = (
            _columns(of_first[value.name])[:, rows],
            _columns(of_other[names[value.name]])[:, rows],
        )
        orders.append(_assign(_correlation(a, b)))
    return orders


def match_by_weights(
    first: Graph, other: Graph, names: Names, families: Sequence[Family]
) -> list[Permutation]:
    """As `match_by_activations`, without data: families in turn, until none changes.

        maximise over permutations p   sum over i of  <w_i, v_p(i)>

    where w_i and v_i are all weights of channel i, those of `other` with the permutations so far
    of the other families. The first time round, from the input to the output, only weights whose
    other axes are in order already are compared. What is found is a local maximum.

    Source:
        Ainsworth, Hayase and Srinivasa, "Git Re-Basin: Merging Models modulo Permutation
        Symmetries", ICLR 2023, section 3.2.
    """
    orders = [np.arange(len(family.groups)) for family in families]
    open_axes = {axis for family in families for axis in family.axes}
    for _ in range(_MAX_SWEEPS):
        changed = False
        for f, family in enumerate(families):
            rest = [np.arange(len(order)) if i == f else order for i, order in enumerate(orders)]
            moved = permuted(other, names, families, rest)
            open_axes -= set(family.axes)
            order = _assign(_likeness(first, moved, names, family, open_axes))
            changed |= not np.array_equal(order, orders[f])
            orders[f] = order
        if not changed:
            break
    return orders


def _shown(graph: Graph, family: Family) -> Value | None:
    """The last value with one index of axis 1 for each channel: after the activation."""
    values = [
        graph.values[name]
        for name, axis in family.axes
        if axis == 1 and family.groups[0].members[name, axis].size == 1
    ]
    made = {value.name: i for i, node in enumerate(graph.nodes) for value in node.outputs}
    made_here = [value for value in values if value.name in made]
    return max(made_here, key=lambda value: made[value.name], default=None)


def _columns(values: Array) -> Array:
    """One column a channel: [rows, C] of [N, C, ...]."""
    columns = np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])
    return columns[:: -(-len(columns) // _MAX_ROWS)]


def _correlation(a: Array, b: Array) -> FloatArray:
    """Pearson's coefficient of each column of `a` with each of `b`; 0 where one is constant."""
    standard = []
    for columns in (a, b):
        centred = columns - columns.mean(0, np.float64)
        norm = np.sqrt(np.square(centred).sum(0))
        standard.append(centred / np.where(norm > 0, norm, np.inf))
    product: FloatArray = standard[0].T @ standard[1]
    return product


def _likeness(
    first: Graph, other: Graph, names: Names, family: Family, open_axes: Container[Axis]
) -> FloatArray:
    """<w_i, v_j> over the parameters of the family that have no open axis, or over all of them."""
    axes = [axis for axis in family.axes if first.values[axis[0]].data is not None]
    settled = [
        (name, axis)
        for name, axis in axes
        if not any((name, i) in open_axes for i in range(first.values[name].type.rank))
    ]
    size = len(family.groups)
    total = np.zeros((size, size))
    for name, axis in settled or axes:
        rows = family.indices((name, axis))
        one, two = (
            np.moveaxis(np.take(value.data, rows, axis), axis, 0).reshape(size, -1)
            for value in (first.values[name], other.values[names[name]])
            if value.data is not None
        )
        total += one.astype(np.float64) @ two.T
    return total


def _assign(gain: FloatArray) -> Permutation:
    """Which column goes to which row for the largest sum.

    Source:
        Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics
        Quarterly 2, 1955.
    """
    try:
        from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]
    except ImportError:
        raise UnsupportedError(
            "fuse: matching neurons needs SciPy; run: pip install 'fastcnn[compress]'"
        ) from None
    return np.asarray(linear_sum_assignment(gain, maximize=True)[1])
