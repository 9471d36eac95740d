"""Shows how training goes."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fastcnn.train.callbacks.callback import Callback, Logs

_REFRESH_SECONDS = 0.1


class ProgressBar(Callback):
    """A live bar on a terminal; elsewhere one plain line an epoch.

    Args:
        live: Whether to draw bars; None: where the output is a terminal.
        console: Where to write; None: standard output.
    """

    def __init__(self, live: bool | None = None, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._live = self._console.is_terminal if live is None else live
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._batches = 0
        self._began = self._shown = 0.0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._began = self._shown = time.perf_counter()
        if not self._live:
            return
        if self._progress is None:
            self._progress = _progress(self._console)
            self._progress.start()
        self._task = self._progress.add_task(
            self._title(epoch), total=self.params["steps"], figures="", speed=""
        )

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches = batch + 1
        now = time.perf_counter()
        if self._progress is None or now - self._shown < _REFRESH_SECONDS:
            return
        self._shown = now
        count, unit = self._done(batch + 1)
        self._progress.update(
            self._task,
            completed=batch + 1,
            figures=_figures(logs),
            speed=f"{count / (now - self._began):,.0f} {unit}/s",
        )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        seconds = time.perf_counter() - self._began
        if self._progress is not None:
            self._progress.remove_task(self._task)
            self._progress.refresh()
        count, unit = self._done(self._batches)
        speed = count / max(seconds, 1e-9)
        self._console.print(
            f"{self._title(epoch)}  {seconds:.1f} s  {speed:,.0f} {unit}/s  {_figures(logs)}",
            markup=False,
        )

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _done(self, batches: int) -> tuple[int, str]:
        """How much of the epoch is done: images, or batches where their size is not known."""
        size, samples = self.params["batch_size"], self.params["samples"]
        return (batches, "batches") if size is None else (min(samples, batches * size), "images")

    def _title(self, epoch: int) -> str:
        return f"epoch {epoch + 1}/{self.params['epochs']}"


def _figures(logs: Logs | None) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())


def _progress(console: Console) -> Progress:
    columns: list[Any] = [
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        _Batches(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[speed]}", markup=False),
        TextColumn("{task.fields[figures]}", markup=False),
    ]
    return Progress(*columns, console=console, transient=True, refresh_per_second=10)


class _Batches(ProgressColumn):
    """As `117/469`."""

    def render(self, task: Task) -> Text:
        total = "?" if task.total is None else f"{task.total:.0f}"
        return Text(f"{task.completed:.0f}/{total}")
