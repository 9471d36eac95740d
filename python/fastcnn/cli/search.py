"""`fastcnn search`: a recipe with choices in, the fastest model that is good enough out."""

from __future__ import annotations

from pathlib import Path

import click

from fastcnn import compress
from fastcnn.cli import options
from fastcnn.cli.compressing import data_for, finish, hold_back
from fastcnn.cli.fitting import Training, compile_for
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.random import set_random_seed


@command("search")
@options.MODEL
@click.option(
    "-r",
    "--recipe",
    type=options.EXISTING,
    required=True,
    help="Steps with choices, as YAML or JSON: {any: [a, b]}, {from: 0.5, to: 0.95}.",
)
@options.data(required=True)
@click.option("--trials", type=click.IntRange(1), default=20, help="Recipes to try in all.")
@click.option("--processes", type=click.IntRange(1), default=1, help="That try them at once.")
@click.option(
    "--max-drop",
    type=click.FloatRange(0, 1),
    default=0.01,
    help="Accuracy the result may lose, as a share: 0.01 is a point.",
)
@click.option(
    "--report",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write an HTML page of all that was tried to this file.",
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fastcnn-search"),
    help="Folder for trials and their models. Killed, the same command goes on from there; with "
    "more --trials it tries more.",
)
@options.output("found.fcnn")
@options.seed
@options.threads
def search(
    output: Output,
    model: Path,
    recipe: Path,
    data_name: str,
    trials: int,
    processes: int,
    max_drop: float,
    page: Path | None,
    state_dir: Path,
    target: Path,
    seed: int,
) -> None:
    """Try recipes, measure each, and keep the fastest that is still good enough.

    Results are judged on images held back from training.
    """
    space = compress.read_space(recipe)
    original = open_model(model)
    data = data_for(original, data_name, 0)
    assert data is not None
    learn, held = hold_back(data, seed)
    compile_for(original, Training(1, seed=seed))
    set_random_seed(seed)
    found = compress.search(
        original,
        space,
        learn,
        test=held,
        state_dir=state_dir,
        trials=trials,
        processes=processes,
        seed=seed,
        say=output.say,
    )
    output.say(str(found))
    if page is not None:
        found.report(page)
        output.say(f"wrote {page}")
    chosen = found.fastest(max_drop)
    output.say(f"chosen: trial {chosen.number}: {chosen.text}")
    finish(output, (model, original), found.model(chosen), target, data, Training(0), None)
