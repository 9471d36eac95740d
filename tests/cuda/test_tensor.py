"""Products on tensor cores: tf32, float16 and bfloat16 operands, float32 sums."""

from __future__ import annotations

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.errors import UnsupportedError
from fastcnn.runtime.cuda import make_cuda_plan
from fastcnn.train.optimizers import SGD
from tests.cuda.networks import mnist_cnn, residual_cnn
from tests.cuda.ptx.narrow import pack, round_tf32, unpack
from tests.cuda.ptx.replay import replay
from tests.cuda.test_operators import EDGES
from tests.native.one_op import BLOCKED, CONSTANT, graph_of, run_reference
from tests.ops.cases import cases
from tests.ops.cases.case import Case, each
from tests.ops.cases.convolution import Convolution, backward, forward
from tests.tolerance import assert_close, tolerance

PRECISIONS = ("tf32", "float16", "bfloat16")
SHORT = {"tf32": "tf32", "float16": "f16", "bfloat16": "bf16"}

SMALL = [
    *EDGES,
    Convolution(n=1, c=6, oc=15, size=(4, 4), kernel=(2, 2), groups=3),
    Convolution(n=1, c=3, oc=16, size=(15, 14), kernel=(5, 5), strides=(2, 2), pads=(2, 2, 2, 2)),
]
LARGE = [
    Convolution(n=1, c=8, oc=64, size=(131, 125), kernel=(1, 1)),  # 128 x 64
    Convolution(n=1, c=4, oc=127, size=(130, 126), kernel=(1, 1)),  # 128 x 128
]
WIDE = [  # of gradients by weights: several parts, rows of images that end within a step
    Convolution(n=3, c=8, oc=68, size=(9, 11), kernel=(3, 3), strides=(2, 1), pads=(1, 1, 1, 1)),
    Convolution(n=40, c=4, oc=4, size=(3, 2), kernel=(2, 2)),
    Convolution(n=3, c=72, oc=8, size=(13, 12), kernel=(1, 1), strides=(1, 3)),
]
LONG = [  # more steps than stages, and of gradients more than two chunks of pixels
    Convolution(n=1, c=36, oc=20, size=(19, 17), kernel=(3, 3), pads=(1, 1, 1, 1)),
    Convolution(n=1, c=148, oc=68, size=(25, 23), kernel=(1, 1)),
]
TALL = [  # kernels of more rows or columns than a pixel has bits for
    Convolution(n=2, c=3, oc=5, size=(20, 6), kernel=(18, 3), pads=(9, 1, 9, 1)),
    Convolution(n=1, c=4, oc=8, size=(3, 40), kernel=(1, 33), strides=(1, 2), pads=(0, 5, 0, 16)),
    Convolution(n=1, c=2, oc=3, size=(21, 19), kernel=(17, 16), pads=(3, 2, 1, 4)),
]
OTHERS = [
    *cases("dense"),
    *cases("dense_backward_data"),
    *(case for case in cases("conv2d_transpose") if "g" not in case.id),
    *(case for case in cases("conv2d") if "relu6" in case.id or "nan" in case.id),
]


def rounded(precision, values):
    """`values` as the precision keeps them, in float32."""
    if precision == "tf32":
        return round_tf32(values).view(np.float32)
    type_ = SHORT[precision]
    return unpack(type_, pack(f"{type_}x2", np.zeros_like(values), values))[0].astype(np.float32)


def run_emulated(graph, arrays, precision):
    plan = make_cuda_plan(graph, precision=precision, guard=True)
    kernels = [step["kernel"] for step in plan.steps()]
    return plan.run([np.asarray(arrays[i], order="C") for i in range(len(graph.inputs))]), kernels


