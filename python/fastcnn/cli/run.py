"""`fastcnn run`: what a model sees in an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from fastcnn import runtime
from fastcnn.cli import options
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.errors import DataError, UnsupportedError
from fastcnn.models import Model
from fastcnn.runtime import Table
from fastcnn.typing import FloatArray


@command("run")
@options.MODEL
@click.argument("images", type=options.EXISTING, nargs=-1, required=True)
@click.option("--top", type=click.IntRange(1), default=3, help="Classes shown.")
@click.option("--classes", type=options.EXISTING, help="File of class names, one a line.")
@click.option("--invert", is_flag=True, help="Turn black into white first.")
@options.threads
def run(
    output: Output,
    model: Path,
    images: tuple[Path, ...],
    top: int,
    classes: Path | None,
    invert: bool,
) -> None:
    """Show the top classes of images."""
    network = open_model(model)
    batch = np.stack([_read(path, _image_shape(network)) for path in images])
    scores = np.asarray(runtime.compile(network)(1 - batch if invert else batch))
    names = _names(classes, scores.shape[1])
    answers: list[dict[str, Any]] = []
    for path, row in zip(images, scores, strict=True):
        best = np.argsort(-row, kind="stable")[:top]
        answers.append(
            {
                "image": path,
                "top": [{"class": int(i), "name": names[i], "score": float(row[i])} for i in best],
            }
        )
    table = [
        {
            "image": answer["image"],
            **{
                f"{place}.": f"{entry['name']} {entry['score']:.1%}"
                for place, entry in enumerate(answer["top"], 1)
            },
        }
        for answer in answers
    ]
    output.answer({"model": model, "images": answers}, Table(str(model), table))


def _image_shape(model: Model) -> tuple[int, int, int]:
    (value,) = model.graph.inputs
    shape = value.shape[1:]
    if len(shape) != 3 or None in shape or shape[2] not in (1, 3):
        raise UnsupportedError(
            f"run: the model takes {value.type}, not images of one or three channels"
        )
    height, width, channels = (int(extent or 0) for extent in shape)
    return height, width, channels


def _read(path: Path, shape: tuple[int, int, int]) -> FloatArray:
    """The image in a file, resized to `shape`, in [0, 1]."""
    try:
        from PIL import Image
    except ImportError as error:
        raise UnsupportedError(
            "run: reading images needs Pillow; install it with: pip install 'fastcnn[images]'"
        ) from error
    height, width, channels = shape
    try:
        with Image.open(path) as file:
            image = file.convert("L" if channels == 1 else "RGB")
            image = image.resize((width, height), Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as an image: {error}") from error
    pixels: FloatArray = np.asarray(image, np.float32).reshape(shape) / np.float32(255)
    return pixels


def _names(path: Path | None, count: int) -> list[str]:
    if path is None:
        return [str(i) for i in range(count)]
    names = path.read_text(encoding="utf-8").splitlines()
    if len(names) != count:
        raise DataError(f"{path}: has {len(names)} names, the model tells {count} classes apart")
    return names
