"""The backend tests that the package onnx brings, on our reader and runtime.

What does not pass is listed in `backend_table.py`; a case listed there that passes fails here.
"""

from __future__ import annotations

import os
import re
import tempfile
import unittest
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.backend.base import Backend, BackendRep
from onnx.backend.test import BackendTest

import fastcnn as fc
from fastcnn.errors import GraphError, UnsupportedError
from tests.onnx.backend_table import NOT_PASSED, ON_NUMPY

pytestmark = [pytest.mark.filterwarnings("ignore")]

os.environ.setdefault("ONNX_HOME", tempfile.mkdtemp())  # where it puts light models


class Prepared(BackendRep):
    """A session that takes the inputs of the file, and gives the element types it declares.

    Many cases give shapes, axes and other arguments as inputs of the model. Where the model does
    not run with open ones, all but the first input are taken as constants; then all of them.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        weights = {tensor.name for tensor in model.graph.initializer}
        self._model = model
        self._names = [v.name for v in model.graph.input if v.name not in weights]
        self._types = [
            helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
            for value in model.graph.output
        ]

    def run(self, inputs: Sequence[np.ndarray], **_: Any) -> tuple[np.ndarray, ...]:
        arrays = [x.astype(np.float32) if x.dtype.name == "bfloat16" else x for x in inputs]
        given = dict(zip(self._names, arrays, strict=True))
        results = self._run_with_constants(given)
        with np.errstate(all="ignore"):
            return tuple(
                array.astype(dtype) for array, dtype in zip(results, self._types, strict=True)
            )

    def _run_with_constants(self, given: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        names = list(given)
        for constants in ([], names[1:]):
            try:
                return self._run({name: given[name] for name in constants}, given)
            except (UnsupportedError, GraphError):
                continue
        return self._run(given, given)

    def _run(
        self, constants: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]
    ) -> list[np.ndarray]:
        session = fc.compile(fc.onnx.load(self._model, constants=constants), check=False)
        inputs = {v.name: given[v.name] for v in session.graph.inputs}
        result = session(**inputs)
        steps = session.plan(tuple(array.shape for array in inputs.values())).steps()
        slow = {step["op"] for step in steps if step["kernel"] == "numpy_reference"}
        assert slow <= ON_NUMPY.keys()
        return list(result.values()) if isinstance(result, dict) else [result]


class FastcnnBackend(Backend):
    """What the tests call."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> Prepared:
        return Prepared(model)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device == "CPU"


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the data of some cases overflow on purpose
    _TESTS = BackendTest(FastcnnBackend, __name__)


def _must_fail(case: Callable[..., None], reason: str) -> Callable[..., None]:
    def test(self: unittest.TestCase) -> None:
        try:
            case(self)
        except Exception:
            return
        pytest.fail(f"it passes, but the table lists it: {reason}")

    return test


for _name, _suite in _TESTS.test_cases.items():
    for _case in [name for name in vars(_suite) if name.startswith("test_")]:
        _reasons = [why for pattern, why in NOT_PASSED.items() if re.search(pattern, _case)]
        if _case.endswith("_cuda"):
            delattr(_suite, _case)
        elif _reasons:
            setattr(_suite, _case, _must_fail(getattr(_suite, _case), _reasons[0]))
    globals()[_name] = _suite


def test_every_line_of_the_table_is_of_use() -> None:
    names = [name for suite in _TESTS.test_cases.values() for name in vars(suite)]

    unused = [p for p in NOT_PASSED if not any(re.search(p, name) for name in names)]

    assert unused == []
