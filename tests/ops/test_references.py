"""Every reference: its types, its precision, and that the table in the documents is complete."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import fastcnn.onnx  # noqa: F401  (it adds an op of its own)
from fastcnn.graph import Type
from fastcnn.ops import get, infer, names
from tests.ops.cases import Case, all_cases, cases
from tests.tolerance import assert_close

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "ops.md"
BATCHED = [case for op in names() for case in cases(op)[:3] if case.batched]
OF_A_TYPE = {"cast", "fill"}  # their attributes say what floats they give
TRAINING_ONLY = {"batch_norm_train", "batch_norm_backward"}  # no statistics of nothing


def run(case: Case, arrays: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    with np.errstate(all="ignore"):
        result = get(case.op).reference(*arrays, **case.attrs)
    return result if isinstance(result, tuple) else (result,)


def types_of(arrays: list[np.ndarray], unknown: tuple[int, ...] = ()) -> list[Type]:
    return [
        Type((None, *array.shape[1:]) if i in unknown else array.shape, array.dtype.name)
        for i, array in enumerate(arrays)
    ]


def assert_fits(type_: Type, output: np.ndarray) -> None:
    assert len(type_.shape) == output.ndim
    assert all(a in (None, b) for a, b in zip(type_.shape, output.shape, strict=True))


def as_double(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [array.astype(np.float64) if array.dtype.kind == "f" else array for array in arrays]


def test_the_table_of_operations_is_the_registry():
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert documented == set(names())


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_reference_gives_the_inferred_types_in_either_precision(case, rng):
    arrays = case.inputs(rng)

    inferred = infer(case.op, types_of(arrays), case.attrs)
    single = run(case, arrays)
    double = run(case, as_double(arrays))

    for type_, output in zip(inferred, single, strict=True):
        assert_fits(type_, output)
        assert type_.dtype == output.dtype.name
    for low, high in zip(single, double, strict=True):
        wide = low.dtype == np.float32 and case.op not in OF_A_TYPE
        assert high.dtype == (np.float64 if wide else low.dtype)
        assert_close(low, high, reduction=case.reduction, what=str(case))


@pytest.mark.parametrize("case", BATCHED, ids=str)
def test_an_unknown_batch_leaves_every_other_extent_known(case, rng):
    arrays = case.inputs(rng)

    inferred = infer(case.op, types_of(arrays, unknown=case.batched), case.attrs)

    for type_, output in zip(inferred, run(case, arrays), strict=True):
        assert None not in type_.shape[1:]
        assert_fits(type_, output)


@pytest.mark.parametrize(
    "case", [case for case in BATCHED if case.op not in TRAINING_ONLY], ids=str
)
def test_an_empty_batch_is_legal(case, rng):
    arrays = [array[:0] if i in case.batched else array for i, array in enumerate(case.inputs(rng))]

    inferred = infer(case.op, types_of(arrays), case.attrs)
    outputs = run(case, arrays)

    assert [type_.shape for type_ in inferred] == [output.shape for output in outputs]
