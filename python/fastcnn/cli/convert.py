"""`fastcnn convert`: from one kind of model file to another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from fastcnn import models, onnx
from fastcnn.cli import options
from fastcnn.cli.frame import command
from fastcnn.cli.output import Output
from fastcnn.models import Model
from fastcnn.report.format import size

READERS: dict[str, Callable[[Path], Model]] = {
    ".fcnn": models.load_model,
    ".onnx": onnx.load,
    ".keras": onnx.from_keras,
    ".h5": onnx.from_keras,
}
"""By the ending of the file's name."""

TARGETS = (".fcnn", ".onnx")


@command("convert")
@click.argument("source", type=options.EXISTING)
@click.argument("target", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--opset", type=int, help="Version of the ONNX operators; 20 if not given.")
def convert(output: Output, source: Path, target: Path, opset: int | None) -> None:
    """Turn a .fcnn, .onnx, .keras or .h5 file into a .fcnn or .onnx file."""
    _check(source, target, opset)
    model = READERS[source.suffix](source)
    if target.suffix == ".onnx":
        onnx.save(model, target, opset=opset)
    else:
        model.save(target)
    before, after = source.stat().st_size, target.stat().st_size
    output.answer(
        {
            "source": source,
            "model": target,
            "parameters": model.count_params(),
            "bytes_before": before,
            "bytes_on_disk": after,
        },
        f"{target}: {model.count_params():,} parameters, {size(after)} ({source.name}: "
        f"{size(before)})",
    )


def _check(source: Path, target: Path, opset: int | None) -> None:
    """Refuses what cannot be converted into what was asked for."""
    if source.suffix not in READERS:
        raise click.UsageError(
            f"'{source.name}' cannot be read: its name must end in {', '.join(READERS)}"
        )
    if target.suffix not in TARGETS:
        raise click.UsageError(
            f"'{target.name}' cannot be written: its name must end in {' or '.join(TARGETS)}"
        )
    if source.suffix == target.suffix == ".fcnn":
        raise click.UsageError("both are .fcnn files: copy the file instead")
    if opset is not None and target.suffix != ".onnx":
        raise click.UsageError(f"--opset is for .onnx files, the target is '{target.name}'")
