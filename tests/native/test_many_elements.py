"""Arrays of many tasks: the contract's cases are small enough for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastcnn import runtime
from tests.native.one_op import BLOCKED, CONSTANT, graph_of, run_native, run_reference
from tests.ops.cases.case import Case, each
from tests.ops.cases.makers import (
    coins,
    distinct,
    exactly,
    labels,
    normal,
    repeated,
    uniform,
)
from tests.tolerance import assert_close

COUNT = 100_003
IMAGE = (3, 20, 37, 41)
LARGE = (9, 32, 37, 41)  # over half of a second cache
ZEROS, ONES = exactly(np.zeros(20)), exactly(np.ones(20))
LR, STEP = exactly(0.05), exactly(3, np.int32)
DECAY: dict[str, Any] = {"l1": 0.01, "l2": 0.02, "hold_zeros": 1}
ADAM: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "weight_decay": 0.01}
OVERLAPPING: dict[str, Any] = {"kernel_size": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)}
REAL = {"count_include_pad": 0}
CASES = [
    Case("relu", "image", each(normal(*IMAGE))),
    Case("tanh", "flat", each(normal(COUNT))),
    Case("sigmoid", "flat", each(normal(COUNT, deviation=5))),
    Case("add", "image", each(normal(*IMAGE), normal(*IMAGE)), {"activation": "relu6"}),
    Case("dropout_train", "flat", each(normal(COUNT), STEP), {"rate": 0.3, "seed": 2**40 + 3}),
    Case("dropout_train", "image", each(normal(*IMAGE), STEP), {"rate": 0.3, "seed": 5}),
    Case(
        "adam_update",
        "flat",
        each(
            normal(COUNT), normal(COUNT), normal(COUNT), uniform(COUNT, low=0.1, high=2), LR, STEP
        ),
        {**ADAM, **DECAY},
        reduction=16,
    ),
    Case("reduce_mean", "flat", each(normal(COUNT))),
    Case("penalty", "flat", each(normal(COUNT)), {"l1": 0.3, "l2": 0.1}),
    Case("transpose", "matrix", each(normal(301, 333)), {"perm": (1, 0)}),
    Case("transpose", "to-nhwc", each(normal(*IMAGE)), {"perm": (0, 2, 3, 1)}),
    Case("transpose", "to-nchw", each(normal(3, 37, 41, 20)), {"perm": (0, 3, 1, 2)}),
    Case("transpose", "runs", each(normal(60, 50, 40)), {"perm": (1, 0, 2)}),
    Case("concat", "image", each(normal(*IMAGE), normal(*IMAGE)), {"axis": 2}),
    Case("slice", "image", each(normal(*IMAGE)), {"axis": 3, "start": 2, "stop": 40}),
    Case("pad2d", "image", each(normal(*IMAGE)), {"pads": (2, 1, -1, 3), "value": 0.5}),
    Case("dense", "deep", each(normal(50, 5000), normal(5000, 70), normal(70)), reduction=5000),
    Case("dense_backward_data", "wide", each(normal(50, 70), normal(700, 70)), reduction=70),
    Case("dense_backward_weights", "wide", each(normal(50, 700), normal(50, 70)), reduction=50),
    Case("max_pool2d", "image", each(distinct(*IMAGE)), OVERLAPPING),
    Case("average_pool2d", "image", each(normal(*IMAGE)), {**OVERLAPPING, **REAL}, reduction=9),
    Case(
        "average_pool2d_backward",
        "image",
        each(normal(3, 20, 19, 21)),
        {**OVERLAPPING, **REAL, "input_size": IMAGE[2:]},
        reduction=9,
    ),
    Case("global_average_pool2d", "image", each(normal(*IMAGE)), reduction=37 * 41),
    Case("channel_sum", "image", each(normal(*IMAGE)), reduction=3 * 37 * 41),
    Case(
        "batch_norm_train",
        "image",
        each(uniform(*IMAGE, low=1, high=3), normal(20), normal(20)),
        {"epsilon": 1e-3},
        reduction=3 * 37 * 41,
    ),
    Case(
        "batch_norm_backward",
        "samples",
        each(
            normal(3001, 37),
            normal(3001, 37),
            normal(37),
            exactly(np.zeros(37)),
            exactly(np.ones(37)),
        ),
        reduction=3001,
    ),
    Case(
        "batch_norm_train",
        "large-image",
        each(normal(*LARGE), normal(32), normal(32), normal(*LARGE)),
        {"epsilon": 1e-3, "activation": "relu"},
        reduction=9 * 37 * 41,
    ),
    *(
        Case(
            "batch_norm_backward",
            f"image-{activation}",
            each(normal(*IMAGE), normal(*IMAGE), normal(20), ZEROS, ONES, normal(20)),
            {"activation": activation},
            reduction=3 * 37 * 41,
        )
        for activation in ("relu", "relu6")
    ),
    Case("softmax", "image", each(normal(*IMAGE, deviation=3)), reduction=20),
    Case("log_softmax_backward", "rows", each(normal(3001, 10), normal(3001, 10)), reduction=40),
    Case(
        "sparse_softmax_cross_entropy_backward",
        "rows",
        each(normal(3001), normal(3001, 10), labels(3001, 10)),
        reduction=10,
    ),
    Case(
        "binary_cross_entropy",
        "images",
        each(uniform(*IMAGE, low=0.1, high=0.9), coins(*IMAGE)),
        {"epsilon": 1e-7},
        reduction=20 * 37 * 41,
    ),
    Case("argmax", "rows", each(repeated(3001, 10))),
    Case("top_k_correct", "rows", each(repeated(3001, 10), labels(3001, 10)), {"k": 2}),
]


@pytest.mark.parametrize("form", [BLOCKED, CONSTANT])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_many_elements_equal_the_reference(case, form, isa, rng):
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, form)

    results = run_native(graph, arrays)

    for result, truth in zip(results, run_reference(graph, arrays), strict=True):
        assert_close(result, truth, reduction=case.reduction)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_many_elements_do_not_depend_on_the_number_of_threads(case, rng, threads):
    runtime.set_num_threads(3)
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, BLOCKED)

    one, three = (run_native(graph, arrays, threads=count) for count in (1, 3))

    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)
