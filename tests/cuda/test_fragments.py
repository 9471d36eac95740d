"""Instructions of tensor cores in both executors: which lane holds what, and number types."""

from __future__ import annotations

import ctypes
import re
from math import prod

import numpy as np
import pytest

from tests.cuda.emulated import EMULATOR, ROOT, alone, build_emulator, run
from tests.cuda.ptx.machine import Machine
from tests.cuda.ptx.memory import Memory
from tests.cuda.ptx.narrow import pack, round_tf32, unpack
from tests.cuda.ptx.parse import parse
from tests.cuda.ptx.replay import find_nvcc
from tests.cuda.ptx.tensor_core import places_of_a, places_of_b, places_of_c

SOURCE = ROOT / "tests" / "cuda" / "fragments" / "fragments.cu"
TYPES = ("tf32", "f16", "bf16")
A_AT, B_AT, D_AT = 4096, 8192, 12288

# (extents and strides of lanes, of values) into the matrix column by column (B by rows), as CuTe
# publishes them for the same instructions.
CUTE = {
    "a of tf32": (16, (4, 8), (16, 1), (2, 2), (8, 64)),
    "b of tf32": (8, (4, 8), (8, 1), (2,), (32,)),
    "a of f16": (16, (4, 8), (32, 1), (2, 2, 2), (16, 8, 128)),
    "b of f16": (8, (4, 8), (16, 1), (2, 2), (8, 64)),
    "c": (16, (4, 8), (32, 1), (2, 2), (16, 8)),
}
OURS = {
    "a of tf32": places_of_a(1),
    "b of tf32": [(column, k) for k, column in places_of_b(1)],
    "a of f16": places_of_a(2),
    "b of f16": [(column, k) for k, column in places_of_b(2)],
    "c": places_of_c(),
}


class Product(ctypes.Structure):
    """The parameters of the kernels."""

    _fields_ = (
        ("a", ctypes.c_void_p),
        ("b", ctypes.c_void_p),
        ("d", ctypes.c_void_p),
        ("absent", ctypes.c_int32),
    )


@pytest.fixture(scope="session")
def library(build_folder):
    """The kernels in the emulator."""
    with alone(build_folder):
        built = build_folder / "fragments.so"
        inputs = [SOURCE, ROOT / "src" / "cuda" / "base" / "ptx.cuh", *EMULATOR.iterdir()]
        if not built.exists() or max(f.stat().st_mtime for f in inputs) > built.stat().st_mtime:
            run(
                *("g++", "-std=c++17", "-O1", "-g1", "-DFASTCNN_CUDA_EMULATION=1", "-fPIC"),
                *("-shared", "-Wno-unknown-pragmas", f"-I{EMULATOR.parent}", f"-I{ROOT / 'src'}"),
                *(f"-I{ROOT / 'src' / 'cpp'}", "-x", "c++", SOURCE),
                *(ROOT / "src" / "cuda" / "base" / "runtime.cpp", "-x", "none"),
                *(build_emulator(build_folder, "plain"), "-o", built, "-ldl", "-pthread"),
            )
    return ctypes.CDLL(str(built))


@pytest.fixture(scope="session")
def text(build_folder):
    """The kernels as PTX."""
    with alone(build_folder):
        ptx = build_folder / "fragments.ptx"
        run(
            *(find_nvcc(), "-std=c++17", "-O3", "-ptx", "-arch=compute_80", f"-I{ROOT / 'src'}"),
            *(f"-I{ROOT / 'src' / 'cpp'}", SOURCE, "-o", ptx),
        )
        return ptx.read_text()


def rounded(type_, values):
    """`values` as the type keeps them, in float64."""
    if type_ == "tf32":
        return unpack(type_, round_tf32(values))[0]
    return unpack(type_, pack(f"{type_}x2", np.zeros_like(values), values))[0]


def operands(rng):
    return rng.standard_normal((2, 16, 16)).astype(np.float32)


def exact(type_, a, b, absent=0):
    a = np.where(np.arange(16)[:, None] < 16 - absent, a, np.float32(0))
    return rounded(type_, a) @ rounded(type_, b)


def interpreted(text, type_, a, b, absent=0, *, early=False):
    buffers = {A_AT: a, B_AT: b, D_AT: np.full((16, 16), np.nan, np.float32)}
    memory = Memory("global", {at: x.reshape(-1).view(np.uint8) for at, x in buffers.items()})
    machine = Machine(parse(text)[f"multiply_{type_}"], memory, early=early)
    machine.launch((1, 1, 1), (32, 1, 1), bytes(Product(A_AT, B_AT, D_AT, absent)))
    return buffers[D_AT], machine


def error(given, wanted):
    return np.abs(given - wanted).max() / np.abs(wanted).max()


