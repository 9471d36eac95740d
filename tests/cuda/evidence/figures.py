"""What is known of a kernel without running it on a GPU, and whether it got worse."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from tests.cuda.compiled import family_of
from tests.cuda.evidence import sass
from tests.cuda.evidence.architectures import occupancy

COMMITTED = Path(__file__).parent / "figures.json"
MOST_WAVEFRONTS = 1.1
MOST_MULTIPLY_ADDS = 1.5  # of integers, for each matrix instruction in its loop
_SLACK = 1.1  # of a ratio in a loop: one instruction more is no loss
_RESOURCES = re.compile(
    r"Compiling entry function '(\w+)' for .*?"
    r"(\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers(.*?)\n",
    re.DOTALL,
)
_SHARED = re.compile(r"(\d+) bytes smem")
_THREADS = re.compile(r"\.entry (\w+)\(.*?\.maxntid (\d+)(?:, (\d+))?(?:, (\d+))?", re.DOTALL)


@dataclass(frozen=True)
class Code:
    """A kernel's machine code for one architecture.

    Args:
        registers: Of a thread.
        shared: Bytes of a block.
        spills: Bytes that go to memory and back for want of registers.
        occupancy: Percent of the warps of a multiprocessor, by registers and shared memory.
        matrix: Instructions for tensor cores.
        wide: Loads of 128 bits from global memory, copies to shared memory among them.
        narrow: Shorter ones.
        wide_stores: Stores of 128 bits to global memory.
        addressing: What is written as IMAD in the hot loop: multiply-adds of integers, and moves,
            additions and shifts on their pipe.
        arithmetic: Matrix instructions in it, or float32 multiply-adds where it has none.
        loop: All instructions in it.
        multiply_adds: Of the former those that multiply, IMAD, IMAD.WIDE and IMAD.HI; of kernels
            on tensor cores alone.
    """

    registers: int
    shared: int
    spills: int
    occupancy: int
    matrix: int = 0
    wide: int = 0
    narrow: int = 0
    wide_stores: int = 0
    addressing: int = 0
    arithmetic: int = 0
    loop: int = 0
    multiply_adds: int = 0

    @property
    def ratio(self) -> float | None:
        """Addressing an arithmetic instruction, where the loop has enough of the latter."""
        return self.addressing / self.arithmetic if self.arithmetic else None

    @property
    def multiply_ratio(self) -> float | None:
        """Integer multiply-adds a matrix instruction."""
        return self.multiply_adds / self.arithmetic if self.matrix and self.arithmetic else None


@dataclass(frozen=True)
class Moved:
    """What one launch of whole tiles moved, over what would do: sectors and wavefronts."""

    sectors: float
    wavefronts: float | None  # None: no shared memory


@dataclass(frozen=True)
class Figures:
    """All of one kernel."""

    threads: int
    moved: Moved
    code: Mapping[int, Code]  # by architecture


class Planned(NamedTuple):
    """A launch of a layer, as the backend would enqueue it.

    Args:
        name: What a plan calls the kernel.
        kernel: Its symbol.
        blocks: Of the grid.
    """

    name: str
    kernel: str
    blocks: int


@dataclass(frozen=True)
class Evidence:
    """All figures.

    Args:
        nvcc: The release that compiled the kernels.
        kernels: By symbol.
        layers: The launches of layers, by precision, then by their line in the file of shapes.
    """

    nvcc: str
    kernels: Mapping[str, Figures]
    layers: Mapping[str, Mapping[str, Sequence[Planned]]]


def threads_of(ptx: str) -> dict[str, int]:
    """The threads of a block of each kernel: its launch bounds."""
    return {
        match[1]: int(match[2]) * int(match[3] or 1) * int(match[4] or 1)
        for match in _THREADS.finditer(ptx)
    }


def resources(log: str, threads: Mapping[str, int], architecture: int) -> dict[str, Code]:
    """What ptxas tells of each kernel."""
    found = {}
    for name, stores, loads, registers, rest in _RESOURCES.findall(log):
        shared = _SHARED.search(rest)
        count, bytes_ = int(registers), int(shared[1]) if shared else 0
        filled = occupancy(architecture, threads[name], count, bytes_)
        found[name] = Code(count, bytes_, int(stores) + int(loads), filled)
    return found


def with_instructions(code: Code, function: sass.Function) -> Code:
    """The same with what its instructions tell."""
    loop = sass.hot_loop(function)
    loads = [ins for ins in function.code if ins.name in ("LDG", "LDGSTS")]
    multiply_adds = loop["FFMA"] if loop["FFMA"] >= 16 else 0  # fewer are no product
    return Code(
        **{
            **asdict(code),
            "matrix": sum(ins.is_matrix for ins in function.code),
            "wide": sum(ins.wide for ins in loads),
            "narrow": sum(not ins.wide for ins in loads),
            "wide_stores": sum(ins.wide for ins in function.code if ins.name == "STG"),
            "addressing": loop["IMAD"] + loop["IMAD.*"],
            "multiply_adds": loop["IMAD"] if loop["MMA"] else 0,
            "arithmetic": loop["MMA"] or multiply_adds,
            "loop": loop.total(),
        }
    )


def merged(now: Evidence, committed: Evidence, families: Collection[str]) -> Evidence:
    """`now`, which is of some families, and of all others what is committed."""
    if now.nvcc != committed.nvcc:
        raise ValueError(f"nvcc {now.nvcc}, the committed figures are of {committed.nvcc}")
    others = {
        name: figures
        for name, figures in committed.kernels.items()
        if family_of(name) not in families
    }
    return Evidence(now.nvcc, {**others, **now.kernels}, now.layers)


def read(path: Path = COMMITTED) -> Evidence:
    """What a file tells."""
    data = json.loads(path.read_text())
    kernels = {
        name: Figures(
            entry["threads"],
            Moved(*entry["moved"]),
            {int(number): Code(*fields) for number, fields in entry["code"].items()},
        )
        for name, entry in data["kernels"].items()
    }
    layers: dict[str, dict[str, list[Planned]]] = {}
    for key, launches in data["layers"].items():
        precision, _, line = key.partition(": ")
        layers.setdefault(precision, {})[line] = [Planned(*launch) for launch in launches]
    return Evidence(data["nvcc"], kernels, layers)


def write(evidence: Evidence, path: Path = COMMITTED) -> None:
    """A line a kernel or shape."""
    kernels = []
    for name, figures in sorted(evidence.kernels.items()):
        code = {number: list(asdict(one).values()) for number, one in figures.code.items()}
        moved = list(asdict(figures.moved).values())
        entry = {"threads": figures.threads, "moved": moved, "code": code}
        kernels.append(f"{json.dumps(name)}: {json.dumps(entry)}")
    layers = [
        f"{json.dumps(f'{precision}: {line}')}: {json.dumps(launches)}"
        for precision, lines in evidence.layers.items()
        for line, launches in lines.items()
    ]
    parts = [
        f'"nvcc": {json.dumps(evidence.nvcc)}',
        *(
            f'"{title}": {{\n' + ",\n".join(lines) + "\n}"
            for title, lines in (("kernels", kernels), ("layers", layers))
        ),
    ]
    path.write_text("{" + ",\n".join(parts) + "}\n")


def faults(code: Code) -> Iterator[str]:
    """What no kernel may have."""
    if code.spills:
        yield f"{code.spills} bytes of registers are spilled"
    if (code.multiply_ratio or 0) > MOST_MULTIPLY_ADDS:
        yield f"{code.multiply_ratio:.2f} integer multiply-adds a matrix instruction"


def losses(now: Code, committed: Code) -> Iterator[str]:
    """Where `now` is worse than `committed`, which the same compiler made."""
    if now.occupancy < committed.occupancy:
        yield (
            f"occupancy {now.occupancy}%, was {committed.occupancy}%: "
            f"{now.registers} registers, was {committed.registers}; "
            f"{now.shared} bytes of shared memory, was {committed.shared}"
        )
    for name, title in (
        ("matrix", "instructions for tensor cores"),
        ("wide", "loads of 128 bits"),
        ("wide_stores", "stores of 128 bits"),
    ):
        if getattr(now, name) < getattr(committed, name):
            yield f"{getattr(now, name)} {title}, was {getattr(committed, name)}"
    for title, here, before in (
        ("instructions written as IMAD", now.ratio, committed.ratio),
        ("integer multiply-adds", now.multiply_ratio, committed.multiply_ratio),
    ):
        if before is not None and (here or 0) > max(before, 0.02) * _SLACK:
            yield f"{here:.2f} {title} an operation, was {before:.2f}"


def moved_losses(now: Moved, committed: Moved) -> Iterator[str]:
    """The same of what is moved; wavefronts have an absolute limit."""
    if now.sectors > committed.sectors + 0.01:
        yield f"sectors {now.sectors} of what would do, was {committed.sectors}"
    if (now.wavefronts or 0) > max(MOST_WAVEFRONTS, (committed.wavefronts or 0) + 0.01):
        yield f"wavefronts {now.wavefronts} of what would do, was {committed.wavefronts}"
