"""What the commands that compress a model have in common."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from fastcnn.cli.comparing import Candidate, as_json, comparison_table, measure, notes
from fastcnn.cli.data import Data, Samples, load_data
from fastcnn.cli.fitting import Training, fit
from fastcnn.cli.networks import image_size
from fastcnn.cli.output import Output
from fastcnn.models import Model
from fastcnn.train.callbacks import BackupAndRestore

HELD_BACK = 0.1
"""Share of the training images that decisions are made on."""


def data_for(model: Model, name: str | None, epochs: int) -> Data | None:
    """The data set for `model`, where one was named.

    Raises:
        click.UsageError: Fine-tuning is asked for and nothing to learn from.
    """
    if name is None:
        if epochs:
            raise click.UsageError("--fine-tune needs --data to learn from")
        return None
    return load_data(name, image_size(model))


def hold_back(data: Data, seed: int) -> tuple[Samples, Samples]:
    """Images to learn from, and images that decisions are made on."""
    return data.hold_back(max(1, round(HELD_BACK * len(data.train[1]))), seed)


def finish(
    output: Output,
    before: tuple[Path, Model],
    after: Model,
    target: Path,
    data: Data | None,
    training: Training,
    state_dir: Path | None,
) -> None:
    """Fine-tunes `after` if asked to, saves it, measures both models and shows the comparison."""
    if data is not None and training.epochs:
        learn, held = hold_back(data, training.seed)
        kept = [] if state_dir is None else [BackupAndRestore(state_dir / "fine-tune")]
        fit(after, learn, held, training, output, callbacks=kept)
    after.save(target)
    if state_dir is not None:
        shutil.rmtree(state_dir)
    path, model = before
    output.say(f"saved as {target}; measuring")
    entries = measure(
        [Candidate(path.name, model, path), Candidate(_other(target, path), after, target)],
        data.test if data else None,
        seconds=2.0,
    )
    output.answer(
        {"model": target, "comparison": as_json(entries), "notes": notes(entries)},
        *(f"- {text}" for text in entries[-1].removed),
        comparison_table(entries, "Before and after"),
        *notes(entries),
    )


def _other(path: Path, original: Path) -> str:
    """A name for `path` that is not that of `original`."""
    return path.name if path.name != original.name else f"{path.name} (new)"
