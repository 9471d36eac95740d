"""`fastcnn kernels`: the speed of every kernel here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click
from rich import box
from rich.table import Table

from fastcnn import runtime
from fastcnn.bench import (
    FOLDER,
    KernelTiming,
    SpeedUp,
    measure_kernels,
    measure_sparsity,
    read_shapes,
)
from fastcnn.cli.frame import command
from fastcnn.cli.output import Output


@command("kernels")
@click.argument("family", required=False)
@click.option(
    "--shapes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of shapes to run, one layer a line; those of the MNIST CNN if not given.",
)
@click.option("--every", is_flag=True, help="Time each kernel on every shape it runs.")
@click.option(
    "--sparsity",
    "sparsities",
    metavar="SHARE,...",
    callback=lambda _context, _option, text: None if text is None else _shares(text),
    help="How much faster convolutions get with so many weights zero, as 0.5,0.8,0.9; "
    "those of ResNet-50 if no shapes are given.",
)
def kernels(
    output: Output,
    family: str | None,
    shapes: Path | None,
    every: bool,
    sparsities: list[float] | None,
) -> None:
    """Time every kernel on one thread.

    FAMILY limits it to one family.

    A star marks the kernel that this machine picks.
    """
    if sparsities is not None:
        return _sparsity(output, shapes or FOLDER / "resnet50.txt", sparsities)
    families = dict.fromkeys(kernel["family"] for kernel in runtime.kernels())
    if family is not None and family not in families:
        raise click.BadParameter(
            f"no family is named '{family}'; there are {', '.join(families)}", param_hint="FAMILY"
        )
    every = every or shapes is not None
    with output.progress.status("measuring") as status:
        timings = []
        for timing in measure_kernels(family, shapes=shapes, every=every):
            status.update(f"measured {timing.kernel}")
            timings.append(timing)
    info = runtime.cpu_info()
    output.answer(
        {"cpu": info["brand"], "isa": info["isa"], "threads": 1, "kernels": timings},
        kernel_table(timings, f"Kernels on {info['brand']}, one thread"),
        "* picked on this machine. Peak: multiply-adds on registers alone, for the same "
        "instruction set, measured now. GB/s counts every array once. Convolutions count the "
        "operations of the direct algorithm: Winograd's may pass the peak.",
    )


def _shares(text: str) -> list[float]:
    try:
        shares = [float(word) for word in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a list of numbers") from None
    for share in shares:
        if not 0 <= share < 1:
            raise click.BadParameter(f"a sparsity is from 0 to below 1, not {share}")
    return shares


def _sparsity(output: Output, shapes: Path, sparsities: list[float]) -> None:
    timings: list[SpeedUp] = []
    with output.progress.status("measuring") as status:
        for timing in measure_sparsity(read_shapes(shapes), sparsities):
            status.update(f"measured {timing.shape}")
            timings.append(timing)
    rows = [{**asdict(timing), "times": timing.times} for timing in timings]
    worst = min(timings, key=lambda timing: timing.times, default=None)
    title = f"Times as fast as dense on {runtime.cpu_info()['brand']}, one thread"
    output.answer(
        {"sparsity": rows, "worst": None if worst is None else worst.times},
        sparsity_table(timings, title),
        "The fastest form by measurement, weights zero at random, against the same layer "
        "without zeros."
        + ("" if worst is None else f" Worst: {worst.times:.2f} times, {worst.shape}."),
    )


def sparsity_table(timings: Sequence[SpeedUp], title: str) -> Table:
    """A row for each layer, a column for each sparsity."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("layer", overflow="fold")
    table.add_column("dense ms", justify="right")
    for sparsity in dict.fromkeys(timing.sparsity for timing in timings):
        table.add_column(f"{100 * sparsity:.0f}%", justify="right")
    for shape, layer in groupby(timings, key=lambda timing: timing.shape):
        times = list(layer)
        table.add_row(shape, f"{times[0].dense_ms:.3f}", *(f"{t.times:.2f}" for t in times))
    return table


def kernel_table(timings: Sequence[KernelTiming], title: str) -> Table:
    """The timings, a section for each family."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("kernel", overflow="fold")
    table.add_column("shape", overflow="fold")
    for heading in ("ms", "GFLOP/s", "% of peak", "GB/s"):
        table.add_column(heading, justify="right")
    for _, family in groupby(sorted(timings, key=_family), key=_family):
        for timing in family:
            share = None if timing.share_of_peak is None else 100 * timing.share_of_peak
            figures = ((timing.ms, 4), (timing.gflops, 1), (share, 0), (timing.gigabytes, 1))
            table.add_row(
                "*" if timing.picked else "",
                timing.kernel,
                timing.shape,
                *("" if value is None else f"{value:.{digits}f}" for value, digits in figures),
                style="" if timing.gflops or timing.ms else "dim",
            )
        table.add_section()
    return table


def _family(timing: KernelTiming) -> str:
    return timing.family
