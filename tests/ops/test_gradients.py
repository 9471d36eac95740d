"""Every gradient against central differences."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.graph import Type
from fastcnn.ops import Builder, Op, evaluate, get, names
from tests.ops.cases import Case, cases

STEP = 1e-6
DIRECTIONS = 3
CONSTANT_INPUTS = {  # known by the op's definition to have no gradient, though they are float32
    "batch_norm": {3, 4},
    "softmax_cross_entropy": {1},
    "cross_entropy": {1},
    "binary_cross_entropy": {1},
    "squared_error": {1},
}
SAVED_OUTPUTS = {"batch_norm_train": {1, 2, 3}}  # results that no loss may depend on


def has_gradient(op: str) -> bool:
    return type(get(op)).gradient is not Op.gradient


def is_smooth(case: Case) -> bool:
    if case.attrs.get("step", 1) != 1:  # a slice of another step has no gradient
        return False
    arrays = case.inputs(np.random.default_rng(0))
    return case.finite and any(array.dtype.kind == "f" for array in arrays)


SMOOTH = [case for op in names() if has_gradient(op) for case in cases(op) if is_smooth(case)]


@pytest.mark.parametrize("op", names())
def test_every_op_has_cases(op):
    assert cases(op), f"add cases of '{op}' to tests/ops/cases"


@pytest.mark.parametrize("case", SMOOTH, ids=str)
def test_gradient_equals_central_differences(case, rng):
    arrays = [_double(array) for array in case.inputs(rng)]
    outputs = _outputs(case, arrays)
    weights = [
        None if i in SAVED_OUTPUTS.get(case.op, ()) else rng.normal(size=output.shape)
        for i, output in enumerate(outputs)
    ]

    def loss(inputs: list[np.ndarray]) -> float:
        pairs = zip(weights, _outputs(case, inputs), strict=True)
        return sum(float((w * y).sum()) for w, y in pairs if w is not None)

    gradients = _gradients(case, arrays, weights)

    for i, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        if array.dtype.kind != "f" or i in CONSTANT_INPUTS.get(case.op, ()):
            assert gradient is None
            continue
        gradient = np.zeros(array.shape) if gradient is None else gradient
        assert gradient.shape == array.shape
        for _ in range(DIRECTIONS):
            direction = rng.normal(size=array.shape)
            ahead, behind = (
                loss([*arrays[:i], array + sign * STEP * direction, *arrays[i + 1 :]])
                for sign in (1, -1)
            )
            shares = gradient * direction
            limit = 1e-6 * (np.abs(shares).sum() + abs(ahead))
            assert (ahead - behind) / (2 * STEP) == pytest.approx(shares.sum(), abs=limit)


def _double(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _outputs(case: Case, arrays: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    result = get(case.op).reference(*arrays, **case.attrs)
    return result if isinstance(result, tuple) else (result,)


def _gradients(
    case: Case, arrays: list[np.ndarray], weights: list[np.ndarray | None]
) -> list[np.ndarray | None]:
    """The gradients by each input as the op states them, with a batch of unknown size."""
    g = Builder()
    inputs = []
    for i, array in enumerate(arrays):
        dtype = "float32" if array.dtype.kind == "f" else array.dtype.name
        shape = (None, *array.shape[1:]) if i in case.batched else array.shape
        inputs.append(g.input(f"input{i}", shape, dtype))
    outputs = g.apply_all(case.op, *inputs, **case.attrs)
    (node,) = g.build(outputs).nodes
    grads = [
        None if weight is None else g.input(f"grad{i}", _type_of(output.type).shape)
        for i, (weight, output) in enumerate(zip(weights, outputs, strict=True))
    ]
    by_input = get(case.op).gradient(g, node, *grads)
    graph = g.build([value for value in by_input if value is not None])
    feeds = {f"input{i}": array for i, array in enumerate(arrays)}
    feeds |= {f"grad{i}": weight for i, weight in enumerate(weights) if weight is not None}
    values = evaluate(graph, feeds)
    return [None if value is None else values[value.name] for value in by_input]


def _type_of(output: Type) -> Type:
    assert output.dtype == "float32"
    return output
