"""`fastcnn cut`: without the least important layers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import finish, hold_back
from fastcnn.cli.data import load_data
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import image_size, open_model
from fastcnn.cli.output import Output
from fastcnn.compress.cut import JUDGES, SCHEDULES
from fastcnn.random import set_random_seed
from fastcnn.train.callbacks import ProgressBar


@command("cut")
@options.MODEL
@click.option(
    "--layers",
    type=click.IntRange(1),
    default=1,
    help="How many to cut; the least important goes first, then all are measured again.",
)
@click.option(
    "--candidate",
    "candidates",
    multiple=True,
    help="A layer that may be cut, or a part as FIRST..LAST, again for others; all if not given.",
)
@click.option(
    "--importance",
    type=click.Choice(sorted(JUDGES)),
    default="loss",
    help="loss: its rise; ms: its rise for each millisecond saved; similarity: of what leads into "
    "a layer and what leads out; fisher: the rise of the loss by second order.",
)
@click.option(
    "--schedule",
    type=click.Choice(SCHEDULES),
    default="one_shot",
    help="When to fine-tune. one_shot: after the last cut; iterative: after each.",
)
@options.data(required=False)
@options.fine_tune
@options.output("cut.fcnn")
@options.state_dir
@options.seed
@options.threads
def cut(
    output: Output,
    model: Path,
    layers: int,
    candidates: tuple[str, ...],
    importance: str,
    schedule: str,
    data_name: str,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    state_dir: Path | None,
    seed: int,
) -> None:
    """Cut out the least important layers.

    Importance is measured on training images held back for it.
    """
    original = open_model(model)
    data = load_data(data_name, image_size(original))
    training = Training(epochs, batch_size, learning_rate, seed=seed)
    learn, held = hold_back(data, seed)
    compile_for(original, training)
    tunes_within = schedule == "iterative" and epochs > 0
    tuning: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "validation_data": held,
        "callbacks": [ProgressBar(console=output.progress)],
    }
    set_random_seed(seed)
    shorter = compress.cut(
        original,
        layers=layers,
        data=learn if tunes_within else held,
        candidates=candidates or None,
        importance=importance,
        schedule=schedule,
        seed=seed,
        state_dir=state_dir,
        **(tuning if tunes_within else {}),
    )
    rest = replace(training, epochs=0) if tunes_within else training
    finish(output, (model, original), shorter, target, data, rest, state_dir)