def check(case, rng, precision, form=CONSTANT):
    """Against float64 of the rounded operands: what remains are sums in float32."""
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, form)

    results, kernels = run_emulated(graph, arrays, precision)

    if not any(f"_tensor_{SHORT[precision]}_" in kernel for kernel in kernels):
        assert any("depthwise" in kernel or kernel == "nothing" for kernel in kernels), kernels
        return kernels
    factors = [rounded(precision, array) if i < 2 else array for i, array in enumerate(arrays)]
    truth = run_reference(graph_of(case, factors, form), factors)
    for result, wanted in zip(results, truth, strict=True):
        assert_close(result, wanted, reduction=case.reduction)
    return kernels


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SMALL, ids=lambda shape: shape.id)
def test_convolutions_and_gradients_at_the_edges_of_tiles(emulated, shape, rng, precision):
    check(forward(shape), rng, precision)
    for case in backward(shape):
        if case.op == "conv2d_backward_data":
            check(case, rng, precision, BLOCKED)


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
@pytest.mark.parametrize("shape", [*SMALL, *WIDE], ids=lambda shape: shape.id)
def test_gradients_by_weights_at_the_edges_of_tiles(emulated, shape, rng, precision):
    for case in backward(shape):
        if case.op == "conv2d_backward_weights":
            check(case, rng, precision)


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_gradients_by_weights_of_fully_connected_layers(emulated, rng, precision):
    for case in cases("dense_backward_weights"):
        check(case, rng, precision)


def test_gradients_by_weights_are_float32_where_float16_is_asked_for(emulated, rng):
    (case,) = (case for case in backward(SMALL[2]) if case.op == "conv2d_backward_weights")
    arrays = case.inputs(rng)

    (_, kernels) = run_emulated(graph_of(case, arrays, CONSTANT), arrays, "float16")

    assert "conv2d_backward_weights_f32_64x64" in kernels


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
@pytest.mark.parametrize("shape", LONG, ids=lambda shape: shape.id)
def test_many_steps(emulated, shape, rng, precision):
    check(forward(shape), rng, precision)
    for case in backward(shape):
        check(case, rng, precision)


@pytest.mark.parametrize("shape", TALL, ids=lambda shape: shape.id)
def test_kernels_of_more_lines_than_bits_are_added_part_by_part(emulated, shape, rng):
    check(forward(shape), rng, "bfloat16")
    (case,) = (case for case in backward(shape) if case.op == "conv2d_backward_weights")
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, CONSTANT)

    results, kernels = run_emulated(graph, arrays, "bfloat16")

    assert any(kernel.startswith("conv2d_backward_weights_f32") for kernel in kernels)
    for result, wanted in zip(results, run_reference(graph, arrays), strict=True):
        assert_close(result, wanted, reduction=case.reduction)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_large_tiles(emulated, rng, precision):
    names = [check(forward(shape), rng, precision) for shape in LARGE]

    for name, tile in zip(names, ("128x64", "128x128"), strict=True):
        assert f"conv2d_tensor_{SHORT[precision]}_{tile}" in name


@pytest.mark.parametrize("precision", PRECISIONS)
def test_fully_connected_transposed_and_finished(emulated, rng, precision):
    for case in OTHERS:
        check(case, rng, precision)


