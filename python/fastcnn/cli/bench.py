"""`fastcnn bench`: the speed of models here, and beside other runtimes."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import click

from fastcnn import runtime
from fastcnn.bench import Contest, Entry, compete
from fastcnn.bench.peers import NAMES
from fastcnn.cli import options
from fastcnn.cli.frame import FAILED, command
from fastcnn.cli.output import Output
from fastcnn.runtime import Table


def _list_of(kind: Callable[[str], Any], known: Sequence[str] = ()) -> Callable[..., list[Any]]:
    """A callback that reads `a,b,c`."""

    def read(context: click.Context, option: click.Parameter, text: str) -> list[Any]:
        try:
            values = [kind(word.strip()) for word in text.split(",") if word.strip()]
        except ValueError:
            raise click.BadParameter(f"'{text}' is not numbers with commas between") from None
        for value in values:
            if known and value not in known:
                raise click.BadParameter(f"'{value}' is none of {', '.join(known)}")
            if not known and value < 1:
                raise click.BadParameter(f"{value} is less than 1")
        return list(dict.fromkeys(values))

    return read


@command("bench")
@options.MODELS
@click.option("--device", type=click.Choice(tuple(NAMES)), default="cpu", help="Where to run.")
@click.option(
    "--against",
    default="",
    callback=_list_of(str, tuple(dict.fromkeys(chain(*NAMES.values())))),
    help="; ".join(f"on {device} any of {', '.join(names)}" for device, names in NAMES.items()),
)
@click.option("--threads", default="1", callback=_list_of(int), help="Numbers of threads.")
@click.option("--batch", "batches", default="1", callback=_list_of(int), help="Batch sizes.")
@click.option("--seconds", type=click.FloatRange(0), default=10.0, help="For the calls of one row.")
@click.option("--python", default=sys.executable, help="Interpreter that has the other runtimes.")
def bench(
    output: Output,
    models: tuple[Path, ...],
    device: str,
    against: list[str],
    threads: list[int],
    batches: list[int],
    seconds: float,
    python: str,
) -> None:
    """Time ONNX models, alone or against other runtimes.

    Each runtime has a process of its own, held to one CPU a thread. Outputs are compared first: a
    runtime that gives others is not timed, and if that is FastCNN the exit code is 1. The runtimes
    are then asked in turn, so that all meet the same machine. On device cuda arrays stay on the
    device, and a call ends when that is done.
    """
    for name in against:
        if name not in NAMES[device]:
            raise click.BadParameter(
                f"'{name}' is none of {', '.join(NAMES[device])}, which run on {device}",
                param_hint="--against",
            )
    machine = machine_features()
    if device == "cuda":
        machine["cuda"] = runtime.device_info()
    contests: list[Contest] = []
    with output.progress.status("starting") as status:
        for model in models:
            status.update(f"measuring {model.stem}")
            for contest in compete(
                model,
                device=device,
                against=against,
                threads=threads,
                batches=batches,
                seconds=seconds,
                python=python,
            ):
                contests.append(contest)
    output.answer(
        {"machine": machine, "contests": contests, "geometric_means": means(contests)},
        contest_table(contests),
    )
    if any(contest.wrong for contest in contests):
        raise click.exceptions.Exit(FAILED)


def machine_features() -> dict[str, Any]:
    """What decides speed, without the name of a product."""
    info = runtime.cpu_info()
    return {
        "isa": info["isa"],
        "l1_bytes": info["l1_bytes"],
        "l2_bytes": info["l2_bytes"],
        "l3_bytes": info["l3_bytes"],
        "peak_gflops": runtime.peak_gflops(1),
    }


def means(contests: Iterable[Contest]) -> list[dict[str, Any]]:
    """Geometric mean of FastCNN's speed over the fastest peer's, by batch size and threads."""

    def kind(contest: Contest) -> tuple[int, int]:
        return contest.batch, contest.threads

    found = []
    for (batch, threads), group in groupby(sorted(contests, key=kind), key=kind):
        ratios = [contest.ratio for contest in group]
        known = [math.log(ratio) for ratio in ratios if ratio]
        if known:
            mean = math.exp(math.fsum(known) / len(known))
            found.append({"batch": batch, "threads": threads, "models": len(known), "ratio": mean})
    return found


def contest_table(contests: Sequence[Contest]) -> Table:
    """A row for each runtime of each contest."""
    rows = [_row(contest, entry) for contest in contests for entry in contest.entries]
    footer = [
        f"batch {mean['batch']}, {mean['threads']} threads: {mean['ratio']:.2f} times as fast as "
        f"the fastest peer (geometric mean over {mean['models']} models, medians)"
        for mean in means(contests)
    ]
    footer += [f"{e.runtime}: {e.problem}" for c in contests for e in c.entries if e.problem]
    cpus = {contest.threads: contest.cpus for contest in contests}
    footer += [
        f"{threads} threads: each process held to CPU {', '.join(map(str, held))}"
        for threads, held in cpus.items()
    ]
    return Table(
        "Milliseconds of a call",
        rows,
        footer,
        {
            "median": "{:.3f}",
            "best": "{:.3f}",
            "times": "{:.2f}",
            "error": "{:.1e}",
            "first answer, s": "{:.2f}",
            "memory, MB": "{:.0f}",
        },
    )


def _row(contest: Contest, entry: Entry) -> dict[str, Any]:
    ours = contest.entries[0].median_ms
    times = entry.median_ms / ours if entry.median_ms and ours else None
    return {
        "model": contest.model,
        "batch": contest.batch,
        "threads": contest.threads,
        "runtime": entry.version or entry.runtime,
        "median": entry.median_ms,
        "best": entry.minimum_ms,
        "calls": entry.runs or None,
        "times": times,
        "error": entry.error,
        "first answer, s": entry.first_answer_s,
        "memory, MB": entry.peak_mb,
    }
