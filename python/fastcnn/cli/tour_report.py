"""What the tour says about its results."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from fastcnn.cli.comparing import notes
from fastcnn.report import Entry, Report

FOLDER = "fastcnn-tour"
"""Where the tour leaves its models and its report, unless told."""


def tour_notes(
    entries: Sequence[Entry], forms: Mapping[str, float], held_back: int
) -> tuple[str, ...]:
    """What a reader of the table must know, a sentence each.

    Args:
        entries: The comparison.
        forms: Validation accuracy of the fused forms, by name.
        held_back: Validation images.
    """
    by_name = {entry.name: entry for entry in entries}
    three = [by_name[name].accuracy for name in ("original", "second model", "third model")]
    best, other = sorted(forms, key=lambda name: -forms[name])
    verdict = (
        f"Of the two fused forms, '{best}' is the better one on the {held_back:,} validation "
        f"images: {forms[best]:.2%} against {forms[other]:.2%}."
        if forms[best] > forms[other]
        else f"The two fused forms are equally good on the {held_back:,} validation images."
    )
    return (
        *notes(entries),
        f"The exact fusion has a test accuracy of {by_name['fused, exact'].accuracy:.2%}; "
        f"its three models have {mean(three):.2%} on average.",
        verdict,
    )


def tour_report(
    entries: tuple[Entry, ...],
    notes: tuple[str, ...],
    machine: tuple[tuple[str, str], ...],
    counts: tuple[int, int, int],
    folder: Path,
    quick: bool,
    seed: int,
) -> Report:
    """The page.

    Args:
        entries: The comparison.
        notes: What a reader of the table must know.
        machine: What measured.
        counts: Training, validation and test images.
        folder: Where the models are.
        quick: Whether few images were used.
        seed: Of everything random.
    """
    learn, held, test = counts
    options = [
        *([] if str(folder) == FOLDER else ["--output", str(folder)]),
        *(["--quick"] if quick else []),
        *(["--seed", str(seed)] if seed else []),
    ]
    return Report(
        title="One CNN, trained, pruned, cut and fused",
        subtitle=(
            f"Real MNIST: {learn:,} images to learn from, {held:,} to decide on, "
            f"{test:,} to test on at the end."
        ),
        command=shlex.join(["fastcnn", "tour", *options]),
        machine=machine,
        entries=entries,
        notes=notes,
    )