def recorded(emulated, case, rng, precision):
    """The launches of the tensor kernel and of its packing."""
    emulated.recorded()
    emulated.configure(seed=1, record=True)
    check(case, rng, precision)
    return [x for x in emulated.recorded() if "tensor" in x[0] or "fragments" in x[0]]


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
@pytest.mark.parametrize("shape", [SMALL[2], WIDE[0]], ids=lambda shape: shape.id)
def test_ptx_of_gradients_gives_what_the_emulator_gives(kernels, emulated, rng, shape, precision):
    (case,) = (case for case in backward(shape) if case.op == "conv2d_backward_weights")
    launches = recorded(emulated, case, rng, precision)
    assert launches

    for _, given, wanted, _, wavefronts in replay(kernels, launches):
        assert wavefronts.units <= 1.1 * wavefronts.least
        for at, buffer in wanted.items():
            np.testing.assert_allclose(
                given[at].view(np.float32), buffer.view(np.float32), rtol=2e-6, atol=1e-5
            )


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", [SMALL[i] for i in (2, 5, 7)], ids=lambda shape: shape.id)
def test_ptx_gives_what_the_emulator_gives(kernels, emulated, rng, shape, precision):
    launches = recorded(emulated, forward(shape), rng, precision)

    for _, given, wanted, _, _ in replay(kernels, launches):
        for at, buffer in wanted.items():
            np.testing.assert_allclose(
                given[at].view(np.float32), buffer.view(np.float32), rtol=2e-6, atol=1e-6
            )


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", LARGE, ids=lambda shape: shape.id)
def test_ptx_of_large_tiles_gives_what_the_emulator_gives(kernels, emulated, rng, shape, precision):
    """The first block and the last."""
    launches = recorded(emulated, forward(shape), rng, precision)[-1:]
    ((name, *_),) = launches
    assert f"Li128ELi{128 if shape.oc > 64 else 64}E" in name

    ((_, given, wanted, _, wavefronts),) = replay(kernels, launches, most_blocks=2)

    assert wavefronts.units <= 1.1 * wavefronts.least
    written = 0
    for at, buffer in wanted.items():
        mine, theirs = given[at].view(np.float32), buffer.view(np.float32)
        there = ~np.isnan(mine)
        np.testing.assert_allclose(mine[there], theirs[there], rtol=2e-6, atol=1e-6)
        written += there.sum() if buffer.size == 4 * np.prod(shape.y) else 0
    assert 128 * shape.oc < written < 256 * shape.oc


@pytest.mark.parametrize("precision", PRECISIONS)
def test_whole_tiles_meet_no_bank_twice(kernels, emulated, rng, precision):
    launches = recorded(emulated, forward(SMALL[1]), rng, precision)

    *_, (name, _, _, sectors, wavefronts) = replay(kernels, launches)

    assert "conv2d_tensor" in name
    assert wavefronts.units <= 1.1 * wavefronts.least
    assert sectors.units <= 1.5 * sectors.least


@pytest.mark.parametrize("precision", PRECISIONS)
def test_operands_are_rounded_no_more_than_the_type_says(emulated, rng, precision):
    """Each factor by half of its last bit: twice that of the sum of the products' magnitudes."""
    half_a_bit = {"tf32": 2.0**-11, "float16": 2.0**-11, "bfloat16": 2.0**-8}[precision]
    x, w, bias = (rng.standard_normal(shape) for shape in ((9, 300), (300, 33), (33,)))
    x, w, bias = (array.astype(np.float32) for array in (x, w, bias))
    case = Case("dense", "bound", each())
    graph = graph_of(case, [x, w, bias], CONSTANT)

    ((y,), _) = run_emulated(graph, [x, w, bias], precision)

    exact = x.astype(np.float64) @ w + bias
    limit = (2 * half_a_bit + half_a_bit**2) * (np.abs(x).astype(np.float64) @ np.abs(w))
    errors = np.abs(y - exact)
    assert (errors <= limit + tolerance(300, scale=np.abs(exact).max())).all()
    assert errors.max() > half_a_bit / 16  # they are rounded


