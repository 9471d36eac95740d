"""Cases of kernels to which those of `tests/ops/cases` do not come, and of whole tiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.cuda.sparse_cases import LARGE_CUT, SMALL_CUT, sparse_cases, with_zeros
from tests.cuda.tensor_cases import long_reductions, of_other_types, past_the_ends
from tests.cuda.test_sparse_tensor import two_of_four
from tests.ops.cases import Case
from tests.ops.cases.case import each
from tests.ops.cases.convolution import Convolution, backward, forward, same
from tests.ops.cases.losses import choices, loss, means
from tests.ops.cases.makers import labels, normal, probabilities, uniform
from tests.ops.cases.normalisation import batch_norm, softmax
from tests.ops.cases.pooling import whole, windowed

PAIRS_OF_FOUR = [
    Convolution(n=2, c=36, oc=65, size=(9, 11), kernel=(3, 3), pads=same(1)),
    Convolution(n=1, c=160, oc=70, size=(5, 13), kernel=(1, 1)),
    Convolution(n=1, c=64, oc=64, size=(16, 16), kernel=(1, 1)),
]


def two_of_four_cases() -> Iterator[Case]:
    """Half of the weights are zero, as sparse tensor cores take them in either narrow type."""
    for conv in PAIRS_OF_FOUR:
        case = forward(conv, "relu6", residual=True)
        make = with_zeros(case, two_of_four("bfloat16"), 1)
        yield replace(case, id=f"{conv.id}-two-of-four", make=make)


OTHER_KINDS = [
    *of_other_types(),
    *past_the_ends(),
    *long_reductions(),
    *sparse_cases([*SMALL_CUT, *LARGE_CUT]),
    *two_of_four_cases(),
    Case("prelu", "same-shapes", each(normal(5, 17), normal(5, 17))),
]


def whole_tiles() -> Iterator[Case]:
    """Every thread has work, every row begins at a multiple of 128 bytes."""
    for shape in (
        Convolution(n=1, c=64, oc=64, size=(16, 16), kernel=(1, 1)),
        Convolution(n=1, c=3, oc=64, size=(16, 16), kernel=(3, 3), pads=(1, 1, 1, 1)),
        Convolution(n=1, c=64, oc=64, size=(16, 16), kernel=(3, 3), groups=64),
    ):
        yield forward(shape)
        yield from backward(shape)
    for channels in (15, 16):  # enough pixels for the largest tiles
        yield forward(Convolution(n=1, c=channels, oc=64, size=(128, 128), kernel=(1, 1)))
    image = (2, 64, 8, 8)
    window = {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0)}
    yield from windowed(image, window)
    yield from whole(image)
    yield from batch_norm(image)
    yield from softmax((64, 128))
    for size in (4096, 20000):
        yield from means((size,))
    clipped = {"epsilon": 1e-4}
    for op, second, attrs in (
        ("sparse_softmax_cross_entropy", labels(64, 128), {}),
        ("softmax_cross_entropy", probabilities(64, 128), {}),
        ("sparse_cross_entropy", labels(64, 128), clipped),
        ("cross_entropy", probabilities(64, 128), clipped),
        ("binary_cross_entropy", probabilities(64, 128), clipped),
        ("squared_error", probabilities(64, 128), {"factor": 0.5}),
    ):
        yield from loss(op, probabilities(64, 128), second)(64, (64, 128), attrs)
    dense = each(normal(64, 256), normal(256, 64), normal(64))
    yield Case("dense", "64x256x64", dense, reduction=256)
    yield Case("transpose", "64x8x8", each(normal(*image)), {"perm": (0, 2, 3, 1)})
    yield Case("channel_sum", "512x64", each(normal(512, 64)), reduction=512)
    yield from choices(64, 128)
    yield Case("relu", "64x128", each(normal(64, 128)))
    yield Case("add", "64x128", each(normal(64, 128), normal(64, 128)))
    yield Case("multiply", "64x128", each(normal(64, 128), uniform(128, low=0.5, high=2)))
