"""The PTX that nvcc emits gives what the emulator gives, which is held to float64."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.cuda.compiled import KERNELS, family_of
from tests.cuda.ptx.machine import Machine
from tests.cuda.ptx.memory import Fault, Memory
from tests.cuda.ptx.parse import parse
from tests.cuda.ptx.relaunch import differences, relaunch

FAMILIES = sorted(path.name for path in KERNELS.iterdir() if path.is_dir())
MOST_BLOCKS = 4  # of a launch that are run


@pytest.mark.parametrize("family", FAMILIES)
def test_ptx_gives_what_the_emulator_gives(kernels, chosen, family):
    of_family = {name: kernel for name, kernel in kernels.items() if family_of(name) == family}
    assert of_family

    missing = sorted(set(of_family) - chosen.kernels)
    assert missing == [], "no case runs these kernels: add one to tests/cuda/more_cases.py"

    for name, kernel in of_family.items():
        for launch in chosen.of(name):
            whole = math.prod(launch.grid) <= MOST_BLOCKS
            result = relaunch(kernel, *launch[1:5], most_blocks=MOST_BLOCKS)
            wrong = differences(result.given, launch.before, launch.after, whole=whole)
            assert not wrong, f"{name} {launch.grid}: {wrong}"


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
