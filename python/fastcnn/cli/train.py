"""`fastcnn train`: from images to a model file."""

from __future__ import annotations

from pathlib import Path

import click

from fastcnn.cli import options
from fastcnn.cli.comparing import accuracy
from fastcnn.cli.data import load_data
from fastcnn.cli.fitting import Training, fit
from fastcnn.cli.frame import command
from fastcnn.cli.networks import mnist_cnn, open_model
from fastcnn.cli.output import Output
from fastcnn.models import Model
from fastcnn.random import set_random_seed
from fastcnn.report.format import size
from fastcnn.train import optimizers
from fastcnn.train.callbacks import ModelCheckpoint


@command("train")
@options.data(required=False)
@click.option(
    "--model",
    "network",
    default="mnist_cnn",
    help="mnist_cnn for a new network, or a model file to train on.",
)
@click.option(
    "--image-size",
    type=click.IntRange(1),
    nargs=2,
    help="Height and width to bring the images of a folder to, in pixels.",
)
@click.option("--epochs", type=click.IntRange(1), default=5)
@options.batch_size
@click.option(
    "--optimizer",
    type=click.Choice(optimizers.optimizers.names(), case_sensitive=False),
    default="adam",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    help="At the start; it falls to zero along half a cosine. The optimizer's own if not given.",
)
@click.option(
    "--validation",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    help="Share of the training images held back to watch the accuracy on.",
)
@options.output("model.fcnn")
@options.seed
@options.threads
def train(
    output: Output,
    data_name: str,
    network: str,
    image_size: tuple[int, int] | None,
    epochs: int,
    batch_size: int,
    optimizer: str,
    learning_rate: float | None,
    validation: float,
    target: Path,
    seed: int,
) -> None:
    """Train a network and test it.

    The model is saved after every epoch: stopped early, the last finished epoch is kept.
    """
    data = load_data(data_name, image_size)
    set_random_seed(seed)
    if network == "mnist_cnn":
        model: Model = mnist_cnn(data.image_shape, data.classes)
    elif Path(network).is_file():
        model = open_model(Path(network))
    else:
        raise click.BadParameter(
            f"'{network}' is neither mnist_cnn nor an existing file", param_hint="--model"
        )
    learn, held = data.hold_back(max(1, round(validation * len(data.train[1]))), seed)
    checkpoint = ModelCheckpoint(target)
    output.kept = f"the last finished epoch, if there is one, is in {target}"
    training = Training(epochs, batch_size, learning_rate, optimizer, seed)
    curve = fit(model, learn, held, training, output, callbacks=[checkpoint])
    model.save(target)
    share = accuracy(model, data.test)
    output.answer(
        {
            "model": target,
            "data": data_name,
            "test_accuracy": share,
            "bytes_on_disk": target.stat().st_size,
            "epochs": curve.epochs,
            "validation_accuracy": curve.accuracy,
            "loss": curve.loss,
        },
        f"{100 * share:.2f}% of {len(data.test[1]):,} test images; "
        f"saved as {target} ({size(target.stat().st_size)})",
    )
