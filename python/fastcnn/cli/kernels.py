"""`fastcnn kernels`: the speed of every kernel here."""

from __future__ import annotations

from pathlib import Path

import click

from fastcnn import runtime
from fastcnn.bench import measure_kernels
from fastcnn.cli.frame import command
from fastcnn.cli.output import Output
from fastcnn.runtime import Table


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
    timings.sort(key=lambda timing: timing.family)
    rows = [
        {
            "family": timing.family,
            "kernel": timing.kernel,
            "isa": timing.isa,
            "": "*" if timing.picked else "",
            "shape": timing.shape,
            "ms": timing.ms,
            "GFLOP/s": timing.gflops,
            "% of peak": 100 * timing.share_of_peak if timing.share_of_peak else None,
            "GB/s": timing.gigabytes,
        }
        for timing in timings
    ]
    info = runtime.cpu_info()
    output.answer(
        {"cpu": info["brand"], "isa": info["isa"], "threads": 1, "kernels": timings},
        Table(
            f"Kernels on {info['brand']}, one thread",
            rows,
            [
                "* picked on this machine. Peak: multiply-adds on registers alone, for the same",
                "instruction set, measured now. GB/s counts every array once.",
            ],
            {"ms": "{:.4f}", "GFLOP/s": "{:.1f}", "% of peak": "{:.0f}", "GB/s": "{:.1f}"},
        ),
    )
