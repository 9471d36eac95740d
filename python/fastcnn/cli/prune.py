"""`fastcnn prune`: without the least important weights or channels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import data_for, finish, hold_back
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.compress import criteria, schedules
from fastcnn.random import set_random_seed
from fastcnn.train.callbacks import ProgressBar


def _shares(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, float] | None:
    """Shares by layer, from words LAYER=SHARE."""
    shares: dict[str, float] = {}
    for word in given:
        layer, _, share = word.rpartition("=")
        try:
            shares[layer] = float(share)
        except ValueError:
            layer = ""
        if not layer:
            raise click.BadParameter(f"'{word}' is not LAYER=SHARE, as conv2d=0.5")
    return shares or None


@command("prune")
@options.MODEL
@click.option(
    "--sparsity",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.9,
    help="Share to remove; N:M structures have their own.",
)
@click.option(
    "--layer",
    "shares",
    multiple=True,
    callback=_shares,
    metavar="LAYER=SHARE",
    help="Share to remove from one layer, again for others; layers not named keep everything.",
)
@click.option(
    "--structure",
    default="weight",
    help="weight, N:M (as 2:4), AxB (blocks, as 4x1) or kernel: set weights to zero; channel: take "
    "neurons out.",
)
@click.option(
    "--criterion",
    type=click.Choice(criteria.names()),
    default="magnitude",
    help="What is unimportant. Some measure on --data.",
)
@click.option(
    "--scope",
    type=click.Choice(["global", "layer"]),
    help="global: the least of all layers together; layer: the same share of each. What suits the "
    "structure if not given.",
)
@click.option(
    "--schedule",
    type=click.Choice(schedules.names()),
    default="one_shot",
    help="When how much goes during --fine-tune.",
)
@click.option("--rounds", type=click.IntRange(1), default=3, help="Of the schedule iterative.")
@click.option("--exclude", multiple=True, help="A layer that keeps everything, again for others.")
@click.option(
    "--round-to",
    type=click.IntRange(1),
    default=1,
    help="Channels kept are rounded up to a multiple of this.",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    default=512,
    help="Images of --data that a criterion measures on, at most.",
)
@click.option("--data", "data_name", help=f"To measure, fine-tune and test on: {options.DATA_HELP}")
@options.fine_tune
@options.output("pruned.fcnn")
@options.state_dir
@options.seed
@options.threads
def prune(
    output: Output,
    model: Path,
    sparsity: float,
    shares: dict[str, float] | None,
    structure: str,
    criterion: str,
    scope: str | None,
    schedule: str,
    rounds: int,
    exclude: tuple[str, ...],
    round_to: int,
    samples: int,
    data_name: str | None,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    state_dir: Path | None,
    seed: int,
) -> None:
    """Remove unimportant weights or channels."""
    original = open_model(model)
    data = data_for(original, data_name, epochs)
    training = Training(epochs, batch_size, learning_rate, seed=seed)
    learn, held = hold_back(data, seed) if data else (None, None)
    tunes_within = schedule != "one_shot" and epochs > 0
    if data and (tunes_within or original.settings is None):
        compile_for(original, training)
    tuning: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "validation_data": held,
        "callbacks": [ProgressBar(console=output.progress)],
    }
    set_random_seed(seed)
    pruned = compress.prune(
        original,
        sparsity=shares or (None if ":" in structure else sparsity),
        structure=structure,
        criterion=criterion,
        scope=scope,
        schedule=schedules.Iterative(rounds) if schedule == "iterative" else schedule,
        exclude=exclude,
        round_to=round_to,
        samples=samples,
        data=learn,
        seed=seed,
        state_dir=state_dir,
        **(tuning if tunes_within else {}),
    )
    rest = replace(training, epochs=0) if tunes_within else training
    finish(output, (model, original), pruned, target, data, rest, state_dir)
