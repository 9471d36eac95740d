"""`fastcnn cut`: without the least important layers."""

from __future__ import annotations

from pathlib import Path

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import finish, hold_back
from fastcnn.cli.data import load_data
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import image_size, open_model
from fastcnn.cli.output import Output


@command("cut")
@options.MODEL
@click.option(
    "--layers",
    type=click.IntRange(1),
    default=1,
    help="How many to cut; the least important goes first, then all are measured again.",
)
@options.data(required=False)
@options.fine_tune
@options.output("cut.fcnn")
@options.seed
@options.threads
def cut(
    output: Output,
    model: Path,
    layers: int,
    data_name: str,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    seed: int,
) -> None:
    """Cut out the least important layers.

    Importance is how much the loss rises without a layer, on training images held back for it.
    """
    original = open_model(model)
    data = load_data(data_name, image_size(original))
    training = Training(epochs, batch_size, learning_rate, seed=seed)
    _, held = hold_back(data, seed)
    compile_for(original, training)
    shorter = compress.cut(original, layers=layers, data=held, seed=seed)
    finish(output, (model, original), shorter, target, data, training)
