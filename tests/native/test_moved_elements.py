"""Operations that move elements lose, change and invent none, whatever the shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.native.one_op import BLOCKED, PLAIN, graph_of, run_native
from tests.ops.cases.case import Case

CHANNELS = st.sampled_from([1, 3, 7, 8, 9, 16, 24, 32])
IMAGES = st.tuples(st.integers(1, 3), CHANNELS, st.integers(1, 9), st.integers(1, 9))
every_isa = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def moved(op: str, arrays: list[np.ndarray], form: str, **attrs: Any) -> np.ndarray:
    """The result of `op`, run natively."""
    case = Case(op, "drawn", lambda rng: arrays, attrs)
    (result,) = run_native(graph_of(case, arrays, form), arrays)
    return result


def counting(*shape: int) -> np.ndarray:
    """An array without equal elements."""
    return 1 + np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@every_isa
@given(
    extents=st.lists(st.sampled_from([1, 1, 2, 3, 5, 17]), min_size=0, max_size=6), data=st.data()
)
def test_transpose_of_any_axes(isa, extents, data):
    perm = tuple(data.draw(st.permutations(range(len(extents)))))
    x = counting(*extents)

    np.testing.assert_array_equal(moved("transpose", [x], PLAIN, perm=perm), x.transpose(perm))


@pytest.mark.parametrize("perm", [(0, 2, 3, 1), (0, 3, 1, 2)])
@every_isa
@given(shape=IMAGES)
def test_transpose_of_blocked_images(isa, perm, shape):
    x = counting(*shape)

    np.testing.assert_array_equal(moved("transpose", [x], BLOCKED, perm=perm), x.transpose(perm))


@pytest.mark.parametrize("form", [PLAIN, BLOCKED])
@every_isa
@given(shape=IMAGES, axis=st.integers(0, 3), data=st.data())
def test_slices_put_together_are_the_whole(isa, form, shape, axis, data):
    assume(shape[axis] > 1)
    x = counting(*shape)
    cut = data.draw(st.sampled_from([1, 8, 16]).map(lambda n: min(n, shape[axis] - 1)))

    first = moved("slice", [x], form, axis=axis, start=0, stop=cut)
    second = moved("slice", [x], form, axis=axis, start=cut, stop=shape[axis])
    whole = moved("concat", [first, second], form, axis=axis)

    np.testing.assert_array_equal(first, np.split(x, [cut], axis)[0])
    np.testing.assert_array_equal(whole, x)


@pytest.mark.parametrize("form", [PLAIN, BLOCKED])
@every_isa
@given(shape=IMAGES, axis=st.integers(0, 3), before=st.sampled_from([0, 1, 8, 16]))
def test_slice_backward_is_zero_beside_the_slice(isa, form, shape, axis, before):
    x = counting(*shape)
    size = before + shape[axis] + 3
    pads = [(0, 0)] * axis + [(before, 3)] + [(0, 0)] * (3 - axis)

    result = moved("slice_backward", [x], form, axis=axis, start=before, size=size)

    np.testing.assert_array_equal(result, np.pad(x, pads))


@pytest.mark.parametrize("form", [PLAIN, BLOCKED])
@every_isa
@given(shape=IMAGES, pads=st.tuples(*[st.integers(0, 5)] * 4))
def test_a_crop_undoes_a_pad(isa, form, shape, pads):
    x = counting(*shape)

    padded = moved("pad2d", [x], form, pads=pads, value=-1.0)
    cropped = moved("pad2d", [padded], form, pads=tuple(-p for p in pads), value=0.0)

    assert np.count_nonzero(padded == -1.0) == padded.size - x.size
    np.testing.assert_array_equal(cropped, x)


@every_isa
@given(shape=IMAGES, parts=st.lists(CHANNELS, min_size=1, max_size=4))
def test_channels_of_any_count_are_put_together(isa, shape, parts):
    n, _, h, w = shape
    images = [counting(n, c, h, w) + 1000 * i for i, c in enumerate(parts)]

    whole = moved("concat", images, BLOCKED, axis=1)

    np.testing.assert_array_equal(whole, np.concatenate(images, axis=1))


@every_isa
@given(shape=IMAGES, data=st.data())
def test_any_channels_are_taken(isa, shape, data):
    x = counting(*shape)
    places = st.integers(-shape[1], shape[1] - 1)
    indices = np.array(data.draw(st.lists(places, min_size=1, max_size=20)), np.int32)
    start, stop = data.draw(st.tuples(places, places))
    step = data.draw(st.sampled_from([-3, -1, 1, 2]))

    taken = moved("gather", [x, indices], BLOCKED, axis=1)
    cut = moved("slice", [x], BLOCKED, axis=1, start=start, stop=stop, step=step)

    np.testing.assert_array_equal(taken, x[:, indices])
    np.testing.assert_array_equal(cut, x[:, start:stop:step])


@pytest.mark.parametrize("form", [PLAIN, BLOCKED])
@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_space_to_depth_undoes_depth_to_space(form, mode, isa):
    x = counting(2, 12, 3, 5)

    wide = moved("depth_to_space", [x], form, block_size=2, mode=mode)
    back = moved("space_to_depth", [wide], form, block_size=2)

    order = np.arange(12) if mode == "DCR" else np.arange(12).reshape(3, 4).T.ravel()
    np.testing.assert_array_equal(back, x[:, order])
