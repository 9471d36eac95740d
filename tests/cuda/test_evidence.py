"""No kernel's static figures are worse than those of docs/cuda-evidence.md."""

from __future__ import annotations

from collections import Counter

import pytest

from fastcnn.bench.shapes import Shape
from tests.cuda.compiled import find_tool, need_tool, nvcc_version
from tests.cuda.evidence import sass
from tests.cuda.evidence.architectures import occupancy
from tests.cuda.evidence.collect import moved_by, planned, static_figures
from tests.cuda.evidence.figures import (
    MOST_WAVEFRONTS,
    Code,
    Evidence,
    Figures,
    Moved,
    Planned,
    faults,
    losses,
    merged,
    moved_losses,
    read,
)
from tests.cuda.evidence.page import PAGE, page
from tests.cuda.evidence.roofline import GPUS, Work, estimate, work_of
from tests.cuda.ptx.replay import compiled

REMEDY = (
    "if this is meant, run `python -m tests.cuda.evidence [FAMILY ..]` and commit "
    "docs/cuda-evidence.md and "
    "tests/cuda/evidence/figures.json"
)


@pytest.fixture(scope="module")
def committed():
    """The committed figures, if the compiler here is the one that they are of."""
    need_tool("nvcc", "nothing compiles CUDA here")
    evidence = read()
    if evidence.nvcc != nvcc_version():
        pytest.skip(f"the figures are of nvcc {evidence.nvcc}, here is {nvcc_version()}")
    return evidence.kernels


@pytest.mark.parametrize("architecture", [80, 90])
def test_no_kernel_spills_registers(build_folder, architecture):
    figures = static_figures(build_folder, architecture, instructions=False)

    assert {name: list(faults(code)) for name, code in figures.items() if code.spills} == {}


def test_no_committed_figure_is_beyond_its_limit():
    found = {
        f"{name}, sm_{architecture}": told
        for name, figures in read().kernels.items()
        for architecture, code in figures.code.items()
        if (told := list(faults(code)))
    }
    waves = {
        name: figures.moved.wavefronts
        for name, figures in read().kernels.items()
        if (figures.moved.wavefronts or 0) > MOST_WAVEFRONTS
    }

    assert found == {}
    assert waves == {}


@pytest.mark.parametrize("architecture", [80, 90])
def test_no_kernel_is_worse_than_committed(build_folder, committed, architecture):
    # To take machine code apart takes long: that of one architecture.
    disassembles = architecture == 80 and find_tool("nvdisasm") is not None
    now = static_figures(build_folder, architecture, instructions=disassembles)

    assert set(now) == set(committed), f"kernels without figures, or figures alone: {REMEDY}"
    found = {}
    for name, code in now.items():
        before = committed[name].code[architecture]
        if not disassembles:
            before = Code(before.registers, before.shared, before.spills, before.occupancy)
        if worse := [*faults(code), *losses(code, before)]:
            found[name] = worse
    assert found == {}, REMEDY
    if architecture == 80 and not disassembles:
        pytest.skip("registers alone were looked at: pip install nvidia-cuda-nvdisasm")


def test_no_kernel_moves_more_than_committed(build_folder, committed, chosen):
    kernels = compiled(build_folder, "compute_80")
    found = {}
    for name in sorted(set(kernels) & set(committed)):
        moved = moved_by(kernels[name], chosen.whole(name))
        if worse := list(moved_losses(moved, committed[name].moved)):
            found[name] = worse

    assert found == {}, REMEDY


def test_the_page_is_what_the_figures_are():
    if find_tool("c++filt") is None:
        pytest.skip("c++filt, which comes with g++, is not there")

    assert PAGE.read_text() == page(read())


def test_layers_take_the_kernels_of_the_page(emulated):
    assert planned(emulated) == read().layers, REMEDY


GOOD = Code(64, 1024, 0, 50, 8, 4, 1, 2, addressing=16, arithmetic=64, multiply_adds=8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"occupancy": 37, "registers": 80}, "occupancy 37%, was 50%: 80 registers, was 64"),
        ({"matrix": 0}, "0 instructions for tensor cores, was 8"),
        ({"wide": 3}, "3 loads of 128 bits, was 4"),
        ({"wide_stores": 0}, "0 stores of 128 bits, was 2"),
        ({"addressing": 24}, "0.38 instructions written as IMAD an operation, was 0.25"),
        ({"multiply_adds": 12}, "0.19 integer multiply-adds an operation, was 0.12"),
    ],
)
def test_what_got_worse_is_told(change, message):
    fields = {**vars(GOOD), **change}

    assert list(losses(GOOD, GOOD)) == []
    (told,) = losses(Code(**fields), GOOD)
    assert message in told


def test_figures_of_some_families_replace_theirs_alone():
    def evidence(**kernels):
        moved = Moved(1.0, None)
        return Evidence("13", {name: Figures(n, moved, {}) for name, n in kernels.items()}, {})

    committed = evidence(_ZN10pad_kernelENS0_3PadE=1, _ZN13copy2d_kernelIjEE=2)
    now = evidence(_ZN10pad_kernelENS0_3PadE=3)

    assert merged(now, committed, ["pad"]) == evidence(
        _ZN10pad_kernelENS0_3PadE=3, _ZN13copy2d_kernelIjEE=2
    )


