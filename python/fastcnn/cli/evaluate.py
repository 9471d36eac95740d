"""`fastcnn evaluate`: how good a model is."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from fastcnn.cli import options
from fastcnn.cli.data import load_data
from fastcnn.cli.frame import command
from fastcnn.cli.networks import image_size, open_model, predicted
from fastcnn.cli.output import Output
from fastcnn.runtime import Table


@command("evaluate")
@options.MODEL
@options.data(required=False)
@click.option(
    "--split",
    type=click.Choice(["test", "train"]),
    default="test",
    help="Images to test on.",
)
@options.threads
def evaluate(output: Output, model: Path, data_name: str, split: str) -> None:
    """Test MODEL, class by class."""
    network = open_model(model)
    data = load_data(data_name, image_size(network))
    x, y = data.test if split == "test" else data.train
    right = predicted(network, x) == y
    rows = [
        {"class": int(c), "images": int((y == c).sum()), "accuracy": float(right[y == c].mean())}
        for c in np.unique(y)
    ]
    share = float(right.mean())
    output.answer(
        {
            "model": model,
            "data": data_name,
            "split": split,
            "images": len(y),
            "accuracy": share,
            "classes": rows,
        },
        Table(
            f"{model} on {len(y):,} {split} images of {data_name}",
            rows,
            [f"all classes: {100 * share:.2f}%, {int((~right).sum()):,} wrong"],
            {"images": "{:,}", "accuracy": "{:.2%}"},
        ),
    )
