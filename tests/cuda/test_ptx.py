"""The PTX that nvcc emits gives what the emulator gives, which is held to float64."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cuda.ptx.machine import Machine
from tests.cuda.ptx.memory import Fault, Memory
from tests.cuda.ptx.parse import parse
from tests.cuda.ptx.replay import replay
from tests.cuda.sparse_cases import SMALL_CUT, sparse_cases
from tests.cuda.tensor_cases import TENSOR_CASES
from tests.cuda.test_operators import DEPTHWISE_EDGES, TILE_EDGES, check
from tests.ops.cases import cases
from tests.ops.cases.convolution import backward, forward

LOSSES = ("sparse_softmax_cross_entropy", "softmax_cross_entropy", "binary_cross_entropy")
CHOSEN = [
    *(case for op in ("max_pool2d", "average_pool2d") for case in cases(op)[3:6]),
    *(case for op in ("global_max_pool2d", "global_average_pool2d") for case in cases(op)[:3]),
    *(case for op in ("sigmoid", "tanh", "leaky_relu", "clip") for case in cases(op)[:2]),
    *(cases("softmax")[i] for i in (0, 2, 4)),
    *cases("dense")[2:4],
    *(case for case in cases("multiply") if case.id.startswith("broadcast-2x9")),
    *(cases(op)[i] for op, i in (("concat", 0), ("slice", 1), ("slice_backward", 1))),
    *(cases(op)[i] for op, i in (("pad2d", 8), ("batch_norm", 20))),
    *(forward(shape) for shape in (*TILE_EDGES[:-1], *DEPTHWISE_EDGES)),
    *(case for i in (3, 5) for case in list(backward(TILE_EDGES[i]))[:2]),
    *(case for i in (0, 1) for case in list(backward(DEPTHWISE_EDGES[i]))[:2]),
    *(cases(op)[i] for op, i in (("max_pool2d_backward", 2), ("average_pool2d_backward", 11))),
    *(cases(f"global_{kind}_pool2d_backward")[1] for kind in ("max", "average")),
    *(cases(op)[18] for op in ("batch_norm_train", "batch_norm_backward")),
    *(cases(f"{loss}{way}")[3] for loss in LOSSES for way in ("", "_backward")),
    *(cases(op)[3] for op in ("reduce_mean", "reduce_mean_backward", "penalty", "channel_sum")),
    *(cases(op)[-1] for op in ("sgd_update", "adam_update", "rmsprop_update", "lion_update")),
    *(cases(op)[5] for op in ("dropout_train", "top_k_correct", "softmax_backward")),
    *(cases(op)[1] for op in ("greater", "where", "expand", "argmax")),
    cases("cast")[0],
    forward(TILE_EDGES[4], "relu6", residual=True),
    *TENSOR_CASES,
    *sparse_cases(SMALL_CUT[2:4]),
]


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: f"{case.op}-{case}")
def test_ptx_gives_what_the_emulator_gives(kernels, emulated, case, rng):
    emulated.recorded()
    emulated.configure(seed=1, record=True)
    check(case, rng)
    launches = emulated.recorded()
    assert launches

    for _, given, wanted, _, _ in replay(kernels, launches):
        for at, buffer in wanted.items():
            floats = buffer[: buffer.size // 4 * 4].view(np.float32)
            mine = given[at][: buffer.size // 4 * 4].view(np.float32)
            np.testing.assert_allclose(mine, floats, rtol=2e-6, atol=1e-7)


def test_convolution_moves_few_bytes_more_than_it_must(kernels, emulated, rng):
    """Whole tiles: every shared access takes the fewest wavefronts, bar one in ten."""
    emulated.recorded()
    emulated.configure(seed=1, record=True)
    check(forward(TILE_EDGES[1]), rng)
    launches = [launch for launch in emulated.recorded() if "conv2d_gemm" in launch[0]]

    ((_, _, _, sectors, wavefronts),) = replay(kernels, launches)

    assert wavefronts.units <= 1.1 * wavefronts.least
    assert sectors.units <= 1.5 * sectors.least


SMALL = """
.visible .entry small(
	.param .u64 small_param_0
)
{
	.reg .pred %p<2>;
	.shared .align 4 .b8 tile[128];
	ld.param.u64 %rd1, [small_param_0];
	mov.u32 %r1, %tid.x;
	mul.wide.u32 %rd2, %r1, STRIDE;
	add.s64 %rd3, %rd1, %rd2;
	setp.eq.s32 %p1, %r1, 7;
	@%p1 bra $L__done;
	BARRIER
	st.global.u32 [%rd3+OFFSET], %r1;
$L__done:
	ret;
}
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"STRIDE": "8"}, "out of bounds"),
        ({"OFFSET": "2"}, "misaligned"),
        ({"BARRIER": "bar.sync 0;"}, "barrier divergence: a thread has exited"),
    ],
    ids=["out-of-bounds", "misaligned", "divergent-barrier"],
)
def test_the_interpreter_stops_at_what_is_undefined(change, message):
    text = SMALL
    for word, value in {"STRIDE": "4", "OFFSET": "0", "BARRIER": "", **change}.items():
        text = text.replace(word, value)
    machine = Machine(parse(text)["small"], Memory("global", {4096: np.zeros(128, np.uint8)}))

    with pytest.raises(Fault, match=message):
        machine.launch((1, 1, 1), (32, 1, 1), (4096).to_bytes(8, "little"))
