"""`fastcnn compare`: models side by side."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from fastcnn import report as reports
from fastcnn.cli import options
from fastcnn.cli.comparing import Candidate, as_json, comparison_table, measure, notes
from fastcnn.cli.data import load_data
from fastcnn.cli.frame import command
from fastcnn.cli.machine import machine
from fastcnn.cli.networks import image_size, open_model
from fastcnn.cli.output import Output


@command("compare")
@options.MODELS
@options.data(required=False)
@click.option(
    "--report",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write an HTML report to this file.",
)
@options.threads
def compare(output: Output, models: tuple[Path, ...], data_name: str, page: Path | None) -> None:
    """Test and time models side by side.

    The first is what the others are compared with.
    """
    names = [path.name for path in models]
    if len(set(names)) < len(names):
        names = [str(path) for path in models]
    if len(set(names)) < len(names):
        raise click.UsageError(f"a model is named twice: {', '.join(names)}")
    candidates = [
        Candidate(name, open_model(path), path) for name, path in zip(names, models, strict=True)
    ]
    data = load_data(data_name, image_size(candidates[0].model))
    entries = measure(candidates, data.test)
    if page is not None:
        reports.write(
            page,
            reports.Report(
                title="Models compared",
                subtitle=f"Tested on the {len(data.test[1]):,} test images of {data_name}.",
                command=shlex.join(["fastcnn", *sys.argv[1:]]),
                machine=machine(),
                entries=entries,
                notes=notes(entries),
            ),
        )
        output.say(f"wrote {page}")
    output.answer(
        {"data": data_name, "models": as_json(entries), "notes": notes(entries), "report": page},
        comparison_table(entries, f"On {len(data.test[1]):,} test images of {data_name}"),
        *notes(entries),
    )
