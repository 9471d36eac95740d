"""Products with two of four weights on sparse tensor cores, in both executors."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import compress
from fastcnn.runtime.cuda import make_cuda_plan
from tests.cuda.networks import mnist_cnn
from tests.cuda.ptx.memory import Fault
from tests.cuda.ptx.replay import replay
from tests.cuda.sparse_cases import SMALL_CUT, sparse_convolution, sparse_dense
from tests.cuda.test_tensor import SHORT, rounded
from tests.native.one_op import run_reference
from tests.ops.cases.convolution import Convolution, same
from tests.tolerance import assert_close

PRECISIONS = ("float16", "bfloat16")
# Tiles of 64 outputs by 64 pixels, steps of 32 rows, pieces of 16 outputs.
CONVOLUTIONS = [
    *(conv for conv in SMALL_CUT if conv.c // conv.groups % 4 == 0),
    Convolution(n=1, c=4, oc=1, size=(1, 1), kernel=(1, 1)),
    Convolution(n=2, c=36, oc=65, size=(9, 11), kernel=(3, 3), pads=same(1)),
    Convolution(n=1, c=160, oc=70, size=(5, 13), kernel=(1, 1)),
]
SCHEDULES = 6


def two_of_four(precision):
    """At most two of four neighbouring inputs are left, somewhere one or none, all rounded."""

    def zeros(w, rng):
        fours = w.reshape(w.shape[0], w.shape[1] // 4, 4, *w.shape[2:])
        order = rng.random(fours.shape).argsort(axis=2)
        count = rng.choice([0, 1, 2, 2, 2], size=(*fours.shape[:2], 1, *w.shape[2:]))
        return rounded(precision, np.where(order < count, fours, np.float32(0)).reshape(w.shape))

    return zeros


def plan_of(graph, precision):
    plan = make_cuda_plan(graph, precision=precision, guard=True)
    kernels = [step["kernel"] for step in plan.steps()]
    assert any(f"conv2d_sparse_tensor_{SHORT[precision]}" in kernel for kernel in kernels), kernels
    return plan


def check(graph, arrays, precision):
    (y,) = plan_of(graph, precision).run(arrays)

    w = graph.values["w"].data
    (truth,) = run_reference(graph, [rounded(precision, arrays[0]), *arrays[1:]])
    assert_close(y, truth, reduction=w[0].size if w.ndim == 4 else w.shape[0])


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("conv", CONVOLUTIONS, ids=attrgetter("id"))
def test_two_of_four_weights_give_what_all_would(emulated, conv, precision, rng):
    check(*sparse_convolution(conv, two_of_four(precision), rng), precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_dense_layers_take_two_of_four(emulated, precision, rng):
    check(*sparse_dense(40, 200, 37, two_of_four(precision), rng), precision)


def test_schedules_change_no_bit(emulated, rng):
    graph, arrays = sparse_convolution(CONVOLUTIONS[-2], two_of_four("float16"), rng)
    plan = plan_of(graph, "float16")
    (first,) = plan.run(arrays)

    for seed in range(SCHEDULES):
        emulated.configure(seed=seed, os_threads=1 + seed % 2)
        np.testing.assert_array_equal(plan.run(arrays)[0], first)


def recorded(emulated, precision, rng):
    graph, arrays = sparse_convolution(CONVOLUTIONS[0], two_of_four(precision), rng)
    plan = plan_of(graph, precision)
    emulated.recorded()
    emulated.configure(seed=1, record=True)
    plan.run(arrays)
    return [launch for launch in emulated.recorded() if "conv2d_sparse_tensor" in launch[0]]


def differs(kernels, launches):
    """Whether the PTX leaves other memory than the emulator; its shared memory costs the least."""
    ((_, given, wanted, _, wavefronts),) = replay(kernels, launches)
    assert wavefronts.units == wavefronts.least
    return not all(
        np.allclose(given[at].view(np.float32), buffer.view(np.float32), atol=1e-5, equal_nan=True)
        for at, buffer in wanted.items()
    )


@pytest.mark.parametrize("precision", PRECISIONS)
def test_ptx_gives_what_the_emulator_gives(kernels, emulated, precision, rng):
    assert not differs(kernels, recorded(emulated, precision, rng))


def test_planted_swaps_of_operands_are_seen(kernels, emulated, rng):
    """Registers of A, of B, and the indices: each exchange gives other sums, or is undefined."""
    launches = recorded(emulated, "float16", rng)
    name = launches[0][0]

    def with_operands(change):
        code = [
            replace(ins, operands=change(ins.operands)) if ins.opcode == "mma" else ins
            for ins in kernels[name].code
        ]
        return {name: replace(kernels[name], code=code)}

    def swapped(which, one, other):
        def change(operands):
            registers = list(operands[which])
            registers[one], registers[other] = registers[other], registers[one]
            return (*operands[:which], tuple(registers), *operands[which + 1 :])

        return change

    assert differs(with_operands(swapped(1, 1, 2)), launches)
    assert differs(with_operands(swapped(2, 1, 2)), launches)
    with pytest.raises(Fault, match="the indices of four do not ascend"):
        differs(with_operands(lambda ops: (*ops[:4], ops[1][:1], *ops[5:])), launches)


@pytest.mark.parametrize("precision", ["float32", "tf32"])
def test_wide_precisions_run_dense(emulated, precision, rng):
    graph, _ = sparse_convolution(CONVOLUTIONS[0], two_of_four("float16"), rng)

    kernels = [step["kernel"] for step in make_cuda_plan(graph, precision=precision).steps()]
    assert not any("sparse" in kernel for kernel in kernels), kernels


def test_a_pruned_network_runs_on_sparse_tensor_cores(emulated, rng):
    model = compress.prune(mnist_cnn(), structure="2:4")
    session = fc.compile(model, device="cuda", precision="float16")
    x = rng.random((20, 28, 28, 1), np.float32)

    np.testing.assert_allclose(session(x), fc.compile(model)(x), atol=1e-3)
    kernels = [str(row["kernel"]) for row in session.explain(x).rows]
    assert sum("sparse_tensor_f16" in kernel for kernel in kernels) >= 3, kernels
