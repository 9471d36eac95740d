"""Tries recipes, one after the other; as a process of its own where several work at once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.samples import draw_sample
from fastcnn.compress.recipes.measured import measured_run
from fastcnn.compress.recipes.recipe import Recipe
from fastcnn.compress.recipes.run import run_recipe
from fastcnn.compress.search.found import path_of
from fastcnn.compress.search.job import Job, read_job
from fastcnn.compress.search.study import Study, TrialChooser
from fastcnn.errors import FastcnnError


def judge_of(job: Job) -> Judge:
    """Who tests the results of a job."""
    graph = job.model.graph
    return Judge(graph, draw_sample("search", graph, job.test, 10**9, np.random.default_rng(0)))


def work(job: Job, study: Study, judge: Judge) -> None:
    """Tries one recipe."""
    trial = study.ask()
    recipe = job.space.recipe(TrialChooser(trial)).with_seed(job.seed)
    steps = job.folder / f"steps-{_digest(recipe)}"
    try:
        made = run_recipe(job.model, recipe, job.data, state_dir=steps)
        made.save(path_of(job.folder, trial.number))
        run = measured_run(job.model, made, recipe, judge, job.batch, job.threads)
    except FastcnnError as error:
        study.fail(trial, recipe, error)
    else:
        study.tell(trial, recipe, run)
    shutil.rmtree(steps, ignore_errors=True)


def _digest(recipe: Recipe) -> str:
    return hashlib.sha256(json.dumps(recipe.to_json(), sort_keys=True).encode()).hexdigest()[:16]


def main(arguments: Sequence[str]) -> None:
    """Takes the folder of the job, the number of this process, and how many recipes to try."""
    folder, number, count = arguments
    parent = os.getppid()
    job = read_job(Path(folder))
    study, judge = Study(job, int(number)), judge_of(job)
    for _ in range(int(count)):
        if os.getppid() != parent:
            break
        work(job, study, judge)


if __name__ == "__main__":
    main(sys.argv[1:])
