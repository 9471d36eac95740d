"""docs/cuda-evidence.md, from the figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from fastcnn.bench.shapes import Shape
from tests.cuda.compiled import family_of
from tests.cuda.emulated import ROOT, run
from tests.cuda.evidence.architectures import ARCHITECTURES
from tests.cuda.evidence.figures import Code, Evidence, Figures, Planned
from tests.cuda.evidence.roofline import GPUS, estimate, main_of, work_of

PAGE = ROOT / "docs" / "cuda-evidence.md"
_MANY = 6
"""Instances of one template that have a row each; more share one, with the worst of all."""
_HEAD = (ROOT / "tests" / "cuda" / "evidence" / "head.md").read_text()
_COLUMNS = (
    *("kernel", "threads", "registers", "shared", "occupancy %", "tensor cores"),
    *("loads 128-bit / other", "stores 128-bit", "IMAD per operation", "that multiply"),
    *("sectors", "wavefronts"),
)
Row = tuple[str, Sequence[Figures]]


def page(evidence: Evidence) -> str:
    """The whole text."""
    limits = [
        (one.name, str(one.warps), str(one.blocks), f"{one.shared_kib} KiB")
        for one in ARCHITECTURES.values()
    ]
    parts = [
        _HEAD.replace("NVCC", evidence.nvcc)
        .replace("COUNT", str(len(evidence.kernels)))
        .replace("SPILLS", _spills(evidence.kernels)),
        "## Limits\n",
        table(("architecture", "warps", "blocks", "shared memory"), limits),
    ]
    for family, rows in families(evidence.kernels):
        parts += [f"## {family}\n", table(_COLUMNS, [_cells(name, all_) for name, all_ in rows])]
    parts += ["## ResNet-50, estimated\n", _METHOD, _roofline(evidence)]
    return "\n".join(parts)


def _spills(kernels: Mapping[str, Figures]) -> str:
    found = [
        f"`{name}` for sm_{number}: {code.spills} bytes"
        for name, figures in sorted(kernels.items())
        for number, code in figures.code.items()
        if code.spills
    ]
    return "; ".join(found) or "none, of any kernel for any architecture"


def families(kernels: Mapping[str, Figures]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each family of kernels."""
    named = sorted((family_of(name), name) for name in kernels)
    titles = dict(
        zip((name for _, name in named), _titles([name for _, name in named]), strict=True)
    )
    for family, members in groupby(named, key=lambda pair: pair[0]):
        rows: list[Row] = []
        names = sorted((titles[name], name) for _, name in members)
        for template, instances in groupby(names, key=lambda pair: pair[0].partition("<")[0]):
            all_ = list(instances)
            if len(all_) > _MANY:
                rows.append((f"{template}, {len(all_)} instances", [kernels[n] for _, n in all_]))
            else:
                rows += [(title, [kernels[name]]) for title, name in all_]
        yield family, rows


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _titles(symbols: Sequence[str]) -> list[str]:
    """Symbols as the source has them, without namespaces, parameters and `_kernel`."""
    text = run("c++filt", *symbols)
    return [
        re.sub(
            r"\(\w+\)",
            "",
            re.sub(
                r"\w+::|^void |_kernel|\(\w+\)$| (?=>)", "", re.sub(r"\(fastcnn[\w:]*\)", "", line)
            ),
        )
        for line in text.splitlines()
    ]


def _cells(title: str, all_: Sequence[Figures]) -> list[str]:
    codes = [(number, code) for figures in all_ for number, code in figures.code.items()]

    def worst(value: Callable[[Code], float], pick: Callable[..., float] = max) -> str:
        return _by_architecture(codes, value, pick)

    moved = [figures.moved for figures in all_]
    waves = [one.wavefronts for one in moved if one.wavefronts is not None]
    ratios = [(number, code) for number, code in codes if code.ratio is not None]
    return [
        f"`{title}`",
        _span([figures.threads for figures in all_]),
        worst(lambda code: code.registers),
        worst(lambda code: code.shared),
        worst(lambda code: code.occupancy, min),
        worst(lambda code: code.matrix, min) if any(code.matrix for _, code in codes) else "",
        f"{worst(lambda code: code.wide, min)} / {worst(lambda code: code.narrow)}",
        worst(lambda code: code.wide_stores, min),
        _by_architecture(ratios, lambda code: round(code.ratio or 0, 2), max) if ratios else "",
        _worst_of(codes, lambda code: code.multiply_ratio),
        f"{max(one.sectors for one in moved):.2f}",
        f"{max(waves):.2f}" if waves else "",
    ]


