"""Arrays on the device, into sessions and out of them."""

from __future__ import annotations

import gc
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import layers, models, runtime
from fastcnn.errors import DTypeError, InvalidValueError, ShapeError, UnsupportedError
from fastcnn.ops import Builder
from fastcnn.runtime import cupy_arrays
from tests.cuda.arrays import Foreign, Packed
from tests.cuda.networks import doubling, residual_cnn

SHAPE = (2, 9, 7, 3)


@pytest.fixture
def session(emulated):
    return fc.compile(residual_cnn(), device="cuda")


@pytest.fixture
def x(rng):
    return rng.random(SHAPE, np.float32)


def numbers_of(array):
    return runtime.to_device(np.zeros(0, np.float32)).from_dlpack(array.__dlpack__()).numpy()


@pytest.mark.parametrize("wrap", [lambda y: y, Foreign, Packed], ids=["own", "interface", "dlpack"])
def test_arrays_on_the_device_give_arrays_on_the_device(session, x, wrap):
    y = session(wrap(runtime.to_device(x)))

    assert not isinstance(y, np.ndarray)
    np.testing.assert_array_equal(y.numpy(), session(x))
    np.testing.assert_array_equal(numbers_of(y), session(x))


def test_nothing_is_copied(emulated, session, x):
    given, out = runtime.to_device(x), runtime.to_device(np.empty((2, 5), np.float32))
    session(given, out=out)
    emulated.reset_counters()

    session(given, out=out)

    assert emulated.counters()["copies"] == 0
    assert emulated.counters()["launches"] > 0


def test_several_inputs_and_outputs_go_by_name(emulated):
    g = Builder()
    a, b = g.input("a", (None, 3)), g.input("b", (None, 3))
    graph = g.build([g.apply("add", a, b), g.apply("multiply", a, b)])
    session = fc.compile(graph, device="cuda")
    three, four = (runtime.to_device(np.full((2, 3), i, np.float32)) for i in (3, 4))

    results = session(b=three, a=four)

    assert [y.numpy()[0, 0] for y in results.values()] == [7, 12]


def test_an_input_that_is_also_a_result_is_copied(emulated):
    g = Builder()
    x = g.input("x", (None, 4))
    y = g.apply("relu", x)
    session = fc.compile(g.build([y, x, g.apply("reshape", y, shape=(-1, 2, 2))]), device="cuda")
    numbers = np.float32([[-1, 2, -3, 4]])

    results = [y.numpy() for y in session(runtime.to_device(numbers)).values()]

    np.testing.assert_array_equal(results[0], [[0, 2, 0, 4]])
    np.testing.assert_array_equal(results[1], numbers)
    np.testing.assert_array_equal(results[2], [[[0, 2], [0, 4]]])


def test_addresses_that_vectors_cannot_be_read_at_are_copied(emulated, session, x):
    whole = runtime.to_device(np.append(np.float32(7), x.ravel()))
    pointer = whole.__cuda_array_interface__["data"][0]
    view = Foreign(whole, shape=SHAPE, data=(pointer + 4, False))
    out = runtime.to_device(np.zeros(11, np.float32))
    target = Foreign(out, shape=(2, 5), data=(out.__cuda_array_interface__["data"][0] + 4, False))

    session(view, out=target)

    np.testing.assert_array_equal(out.numpy()[1:].reshape(2, 5), session(x))
    assert out.numpy()[0] == 0