@pytest.mark.parametrize("name", CUTE)
def test_fragments_lie_where_cute_puts_them(name):
    rows, lanes, lane_strides, values, value_strides = CUTE[name]

    def offset(index, extents, strides):
        total = 0
        for extent, stride in zip(extents, strides, strict=True):
            total += index % extent * stride
            index //= extent
        return total

    assert len(OURS[name]) == prod(values)
    for value, (row, column) in enumerate(OURS[name]):
        for lane in range(32):
            at = offset(lane, lanes, lane_strides) + offset(value, values, value_strides)
            assert (at % rows, at // rows) == (row[lane], column[lane])


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("absent", [0, 3])
def test_the_emulator_multiplies(library, rng, type_, absent):
    a, b = operands(rng)
    for seed in range(4):
        d = np.full((16, 16), np.nan, np.float32)
        product = Product(a.ctypes.data, b.ctypes.data, d.ctypes.data, absent)

        assert library.run(f"multiply_{type_}".encode(), ctypes.byref(product), seed)
        assert error(d, exact(type_, a, b, absent)) < 2e-7


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("early", [False, True])
def test_the_interpreter_multiplies(text, rng, type_, early):
    a, b = operands(rng)

    d, machine = interpreted(text, type_, a, b, 3, early=early)

    assert error(d, exact(type_, a, b, 3)) < 2e-7
    matrices = [
        machine.shared.costs[i]
        for i, ins in enumerate(machine.kernel.code)
        if ins.opcode == "ldmatrix"
    ]
    assert len(matrices) == (2 if type_ == "f16" else 0)
    assert all(cost.units == cost.least == 4 for cost in matrices)


def swapped(text, pattern, first, second):
    """`text` with two operands of each kernel's last instruction that matches exchanged."""
    kernels = re.split(r"(?=\.visible \.entry)", text)
    for i, kernel in enumerate(kernels):
        for match in list(re.finditer(pattern, kernel))[-1:]:
            registers = re.findall(r"%\w+", match[0])
            one, other = registers[first], registers[second]
            parts = re.split(r"(%\w+)", match[0])
            changed = "".join({one: other, other: one}.get(part, part) for part in parts)
            kernels[i] = kernel[: match.start()] + changed + kernel[match.end() :]
    assert "".join(kernels) != text
    return "".join(kernels)


@pytest.mark.parametrize(
    ("pattern", "first", "second", "types"),
    [
        (r"mma\.sync[^;]*;", 5, 6, TYPES),  # the second and third register of a
        (r"mma\.sync[^;]*;", 8, 9, TYPES),  # the two of b
        (r"cvt\.rn\.\w+x2\.f32[^;]*;", 1, 2, TYPES[1:]),  # the two halves
        (r"ldmatrix[^;]*;", 1, 2, TYPES[1:2]),
    ],
    ids=["a", "b", "halves", "matrices"],
)
def test_a_planted_swap_of_operands_is_seen(text, rng, pattern, first, second, types):
    changed = swapped(text, pattern, first, second)
    a, b = operands(rng)

    for type_ in types:
        d, _ = interpreted(changed, type_, a, b)
        assert error(d, exact(type_, a, b)) > 0.03


@pytest.mark.parametrize("type_", TYPES)
def test_a_planted_copy_without_a_wait_is_seen(text, rng, type_):
    a, b = operands(rng)
    changed = text.replace("cp.async.wait_group 0;", "")
    assert changed != text

    d, _ = interpreted(changed, type_, a, b)

    assert np.isnan(d).all()


def test_numbers_round_as_they_should(library):
    """Halfway cases, overflow, subnormal numbers, infinity and NaN: NumPy's, and by hand."""
    values = np.float32(
        [
            *(1, 1 + 2**-11, 1 + 3 * 2**-11, -1 - 2**-11, 65519, 65520, 2**-24, 2**-25),
            *(3 * 2**-26, 0, 1e-30, 3.4e38, np.inf, -np.inf, np.nan, -0.0),
        ]
    )
    library.narrow.restype = ctypes.c_uint32
    library.narrow.argtypes = (ctypes.c_int, ctypes.c_float, ctypes.c_float)
    for kind, name in ((1, "f16x2"), (2, "bf16x2")):
        mine = [library.narrow(kind, low, high) for low in values for high in values]
        high, low = np.tile(values, len(values)), np.repeat(values, len(values))
        np.testing.assert_array_equal(np.uint32(mine), pack(name, high, low))
    mine = np.uint32([library.narrow(0, value, 0) for value in values])
    np.testing.assert_array_equal(mine, round_tf32(values))
    np.testing.assert_array_equal(
        mine[:4].view(np.float32), np.float32([1, 1 + 2**-10, 1 + 2**-9, -1 - 2**-10])
    )
