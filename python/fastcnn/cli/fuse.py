"""`fastcnn fuse`: several models in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import data_for, finish, hold_back
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.compress.fuse import METHODS
from fastcnn.random import set_random_seed
from fastcnn.train.callbacks import ProgressBar


def _choices(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str | int] | None:
    """Places of models by layer, from words LAYER=MODEL."""
    choices: dict[str, str | int] = {}
    for word in given:
        layer, _, number = word.rpartition("=")
        if not layer or not number.isdecimal() or number == "0":
            raise click.BadParameter(f"'{word}' is not LAYER=MODEL, as conv2d=2")
        choices[layer] = int(number) - 1
    return choices or None


@command("fuse")
@options.MODELS
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="auto",
    help="exact: side by side, outputs averaged; compact: neurons matched and merged to the "
    "width of one model; uniform, greedy: weights averaged, of all or of those that help; "
    "distilled: one model that learns from all; auto: the most accurate of exact, compact and "
    "greedy on held-back images.",
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    callback=_choices,
    metavar="LAYER=MODEL",
    help="The model, from 1, that gives a layer, again for others; the rest is averaged. With "
    "compact and uniform.",
)
@click.option("--data", "data_name", help=f"To fine-tune and test on: {options.DATA_HELP}")
@options.fine_tune
@options.output("fused.fcnn")
@options.state_dir
@options.seed
@options.threads
def fuse(
    output: Output,
    models: tuple[Path, ...],
    method: str,
    layers: dict[str, str | int] | None,
    data_name: str | None,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    state_dir: Path | None,
    seed: int,
) -> None:
    """Fuse several models into one, layer by layer."""
    if len(models) < 2:
        raise click.UsageError(f"fuse needs two models or more, got {len(models)}")
    parts = [open_model(path) for path in models]
    data = data_for(parts[0], data_name, epochs)
    training = Training(epochs, batch_size, learning_rate, seed=seed)
    learn, held = (None, None) if data is None else hold_back(data, seed)
    compile_for(parts[0], training)
    set_random_seed(seed)
    fused = compress.fuse(
        parts,
        data=learn,
        validation_data=held,
        method=method,
        layers=layers,
        epochs=epochs,
        seed=seed,
        state_dir=state_dir,
        batch_size=batch_size,
        callbacks=[ProgressBar(console=output.progress)],
    )
    finish(
        output, (models[0], parts[0]), fused, target, data, replace(training, epochs=0), state_dir
    )
