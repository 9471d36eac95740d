"""`fastcnn kernels`: the speed of every kernel here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich import box
from rich.table import Table

from fastcnn import runtime
from fastcnn.bench import KernelTiming, measure_kernels
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
def kernels(output: Output, family: str | None, shapes: Path | None, every: bool) -> None:
    """Time every kernel on one thread.

    FAMILY limits it to one family.

    A star marks the kernel that this machine picks.
    """
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
