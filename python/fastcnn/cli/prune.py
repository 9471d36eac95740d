"""`fastcnn prune`: without the least important weights or channels."""

from __future__ import annotations

from pathlib import Path

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import data_for, finish
from fastcnn.cli.fitting import Training
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output


@command("prune")
@options.MODEL
@click.option(
    "--sparsity",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.9,
    help="Share to remove.",
)
@click.option(
    "--structure",
    type=click.Choice(["weight", "channel"]),
    default="weight",
    help="weight: set weights to zero; channel: take neurons out.",
)
@click.option("--criterion", default="magnitude", help="What is unimportant.")
@click.option(
    "--scope",
    type=click.Choice(["global", "layer"]),
    default="global",
    help="global: the least of all layers together; layer: the same share of each.",
)
@click.option("--data", "data_name", help=f"To fine-tune and test on: {options.DATA_HELP}")
@options.fine_tune
@options.output("pruned.fcnn")
@options.seed
@options.threads
def prune(
    output: Output,
    model: Path,
    sparsity: float,
    structure: str,
    criterion: str,
    scope: str,
    data_name: str | None,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    seed: int,
) -> None:
    """Remove unimportant weights or channels."""
    original = open_model(model)
    data = data_for(original, data_name, epochs)
    pruned = compress.prune(
        original, sparsity=sparsity, structure=structure, criterion=criterion, scope=scope
    )
    training = Training(epochs, batch_size, learning_rate, seed=seed)
    finish(output, (model, original), pruned, target, data, training)
