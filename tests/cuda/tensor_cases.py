"""Cases of operations on tensors of any rank, for the interpreter."""

from __future__ import annotations

from tests.ops.cases import cases

TENSOR_CASES = [
    *(cases("resize")[i] for i in (0, 3, 6)),
    *(cases("matmul")[i] for i in (0, 3)),
    *(cases("pad")[i] for i in (0, 2)),
    *(cases("gather")[i] for i in (0, 3)),
    *(cases("instance_norm")[i] for i in (0, 2)),
    *(cases("local_response_norm")[i] for i in (1, 7)),
    *(cases(f"reduce_{kind}")[2] for kind in ("sum", "max", "prod", "l2", "log_sum_exp")),
    *(cases(f"reduce_{kind}")[4] for kind in ("mean", "min")),
    *(case for op in ("softmax", "log_softmax") for case in cases(op) if case.id == "axis2"),
    cases("log_softmax")[0],
    cases("log_softmax_backward")[0],
    cases("logical_not")[0],
]