BAD = [
    ({"version": 1}, InvalidValueError, "version is 1; 2 and 3 can be read"),
    ({"version": Foreign}, InvalidValueError, "version is None"),
    ({"mask": "array"}, InvalidValueError, "has a mask"),
    ({"typestr": "<f8"}, DTypeError, "must be float32, is float64; arrays on the device"),
    ({"typestr": ">f4"}, DTypeError, "bytes of elements in the other order"),
    ({"typestr": "<x4"}, DTypeError, "typestr '<x4' is none of NumPy's"),
    ({"typestr": "<c8"}, DTypeError, "is of no numbers"),
    ({"typestr": Foreign}, DTypeError, "typestr None"),
    ({"shape": (2, 9, 7)}, ShapeError, "."),
    ({"shape": (2, 9, 7, -3)}, ShapeError, "shape is .*not a tuple of extents"),
    ({"shape": Foreign}, ShapeError, "shape is None"),
    ({"shape": (2, 7, 9, 3)}, ShapeError, "."),
    ({"strides": (756, 4, 84, 28)}, InvalidValueError, "not C-contiguous"),
    ({"strides": (4,)}, ShapeError, "1 strides for 4 axes"),
    ({"data": (0, False)}, InvalidValueError, "the pointer is null"),
    ({"data": Foreign}, InvalidValueError, "the pointer is null"),
    ({"data": "x"}, InvalidValueError, "data is 'x', not"),
    ({"data": (4096, False)}, InvalidValueError, "is no device memory of this process"),
    ({"stream": 0}, InvalidValueError, "stream is 0, which may mean two"),
    ({"stream": -7}, InvalidValueError, "stream is -7"),
    ({"stream": "s"}, InvalidValueError, "stream is 's'"),
    ({"stream": 999}, InvalidValueError, "invalid resource handle"),
]


@pytest.mark.parametrize(("changes", "error", "message"), BAD, ids=lambda case: str(case)[:40])
def test_interfaces_that_are_refused(session, x, changes, error, message):
    with pytest.raises(error, match=message):
        session(Foreign(runtime.to_device(x), **changes))


@pytest.mark.parametrize("stream", [None, -1, 1, 2, Foreign])
@pytest.mark.parametrize("version", [2, 3])
def test_interfaces_that_are_taken(session, x, stream, version):
    array = Foreign(runtime.to_device(x), stream=stream, version=version, strides=(756, 84, 12, 4))

    np.testing.assert_array_equal(session(array).numpy(), session(x))


def test_an_empty_array_has_no_pointer(emulated):
    array = Foreign(runtime.to_device(np.zeros((0, 3), np.float32)), data=(0, False))

    assert doubling()(array).shape == (0, 3)


@pytest.mark.parametrize("versioned", [False, True])
def test_a_capsule_is_taken_once_and_deleted_once(emulated, versioned):
    packed = Packed(runtime.to_device(np.ones((1, 3), np.float32)), versioned=versioned)
    session = doubling()

    for calls in (1, 2, 3):
        session(packed)
        gc.collect()
        assert (packed.deleted, len(packed.streams)) == (calls, calls)

    assert packed.streams[0] > 2
    session(packed, stream=1)
    assert packed.streams[-1] == 1
    capsule = packed.__dlpack__()
    kept = emulated.DeviceArray.from_dlpack(capsule)
    with pytest.raises(InvalidValueError, match="holds no tensor, or one that was taken"):
        emulated.DeviceArray.from_dlpack(capsule)
    assert kept.shape == (1, 3)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"tensor": {"device_type": 10}}, InvalidValueError, "device of type 10"),
        ({"tensor": {"lanes": 2}}, DTypeError, "2 lanes"),
        ({"tensor": {"code": 4}}, DTypeError, "type code 4"),
        ({"tensor": {"bits": 64}}, DTypeError, "must be float32, is float64"),
        ({"strides": (1, 2)}, InvalidValueError, "not C-contiguous"),
        ({"record": {"major": 2}}, UnsupportedError, "version 2.0 of the protocol"),
    ],
    ids=str,
)
def test_capsules_that_are_refused(emulated, how, error, message):
    packed = Packed(runtime.to_device(np.ones((2, 3), np.float32)), **how)

    with pytest.raises(error, match=message):
        doubling()(packed)


def test_an_offset_and_strides_of_a_capsule_count(emulated):
    whole = runtime.to_device(np.arange(12, dtype=np.float32).reshape(4, 3))
    packed = Packed(whole, tensor={"byte_offset": 48 - 12}, strides=(3, 1))
    packed._array = SimpleNamespace(
        shape=(1, 3), device=0, __cuda_array_interface__=whole.__cuda_array_interface__
    )

    np.testing.assert_array_equal(doubling()(packed).numpy(), [[18, 20, 22]])


@pytest.mark.parametrize("how", ["interface", "dlpack"])
def test_a_read_only_array_is_no_output(emulated, how):
    x, out = (runtime.to_device(np.ones((2, 3), np.float32)) for _ in range(2))
    pointer = out.__cuda_array_interface__["data"][0]
    read_only = (
        Foreign(out, data=(pointer, True))
        if how == "interface"
        else Packed(out, record={"flags": 1})
    )
    session = doubling()

    with pytest.raises(InvalidValueError, match="the array for output 'add' is read-only"):
        session(x, out=read_only)
    np.testing.assert_array_equal(session(read_only).numpy(), np.full((2, 3), 2))