def _worst_of(
    codes: Sequence[tuple[int, Code]],
    value: Callable[[Code], float | None],
) -> str:
    found = [one for _, code in codes if (one := value(code)) is not None]
    return f"{max(found):.2f}" if found else ""


def _by_architecture(
    codes: Sequence[tuple[int, Code]],
    value: Callable[[Code], float],
    pick: Callable[..., float],
) -> str:
    """The worst; where architectures differ, in brackets the others that have another."""
    by: dict[int, list[float]] = {}
    for number, code in codes:
        by.setdefault(number, []).append(value(code))
    picked = {number: pick(values) for number, values in by.items()}
    worst = pick(picked.values())
    others: dict[float, list[str]] = {}
    for number, figure in picked.items():
        if figure != worst:
            others.setdefault(figure, []).append(str(number))
    if not others:
        return f"{worst:g}"
    text = "; ".join(f"{figure:g}: {' '.join(numbers)}" for figure, numbers in others.items())
    return f"{worst:g} ({text})"


def _span(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"


_METHOD = """\
No layer was timed: these are **estimates** from counted work and published peaks, upper bounds of
what a kernel could reach. The roofline of a layer is the longer of its operations over the peak of
the type that the kernel multiplies in and its bytes, each array once, over the bandwidth. A kernel
takes at least as long as the busiest multiprocessor computes its whole tiles, padding included, at
the rate that the other instructions of the hot loop leave (a quarter of a multiprocessor begins
one instruction of a warp in a cycle); and as long as its bytes take, times the sectors over ideal
of its row above, and a copy of the image with padded channels where the kernel asks for one. The
share is the roofline over the longer of the two. Latency, caches, falling
clocks and what lies outside the hot loop are left out, and too few blocks where memory limits a
kernel that is no product. One image; a row names what takes most of the rest: "blocks" are too few
or too unequal for all multiprocessors, "tiles" are padding, "instructions" are others than
multiply-adds, "sectors" are bytes moved in vain. The tables of lower precisions hold the layers
that these change.
"""


def _roofline(evidence: Evidence) -> str:
    parts = ["Peaks, dense, as NVIDIA publishes them:\n"]
    for gpu in GPUS:
        peaks = ", ".join(f"{kind} {peak:g}" for kind, peak in gpu.teraflops.items())
        parts.append(
            f"- {gpu.name}: {gpu.multiprocessors} multiprocessors, TFLOP/s of {peaks}; "
            f"{gpu.bandwidth} TB/s"
        )
    float32 = evidence.layers["float32"]
    for precision, lines in evidence.layers.items():
        rows = [
            _layer(evidence, line, launches)
            for line, launches in lines.items()
            if precision == "float32" or launches != float32[line]
        ]
        head = ["layer", "kernel", "blocks", "GFLOP", "MB"]
        head += [f"{gpu.name}: bound, share, limit" for gpu in GPUS]
        parts.append(f"\n### {precision}\n\n{table(head, rows)}")
    return "\n".join(parts)


def _layer(evidence: Evidence, line: str, launches: Sequence[Planned]) -> list[str]:
    op, *words = line.split()
    shape = Shape(op, {name: int(value) for name, _, value in (w.partition("=") for w in words)})
    work = work_of(shape)
    main = main_of(launches, evidence.kernels)
    row = [line, f"`{main.name}`", str(main.blocks), f"{work.flops / 1e9:.2f}"]
    row.append(f"{work.bytes / 1e6:.1f}")
    for gpu in GPUS:
        one = estimate(gpu, work, launches, evidence.kernels)
        row.append(", ".join(part for part in (one.bound, f"{one.share:.0%}", one.limit) if part))
    return row