@pytest.mark.parametrize("precision", PRECISIONS)
def test_not_a_number_and_infinity_reach_what_reads_them(emulated, precision):
    x = np.ones((1, 8, 5, 5), np.float32)
    x[0, 1, 0, 0] = np.nan
    x.view(np.uint32)[0, 2, 4, 0] = 0xFFFFFFFF  # another NaN, which an addition would turn over
    x[0, 3, 0, 4] = np.inf
    x[0, 4, 4, 4] = 3e38  # infinite in float16, and in bfloat16 not
    w = np.ones((64, 8, 1, 1), np.float32)
    attrs = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
    arrays = [x, w, np.zeros(64, np.float32)]
    graph = graph_of(Case("conv2d", "nan", each(), attrs), arrays, CONSTANT)

    ((y,), _) = run_emulated(graph, arrays, precision)

    wanted = np.full((5, 5), 8.0)
    wanted[0, 0] = wanted[4, 0] = np.nan
    wanted[0, 4] = np.inf
    wanted[4, 4] = np.inf if precision == "float16" else rounded(precision, x[0, 4, 4, 4:])[0]
    np.testing.assert_allclose(y[0], np.broadcast_to(wanted, (64, 5, 5)), rtol=1e-6)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_schedule_gives_the_same_bits(emulated, rng, precision):
    arrays = forward(SMALL[2]).inputs(rng)
    graph = graph_of(forward(SMALL[2]), arrays, CONSTANT)
    ((first,), _) = run_emulated(graph, arrays, precision)

    for seed in range(20):
        emulated.configure(seed=seed, os_threads=1 + seed % 2)
        ((y,), _) = run_emulated(graph, arrays, precision)
        np.testing.assert_array_equal(y, first)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    ("make", "shape"),
    [(mnist_cnn, (28, 28, 1)), (residual_cnn, (9, 7, 3))],
    ids=["mnist", "residual"],
)
def test_a_model_gives_about_what_it_gives_on_the_cpu(emulated, make, shape, rng, precision):
    model = make()
    x = rng.random((2, *shape), np.float32)
    session = fc.compile(model, device="cuda", precision=precision)

    y = session(x)

    limit = 4 * {"tf32": 2.0**-11, "float16": 2.0**-11, "bfloat16": 2.0**-8}[precision]
    errors = np.abs(y - fc.compile(model)(x))
    assert 0 < errors.max() <= limit
    kernels = [row["kernel"] for row in session.explain().rows]
    assert any(kernel.startswith(f"conv2d_tensor_{SHORT[precision]}_") for kernel in kernels)
    assert not any(kernel.startswith("conv2d_gemm") for kernel in kernels)


def test_float32_stays_the_default(emulated):
    kernels = [row["kernel"] for row in fc.compile(mnist_cnn(), device="cuda").explain().rows]

    assert not any("tensor" in kernel for kernel in kernels)


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cpu", "compile: precision 'fp8' is not there on device 'cpu'; use 'float32'$"),
        (
            "cuda",
            "compile: precision 'fp8' is not there on device 'cuda'; use 'float32', 'tf32', "
            "'float16' or 'bfloat16'$",
        ),
    ],
)
def test_an_unknown_precision_is_an_error_that_lists_what_is_there(emulated, device, message):
    with pytest.raises(UnsupportedError, match=message):
        fc.compile(mnist_cnn(), device=device, precision="fp8")


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_training_gives_about_what_it_gives_in_float32(emulated, rng, precision):
    """One update with rate 1: weights differ by what their gradients do.

    Behind a gradient are at most six products, of two factors each; nothing but smooth functions
    are between them: rounding may turn over which of two pixels is the larger.
    """
    data = rng.random((4, 12, 12, 3), np.float32), rng.integers(0, 10, 4)

    def gradients(**how):
        fc.set_random_seed(5)
        model = models.Sequential(
            [
                layers.Conv2D(16, 3, activation="tanh", input_shape=(12, 12, 3)),
                layers.Conv2D(20, 3, strides=2, activation="tanh", padding="same"),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ]
        )
        before = {name: np.array(v.data) for name, v in model.graph.parameters.items()}
        model.compile(SGD(1.0), "sparse_categorical_crossentropy")
        model.fit(*data, batch_size=4, verbose=0, **how)
        return {name: v.data - before[name] for name, v in model.graph.parameters.items()}

    wanted = gradients()
    given = gradients(device="cuda", precision=precision, validation_data=data)

    bits = {"tf32": 2.0**-11, "bfloat16": 2.0**-8}[precision]
    for name, exact in wanted.items():
        error = np.linalg.norm(given[name] - exact) / np.linalg.norm(exact)
        assert error <= 12 * bits, name
    assert any((given[name] != exact).any() for name, exact in wanted.items())


def test_training_in_float16_is_an_error_that_lists_what_is_there(emulated):
    model = mnist_cnn()
    model.compile("sgd", "mse")

    with pytest.raises(UnsupportedError, match=r"fit: .*'float32', 'tf32' or 'bfloat16'$"):
        model.fit(
            np.zeros((1, 28, 28, 1), np.float32),
            np.zeros((1, 10), np.float32),
            device="cuda",
            precision="float16",
            verbose=0,
        )
