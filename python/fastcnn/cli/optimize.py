"""`fastcnn optimize`: a goal or a recipe in, a measured model out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import data_for, finish, hold_back
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.models import Model
from fastcnn.random import set_random_seed


@command("optimize")
@options.MODEL
@click.option("--target-speedup", type=click.FloatRange(1), help="Times as fast, at least.")
@click.option("--target-ms", type=click.FloatRange(0, min_open=True), help="A call, at most.")
@click.option("--target-bytes", type=click.IntRange(1), help="The saved model, at most.")
@click.option(
    "--max-drop",
    type=click.FloatRange(0, 1),
    help="Accuracy lost at most, as a share: 0.01 is a point.",
)
@click.option("-r", "--recipe", type=options.EXISTING, help="Steps to run, as YAML or JSON.")
@click.option("--data", "data_name", help=f"To learn and test on: {options.DATA_HELP}")
@click.option(
    "--images",
    type=options.EXISTING,
    help="In place of --data: an .npy file of inputs without labels; nothing is trained.",
)
@click.option(
    "--report",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write an HTML report of reaching a goal to this file.",
)
@options.fine_tune
@options.output("optimized.fcnn")
@options.state_dir
@options.seed
@options.threads
def optimize(
    output: Output,
    model: Path,
    target_speedup: float | None,
    target_ms: float | None,
    target_bytes: int | None,
    max_drop: float | None,
    recipe: Path | None,
    data_name: str | None,
    images: Path | None,
    page: Path | None,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    target: Path,
    state_dir: Path | None,
    seed: int,
) -> None:
    """Make a model as fast, or as small, as asked, and measure that it is.

    Give a goal (--target-speedup, --target-ms, --target-bytes, --max-drop) or a recipe, and --data
    or --images. --fine-tune trains each candidate on --data.
    """
    goals: dict[str, Any] = {
        "target_speedup": target_speedup,
        "target_ms": target_ms,
        "target_bytes": target_bytes,
        "max_drop": max_drop,
    }
    has_goal = any(value is not None for value in goals.values())
    if has_goal == (recipe is not None):
        raise click.UsageError(
            "give a goal, as --target-speedup 2, or a recipe, as -r recipe.yaml: one of the two"
        )
    if (data_name is None) == (images is None):
        raise click.UsageError("give --data, or --images: one of the two")
    original = open_model(model)
    data = data_for(original, data_name, epochs)
    if data is None:
        assert images is not None
        learn: Any = np.load(images, allow_pickle=False)
    else:
        learn, held = hold_back(data, seed)
        compile_for(original, Training(max(epochs, 1), batch_size, learning_rate, seed=seed))
    set_random_seed(seed)
    if recipe is not None:
        steps = compress.read_recipe(recipe)
        done: Model = compress.run_recipe(
            original, steps, learn, state_dir=state_dir, say=output.say
        )
    else:
        result = compress.optimize(
            original,
            learn,
            **goals,
            epochs=epochs,
            validation=None if data is None else held,
            seed=seed,
            state_dir=state_dir,
            say=output.say,
            batch_size=batch_size,
        )
        done = result.model
        if page is not None:
            result.report(page, original, learn if data is None else data.test)
            output.say(f"wrote {page}")
    finish(output, (model, original), done, target, data, Training(0), state_dir)
