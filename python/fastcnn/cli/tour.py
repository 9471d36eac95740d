"""`fastcnn tour`: everything, on real data, in one go."""

from __future__ import annotations

import time
from pathlib import Path

import click

from fastcnn import report as reports
from fastcnn.cli import options
from fastcnn.cli.comparing import accuracy, as_json, comparison_table, measure
from fastcnn.cli.data import load_data
from fastcnn.cli.frame import command
from fastcnn.cli.machine import machine
from fastcnn.cli.output import Output
from fastcnn.cli.shelf import Shelf
from fastcnn.cli.tour_report import FOLDER, tour_notes, tour_report
from fastcnn.cli.tour_stages import FULL, QUICK, make_stages


@command("tour")
@click.option(
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    help="Folder for the models and the report. A tour that was stopped goes on from there.",
)
@click.option("--quick", is_flag=True, help="A few thousand images: what happens, not how well.")
@options.seed
@options.threads
def tour(output: Output, folder: Path, quick: bool, seed: int) -> None:
    """Train, prune, cut, fuse and compare a CNN.

    All on real MNIST: one table at the end, and report.html in the output folder.

    What is decided on the way is decided on images held back from the training images. The 10,000
    test images are looked at once, at the end.
    """
    start = time.perf_counter()
    size = QUICK if quick else FULL
    output.kept = f"finished stages are kept in {folder}; the same command goes on from there"
    data = load_data("mnist")
    data = data if size.images is None else data.first(size.images)
    learn, held = data.hold_back(size.held_back, seed)
    candidates = make_stages(Shelf(folder, output), output, learn, held, size, seed)

    output.say(f"Testing on {len(data.test[1]):,} images and measuring the speed of each")
    entries = measure(candidates, data.test, seconds=size.seconds)
    forms = {
        one.name: accuracy(one.model, held) for one in candidates if one.name.startswith("fused")
    }
    notes = tour_notes(entries, forms, len(held[1]))
    seconds = time.perf_counter() - start
    page = folder / "report.html"
    counts = (len(learn[1]), len(held[1]), len(data.test[1]))
    reports.write(page, tour_report(entries, notes, machine(), counts, folder, quick, seed))
    output.answer(
        {
            "models": as_json(entries),
            "notes": notes,
            "validation_accuracy_of_fused": forms,
            "report": page,
            "seconds": seconds,
        },
        comparison_table(entries, f"On {len(data.test[1]):,} test images of MNIST"),
        *(f"- {note}" for note in notes),
        f"\nReport: {page}  ({seconds:.0f} s in all)",
    )
