"""From a model and a goal to a model that was measured to meet it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from fastcnn.compress.choose.chase import Chase, Reached
from fastcnn.compress.choose.goal import TOLERANCE, Goal
from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.outcome import Outcome, Trial
from fastcnn.compress.choose.provenance import hash_of_data, hash_of_graph, versions
from fastcnn.compress.choose.sensitivity import draw_halves
from fastcnn.compress.choose.start import Means
from fastcnn.compress.choose.training import plan_training
from fastcnn.compress.prune.structures import find_pattern
from fastcnn.compress.record import recorded
from fastcnn.compress.stages import Stages
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model, file_size
from fastcnn.runtime import cpu_info, get_num_threads

_WITHOUT_EFFECT = ("callbacks", "verbose", "workers")
"""Arguments of `fine_tune` that may differ where a call goes on."""


def optimize(
    model: Model,
    data: Any,
    *,
    target_ms: float | None = None,
    target_speedup: float | None = None,
    target_bytes: int | None = None,
    max_drop: float | None = None,
    structures: Sequence[str] = ("weight", "channel"),
    cuts: int = 1,
    criterion: str | None = None,
    samples: int = 512,
    epochs: int | None = None,
    validation: Any = None,
    batch: int = 1,
    threads: int | None = None,
    seed: int = 0,
    state_dir: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
    **fine_tuning: Any,
) -> Outcome:
    """Makes a model smaller until it is measured to be as fast as asked, at the least loss.

    What each layer takes on this machine, in every structure and at every sparsity, is measured;
    so is what it costs in answers. A dynamic program finds for every layer its structure and
    sparsity. The result is timed beside the original in a process of its own, and the search
    corrected by the ratio of what was measured to what was predicted until the goal is met.

    Args:
        model: Left as it is; compiled, if it is to be fine-tuned.
        data: (x, y), or x alone: then nothing is trained, weights go by optimal brain compression,
            and agreement with the model takes the place of accuracy.
        target_ms: Milliseconds of a call, at most.
        target_speedup: Times as fast, at least.
        target_bytes: Size of the saved model, at most.
        max_drop: Loss of accuracy (or agreement) at most, a share from 0 to 1. With a target: the
            fastest model on the way to it that keeps this; alone: the fastest that keeps this.
        structures: "channel", and structures of weights, as `prune` takes them.
        cuts: Layers that may go as a whole, at most.
        criterion: For weights; magnitude if None and something is trained, else obc.
        samples: How many of `data` are looked at: half to fit on, half to compare on.
        epochs: Of fine-tuning, by the answers of the model given and the labels there are; if
            None, 3 where there are labels and the model is compiled, else 0.
        validation: (x, y) that the accuracy is told on; a tenth of `data`, held back, if None.
        batch: Samples a call, for all times.
        threads: Threads a call uses; all if None.
        seed: Of all chance.
        state_dir: Folder for what is done: killed, the same call goes on from there. To be removed
            afterwards.
        say: Takes each line of the log as it is written.
        **fine_tuning: As `compress.fine_tune` takes it.

    Returns:
        The model and how it came about; where the goal was not met, the nearest to it, and why.

    Raises:
        CompressionError: `state_dir` holds other work, or there is nothing to train with.
        InvalidValueError: An argument is outside its limits.
        DataError: The data cannot be used.
    """
    goal = Goal(target_ms, target_speedup, target_bytes, max_drop)
    for structure in structures:
        if structure != "channel" and find_pattern(structure) is None:
            raise InvalidValueError(f"optimize: '{structure}' is no structure; see compress.prune")
    if cuts < 0:
        raise InvalidValueError(f"optimize: cuts must be at least 0, it is {cuts}")
    log: list[str] = []

    def tell(line: str) -> None:
        log.append(line)
        if say is not None:
            say(line)

    training = plan_training(model, data, validation, epochs, seed, fine_tuning)
    criterion = criterion or ("magnitude" if training.epochs else "obc")
    threads = threads or get_num_threads()
    settings = {
        "target_ms": target_ms,
        "target_speedup": target_speedup,
        "target_bytes": target_bytes,
        "max_drop": max_drop,
        "structures": list(structures),
        "cuts": cuts,
        "criterion": criterion,
        "samples": samples,
        "epochs": training.epochs,
        "batch": batch,
        "threads": threads,
    }
    work = {
        "how": settings,
        "data": (data, validation),
        "seed": seed,
        "fine_tuning": {k: v for k, v in fine_tuning.items() if k not in _WITHOUT_EFFECT},
        "measured": {**versions(), "isa": cpu_info()["isa"]},
    }
    stages = Stages(state_dir, "optimize", [model], work)
    fit_on, compare_on = draw_halves("optimize", model.graph, training.learn, samples, seed)
    means = Means(
        tuple(structures),
        criterion,
        fit_on,
        Judge(model.graph, compare_on),
        batch,
        threads,
        goal.for_size,
        seed,
        tell,
        stages,
    )
    tell(f"asked for {goal.text()}; {training.text()}")
    chase = Chase(model, means, training, cuts)
    result = _chase(chase, goal)
    provenance = {
        "recipe": [{"optimize": settings}],
        "seed": seed,
        "versions": versions(),
        "hashes": {"model": hash_of_graph(model.graph), "data": hash_of_data(data)},
    }
    return _outcome(model, chase, goal, result, provenance, log)


def _chase(chase: Chase, goal: Goal) -> Reached:
    """What comes nearest to the goal."""
    ratio = goal.ratio(chase.model, chase.before_ms if goal.target_ms else 0.0)
    if goal.max_drop is None:
        assert ratio is not None
        return chase.reach(ratio)
    best: Reached | None = None
    low, high = 1.0, ratio or chase.most
    for attempt in range(chase.attempts):
        asked = high if attempt == 0 and ratio is not None else (low * high) ** 0.5
        reached = chase.reach(asked)
        if reached.drop <= goal.max_drop:
            if best is None or reached.ratio > best.ratio:
                best = reached
            low = asked
            if asked == high:
                break
        else:
            high = asked
    return best or chase.as_it_is()


def _outcome(
    model: Model,
    chase: Chase,
    goal: Goal,
    result: Reached,
    provenance: dict[str, Any],
    log: list[str],
) -> Outcome:
    ratio = goal.ratio(model, result.times.before_ms)
    fast = ratio is None or result.ratio >= (1 - TOLERANCE) * ratio
    good = goal.max_drop is None or result.drop <= goal.max_drop
    headline = _headline(chase, goal, result)
    if not (fast and good):
        headline += f"; {chase.why_not(ratio, result, fast)}"
    chase.say(headline)
    before = {"ms": result.times.before_ms, "bytes": file_size(model), "score": chase.score_before}
    after = {
        "ms": result.times.before_ms / result.times.speedup,
        "bytes": file_size(result.model),
        "score": result.score,
    }
    frontier = tuple(
        Trial(
            one.ratio,
            after["bytes"] if goal.for_size else one.times.after_ms,
            one.found.error if one.found else 0.0,
            one.score,
            one.profile,
            one.found.start.cut if one.found else (),
            one is result,
        )
        for one in sorted(chase.reached, key=lambda one: one.ratio)
    )
    details = {
        **provenance,
        "met": fast and good,
        "profile": result.profile,
        "cut": list(result.found.start.cut) if result.found else [],
        "measured": {"before": before, "after": after, "by": chase.measured},
        "log": list(log),
    }
    final = recorded(model, result.model.graph, "optimize", headline, details)
    return Outcome(
        final,
        fast and good,
        headline,
        frontier,
        before,
        after,
        chase.measured,
        chase.start.latency,
        chase.start.sensitivity,
        tuple(log),
    )


def _headline(chase: Chase, goal: Goal, result: Reached) -> str:
    times = result.times
    drop, after_ms = 100 * result.drop, times.before_ms / times.speedup
    if chase.measured == "accuracy":
        loss = f"{abs(drop):.2f} points {'lost' if drop >= 0 else 'gained'}"
    else:
        loss = f"{100 * result.score:.1f}% of the answers as before"
    how = f"{times.speedup:.2f}x faster ({times.before_ms:.3g} -> {after_ms:.3g} ms), {loss}"
    if goal.for_size:
        return f"{result.ratio:.2f}x smaller, {how}"
    return how
