"""What is special to convolution in the native core: groups, edges, strides, kernels and errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from fastcnn import _core, errors, runtime
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import BLOCKED, CONSTANT, PLAIN, graph_of, run_native, run_reference
from tests.ops.cases.convolution import Convolution, backward, forward, same
from tests.shapes import convolutions
from tests.tolerance import assert_close

# Batches that share tiles of pixels between images, of the sizes of a small classifier.
BATCHES = (
    Convolution(35, 1, 12, (9, 9), (3, 3)),
    Convolution(33, 12, 20, (6, 6), (3, 3)),
    Convolution(49, 20, 20, (5, 5), (3, 3), pads=same(1)),
    Convolution(33, 16, 16, (5, 6), (3, 3), strides=(2, 2), pads=same(1)),
    Convolution(34, 9, 9, (5, 5), (3, 3), pads=same(1), groups=9),
)
# More rows than one task computes, and kernels whose edges are not worth splitting.
LARGE = (
    Convolution(1, 16, 17, (70, 61), (3, 3), pads=same(1)),
    Convolution(1, 8, 8, (64, 80), (3, 3), strides=(2, 3), pads=same(2)),
    Convolution(1, 4, 4, (60, 70), (3, 3), pads=same(1), groups=4),
    Convolution(1, 5, 6, (4, 4), (9, 9), pads=same(4)),
    Convolution(2, 3, 3, (5, 5), (9, 7), pads=same(4), groups=3),
)
# Whole blocks of channels, whose taps are summed one by one: chunks of rows and of images, strides,
# dilations, borders of all widths and taps that read nothing.
WHOLE_BLOCKS = (
    Convolution(37, 16, 16, (5, 5), (3, 3), pads=same(1)),
    Convolution(2, 32, 40, (33, 21), (3, 3), pads=same(1)),
    Convolution(3, 16, 70, (15, 17), (3, 3), strides=(2, 2), pads=(0, 0, 1, 1)),
    Convolution(2, 48, 20, (14, 13), (3, 2), strides=(1, 3), pads=(2, 1, 0, 3), dilations=(3, 2)),
    Convolution(2, 16, 32, (12, 12), (3, 3), pads=(1, 0, 3, 2)),
    Convolution(2, 16, 16, (2, 2), (5, 5), pads=same(4)),
)


def every_op(conv):
    return [forward(conv, activation="relu"), *backward(conv)]


def check(case, rng, form, threads=2):
    check_on(case.inputs(rng), case, form, threads)


def check_on(arrays, case, form, threads=2):
    graph = graph_of(case, arrays, form)

    (result,), (truth,) = run_native(graph, arrays, threads), run_reference(graph, arrays)

    assert_close(result, truth, reduction=case.reduction)


@pytest.mark.parametrize("op", range(4))
@pytest.mark.parametrize("conv", BATCHES + LARGE + WHOLE_BLOCKS, ids=lambda conv: conv.id)
def test_batches_and_large_images_equal_the_reference(conv, op, isa, rng):
    check(every_op(conv)[op], rng, BLOCKED)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_sum_in_several_depths_equals_the_reference(groups, isa, rng):
    """So many input channels that the weights of one segment are read in parts."""
    conv = Convolution(1, 360 * groups, 20 * groups, (5, 6), (3, 3), pads=same(1), groups=groups)
    for case in (forward(conv, activation="relu6", residual=True), forward(conv)):
        check(case, rng, BLOCKED)


@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (3, 1), (1, 2)], ids=str)
@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("width", [1, 2, 7, 8, 9, 17, 33])
def test_rows_of_depthwise_windows_equal_the_reference(width, kernel, strides, isa, rng):
    """Every width of tile, at both edges, with the paddings of stride 2 in other frameworks."""
    for pads in (same(kernel // 2), (0, kernel // 2 - 1, kernel - 1, kernel // 2)):
        conv = Convolution(1, 11, 11, (9, width), (kernel, kernel), strides, pads, groups=11)
        if min(conv.y) > 0:
            check(forward(conv, activation="relu6", residual=True), rng, BLOCKED)
            check(every_op(conv)[1], rng, BLOCKED)


@pytest.mark.parametrize("form", [PLAIN, BLOCKED, CONSTANT])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conv=convolutions())
def test_any_convolution_equals_the_reference(form, conv):
    """On numbers of one sign: a tensor of few elements may hold nothing but differences of large
    terms, and the limit supposes that the largest result is none.
    """
    for case in every_op(conv):
        check_on([np.abs(array) for array in case.inputs(np.random.default_rng(1))], case, form)


@pytest.mark.parametrize("op", range(3))
@pytest.mark.parametrize("conv", BATCHES + LARGE, ids=lambda conv: conv.id)
def test_threads_do_not_change_a_bit(conv, op, rng, threads):
    runtime.set_num_threads(3)
    case = every_op(conv)[op]
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, BLOCKED)

    results = [run_native(graph, arrays, threads=count)[0] for count in (1, 2, 3)]

    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize("groups", [2, 3, 12])
def test_a_nan_in_one_group_reaches_no_other(groups, isa, rng):
    conv = Convolution(2, 12, 12, (5, 5), (3, 3), pads=same(1), groups=groups)
    first, rest = slice(0, 12 // groups), slice(12 // groups, None)
    for case in every_op(conv):
        arrays = case.inputs(rng)
        arrays[0][:, first] = np.nan

        (result,) = run_native(graph_of(case, arrays, BLOCKED), arrays)

        channels = result if case.op == "conv2d_backward_weights" else result.swapaxes(0, 1)
        assert np.isnan(channels[first]).all(), case.op
        assert not np.isnan(channels[rest]).any(), case.op


@pytest.mark.parametrize("op", range(3))
@pytest.mark.parametrize("channels", [3, 11])
def test_lanes_past_the_last_channel_reach_no_sum(channels, op, isa):
    """Infinity times the zeros in those lanes is NaN there; every real sum is infinite."""
    case = every_op(Convolution(2, channels, channels, (4, 4), (2, 2)))[op]
    arrays = [np.ones_like(array) for array in case.inputs(np.random.default_rng(1))]
    g = Builder()
    values = [g.input(f"input{i}", array.shape) for i, array in enumerate(arrays)]
    image = g.apply("max_pool2d", values[0], kernel_size=(1, 1), strides=(1, 1), pads=(0, 0, 0, 0))
    infinite = g.apply("scale", image, factor=math.inf)
    graph = g.build([g.apply(case.op, infinite, *values[1:], **case.attrs)])

    (result,) = run_native(graph, arrays)

    assert np.isposinf(result).all()


@pytest.mark.parametrize("conv", [Convolution(1, 4, 8, (7, 8), (2, 2), strides=(3, 4))])
def test_places_that_no_tap_reads_have_gradient_zero(conv, isa, rng):
    case, *_ = backward(conv)
    arrays = case.inputs(rng)

    (grad_x,) = run_native(graph_of(case, arrays, PLAIN), arrays)

    assert not grad_x[:, :, 2::3].any()
    assert not grad_x[:, :, :, 2::4].any()
    assert grad_x[:, :, :2, :2].all()


@pytest.mark.parametrize("op", range(3))
def test_an_empty_batch_gives_an_empty_or_zero_result(op, rng):
    case = every_op(Convolution(0, 3, 5, (6, 6), (3, 3), pads=same(1)))[op]
    arrays = case.inputs(rng)

    (result,) = run_native(graph_of(case, arrays, PLAIN), arrays)

    assert not result.any()


@pytest.mark.parametrize(
    ("conv", "form", "name"),
    [
        (Convolution(1, 16, 16, (6, 6), (3, 3), groups=16), BLOCKED, "conv2d_depthwise_rows"),
        (Convolution(1, 16, 16, (6, 6), (4, 4), groups=16), BLOCKED, "conv2d_depthwise"),
        (
            Convolution(1, 16, 16, (6, 6), (3, 3), pads=same(2), groups=16),
            BLOCKED,
            "conv2d_depthwise",
        ),
        (Convolution(1, 1, 16, (6, 6), (3, 3)), PLAIN, "conv2d_direct"),
        (Convolution(1, 16, 16, (6, 6), (3, 3), groups=2), BLOCKED, "conv2d_direct"),
    ],
    ids=["depthwise", "depthwise-even", "depthwise-far-pad", "few-channels", "grouped"],
)
def test_the_kernel_suits_the_convolution(conv, form, name, isa, rng):
    case = forward(conv)
    arrays = case.inputs(rng)

    steps = make_plan(graph_of(case, arrays, form), threads=1, guard=True).steps()

    (kernel,) = [step["kernel"] for step in steps if step["op"] == "conv2d"]
    assert kernel.startswith(f"{name}_f32_nchwc")
    assert kernel.endswith(f"__{isa}")
    assert any(step["op"] == "reorder" for step in steps[:1]) == (form == BLOCKED)


@pytest.mark.parametrize(
    ("weights", "attrs", "message"),
    [
        ((4, 3, 3, 3), {"groups": 3}, "3 groups do not divide 4 input and 4 output channels"),
        ((4, 3, 3, 3), {}, "weights take 3 input channels a group, x has 4 in 1 groups"),
        ((4, 4, 9, 3), {}, "the kernel spans 9 rows, the padded image has 5"),
        ((4, 4, 3, 3), {"strides": [0, 1]}, "strides are 0, 1; each must be at least 1"),
        ((4, 4, 3, 3), {"dilations": [1, -1]}, "dilations are 1, -1; each must be at least 1"),
        ((4, 4, 3, 3), {"groups": 0}, "groups are 0, there must be at least 1"),
        ((4, 4, 3, 3), {"pads": [0, 0, 0, 1 << 40]}, "a pad is 1099511627776"),
        ((4, 4, 3, 3), {"activation": "swish"}, "activation 'swish' is none of"),
    ],
    ids=["groups", "channels", "span", "strides", "dilations", "no-groups", "pads", "activation"],
)
def test_what_cannot_be_computed_is_refused_with_the_values(weights, attrs, message):
    shapes = [(1, 4, 5, 5), weights, (weights[0],), (1, weights[0], 3, 3)]
    values = [
        (f"v{i}", list(shape), "float32", "computed" if i == 3 else "input", None)
        for i, shape in enumerate(shapes)
    ]
    everything = {"strides": [1, 1], "pads": [0, 0, 0, 0], "dilations": [1, 1], "groups": 1}

    with pytest.raises(errors.FastcnnError, match=f"^conv2d: .*{message}"):
        _core.Plan(
            values=values,
            nodes=[("node", "conv2d", [0, 1, 2], [3], {**everything, **attrs})],
            inputs=[0, 1, 2],
            outputs=[3],
            updates=[],
            threads=1,
            guard=True,
            winograd=True,
            cache=_core.PackCache(),
            host=None,
            choices=None,
        )
