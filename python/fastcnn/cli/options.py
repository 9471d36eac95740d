"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
MODEL = click.argument("model", type=EXISTING)
MODELS = click.argument("models", type=EXISTING, nargs=-1, required=True)

DATA_HELP = (
    "mnist, fashion_mnist, an .npz file (x_train, y_train, x_test, y_test), a folder with one "
    "folder of images a class, or one with the four files of MNIST's form."
)


def data(*, required: bool) -> Callable[[F], F]:
    """--data."""
    if required:
        return click.option("--data", "data_name", required=True, help=DATA_HELP)
    return click.option("--data", "data_name", default="mnist", help=DATA_HELP)


def output(default: str) -> Callable[[F], F]:
    """--output, a model file."""
    return click.option(
        "--output",
        "target",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        default=default,
        help="Where to write the new model.",
    )


def batch_size(function: F) -> F:
    """--batch-size."""
    return click.option(
        "--batch-size",
        type=click.IntRange(1),
        default=128,
        help="Images an update.",
    )(function)


def fine_tune(function: F) -> F:
    """--fine-tune and --learning-rate, for commands that compress."""
    for option in (
        click.option(
            "--learning-rate",
            type=click.FloatRange(0, min_open=True),
            help="At which fine-tuning starts; it falls to zero along half a cosine. That of Adam "
            "if not given.",
        ),
        click.option(
            "--fine-tune",
            "epochs",
            type=click.IntRange(0),
            default=0,
            help="Epochs of training on --data afterwards.",
        ),
    ):
        function = option(function)
    return batch_size(function)


def state_dir(function: F) -> F:
    """--state-dir."""
    return click.option(
        "--state-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for what is done so far: killed, the same command goes on from there. It is "
        "removed when the new model is written.",
    )(function)


def seed(function: F) -> F:
    """--seed."""
    return click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        help="Fixes everything random: the same seed gives the same bits.",
    )(function)


def threads(function: F) -> F:
    """--threads, which takes effect at once."""

    def apply(context: click.Context, option: click.Parameter, value: int | None) -> None:
        if value is not None:
            from fastcnn import runtime

            runtime.set_num_threads(value)

    return click.option(
        "--threads",
        type=click.IntRange(1, 256),
        expose_value=False,
        callback=apply,
        help="Threads to use; the CPUs this process may use if not given.",
    )(function)