def test_outputs_share_no_memory_with_inputs(emulated):
    x = runtime.to_device(np.ones((2, 3), np.float32))

    with pytest.raises(InvalidValueError, match="shares memory with an input"):
        doubling()(x, out=x)


def test_a_mix_is_refused(emulated):
    x, out = runtime.to_device(np.ones((2, 3), np.float32)), np.empty((2, 3), np.float32)

    with pytest.raises(InvalidValueError, match=r"some arrays are on the device \('x'\), others"):
        doubling()(x, out=out)


def test_arrays_of_another_device_are_refused(emulated):
    session = doubling()
    here = runtime.to_device(np.ones((2, 3), np.float32))
    session(here)
    emulated.configure(devices=2)
    emulated.set_device(1)
    there = runtime.to_device(np.ones((2, 3), np.float32))

    with pytest.raises(InvalidValueError, match="is on CUDA device 1, the session on 0"):
        session(there)
    np.testing.assert_array_equal(session(here).numpy(), np.full((2, 3), 2))
    emulated.set_device(0)


def test_a_device_of_another_kind_is_refused(emulated):
    array = SimpleNamespace(__dlpack_device__=lambda: (10, 0), __dlpack__=None)

    with pytest.raises(UnsupportedError, match="DLPack's type 10"):
        doubling()(array)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"dl_device": (1, 0)}, "not copied to another"), ({"copy": True}, "a copy was asked for")],
)
def test_what_an_export_cannot_do_is_a_buffer_error(emulated, options, message):
    with pytest.raises(BufferError, match=message):
        runtime.to_device(np.ones(3, np.float32)).__dlpack__(**options)


def test_an_exported_capsule_keeps_the_memory(emulated):
    gc.collect()
    before = emulated.live()["device_bytes"]
    for options in ({}, {"max_version": (1, 0)}):
        capsule = runtime.to_device(np.arange(3, dtype=np.int32)).__dlpack__(**options)
        gc.collect()
        assert emulated.live()["device_bytes"] > before
        array = emulated.DeviceArray.from_dlpack(capsule)
        np.testing.assert_array_equal(array.numpy(), [0, 1, 2])
        del array, capsule
        unused = runtime.to_device(np.arange(3, dtype=np.int32)).__dlpack__(**options)
        del unused
        gc.collect()
        assert emulated.live()["device_bytes"] == before


def test_results_are_cupy_arrays_where_there_is_cupy(monkeypatch):
    made = []
    fake = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: True),
        from_dlpack=lambda array: made.append(array) or "a CuPy array",
    )
    monkeypatch.setitem(sys.modules, "cupy", fake)
    cupy_arrays._cupy.cache_clear()

    assert cupy_arrays.as_cupy("an array") == "a CuPy array"
    assert made == ["an array"]
    fake.cuda.is_available = lambda: False
    cupy_arrays._cupy.cache_clear()
    assert cupy_arrays.as_cupy("an array") == "an array"
    cupy_arrays._cupy.cache_clear()


def test_an_input_that_is_read_on_the_host_is_refused(emulated):
    model = models.Sequential([layers.Dense(2, input_shape=(3,))])
    assert fc.compile(model, device="cuda")(np.ones((1, 3), np.float32)).shape == (1, 2)
    g = Builder()
    x, step = g.input("x", (3,)), g.input("step", (), "int32")
    w, m, v = (g.parameter(name, np.zeros(3, np.float32)) for name in ("w", "m", "v"))
    rate = g.constant("rate", np.float32(0.1))
    new, *_ = g.apply_all(
        "adam_update",
        *(w, x, m, v, rate, step),
        **{"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
        **{"l1": 0.0, "l2": 0.0, "hold_zeros": 0, "weight_decay": 0.0},
    )
    session = fc.compile(g.build([new]), device="cuda")

    with pytest.raises(UnsupportedError, match="input 'step' is read on the host"):
        session(*map(runtime.to_device, (np.ones(3, np.float32), np.int32(1))))