def test_what_no_kernel_may_have_is_told():
    assert list(faults(GOOD)) == []
    assert list(faults(Code(255, 0, 16, 12))) == ["16 bytes of registers are spilled"]
    busy = Code(255, 0, 0, 12, matrix=8, multiply_adds=100, arithmetic=64)
    assert list(faults(busy)) == ["1.56 integer multiply-adds a matrix instruction"]
    assert list(faults(Code(255, 0, 0, 12, matrix=8, addressing=100, arithmetic=64))) == []
    assert len(list(moved_losses(Moved(1.5, 1.2), Moved(1.2, 1.0)))) == 2
    assert list(moved_losses(Moved(1.2, 1.0), Moved(1.2, 1.0))) == []


# By hand from the guide: 65536 registers and, of 86, 48 warps, 16 blocks and 100 KiB.
@pytest.mark.parametrize(
    ("architecture", "threads", "registers", "shared", "percent"),
    [
        (80, 256, 32, 0, 100),
        (80, 256, 85, 24576, 25),
        (80, 256, 33, 0, 75),
        (86, 64, 16, 0, 67),
        (86, 128, 32, 48 * 1024, 17),
        (90, 1024, 64, 0, 50),
    ],
)
def test_occupancy_is_what_the_limits_allow(architecture, threads, registers, shared, percent):
    assert occupancy(architecture, threads, registers, shared) == percent


def line(at: int, text: str) -> str:
    return f"        /*{at:04x}*/                   {text} ;\n"


# A loop with an inner one, and a rare path behind the end that comes back into the outer.
LOOPS = (
    '\t.section\t.text.two,"ax",@progbits\n.text.two:\n'
    + line(0x00, "MOV R1, RZ")
    + ".L_1:\n"
    + line(0x10, "IMAD R2, R1, R1, RZ")
    + line(0x20, "@P1 BRA `(.L_4)")
    + ".L_2:\n"
    + line(0x30, "LDG.E.128 R4, [R2.64]")
    + line(0x40, "HMMA.16816.F32 R4, R4, R8, R4")
    + line(0x50, "IMAD.MOV.U32 R9, RZ, RZ, R4")
    + line(0x58, "IMAD.WIDE.U32 R8, R9, R4, c[0x0][0x160]")
    + line(0x60, "BRA.U UP0, `(.L_2)")
    + ".L_3:\n"
    + line(0x70, "@P0 BRA `(.L_1)")
    + line(0x80, "EXIT")
    + ".L_4:\n"
    + line(0x90, "FFMA R1, R1, R1, R1")
    + line(0xA0, "BRA `(.L_3)")
)


def test_the_hot_loop_is_the_innermost_with_the_most_arithmetic():
    function = sass.parse(LOOPS)["two"]

    (inner,) = sass.innermost_loops(function)

    assert [ins.opcode for ins in inner] == [
        *("LDG.E.128", "HMMA.16816.F32", "IMAD.MOV.U32", "IMAD.WIDE.U32", "BRA.U"),
    ]
    assert sass.hot_loop(function) == Counter({"IMAD.*": 1}) + Counter(LDG=1, MMA=1, IMAD=1, BRA=1)


# 108 multiprocessors, 64 lanes: a block of 64 x 64 with sums of 16 is 131072 operations.
@pytest.mark.parametrize(
    ("blocks", "loop", "share", "limit"),
    [(108, 256, 1.0, ""), (109, 256, 109 / 216, "blocks"), (108, 1024, 0.5, "instructions")],
)
def test_the_estimate_counts_blocks_and_instructions(blocks, loop, share, limit):
    gpu = next(gpu for gpu in GPUS if gpu.architecture == 80)
    code = Code(64, 0, 0, 50, arithmetic=256, loop=loop)
    kernels = {"k": Figures(256, Moved(1.0, 1.0), {80: code})}
    work = Work(blocks * 131072.0, 1.0, 16)

    one = estimate(gpu, work, [Planned("conv2d_gemm_f32_64x64", "k", blocks)], kernels)

    assert one.bound == "compute"
    assert one.share == pytest.approx(share)
    assert one.limit == limit


def test_the_estimate_of_memory_counts_sectors():
    kernels = {"k": Figures(256, Moved(1.25, None), {80: GOOD})}

    one = estimate(GPUS[0], Work(0.0, 1e9, 0), [Planned("pool2d", "k", 8)], kernels)

    assert (one.bound, one.share, one.limit) == ("memory", 0.8, "sectors")


def test_work_is_counted_once():
    shape = Shape("conv2d", {"n": 1, "c": 3, "h": 224, "w": 224, "oc": 64, "k": 7, "s": 2, "p": 3})

    work = work_of(shape)

    assert work.rows == 147
    assert work.flops == 2 * 112 * 112 * 64 * 147
    assert work.bytes == 4 * (3 * 224 * 224 + 147 * 64 + 112 * 112 * 64)
