"""Where a command writes: the answer on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, RenderableType


class Output:
    """The two streams of one run of the command line.

    Attributes:
        json: Whether the answer is one JSON document instead of text.
        debug: Whether an error shows its traceback.
        kept: What an interrupted command leaves behind, for its last words.
        progress: The console for progress and remarks (stderr).
    """

    def __init__(self) -> None:
        self.json = False
        self.debug = False
        self.kept = ""
        self.progress = _console(stderr=True)
        self._answer = _console(stderr=False)

    def say(self, text: str) -> None:
        """One line of remark; not part of the answer."""
        self.progress.print(text, markup=False, soft_wrap=True)

    def answer(self, data: Any, *parts: RenderableType) -> None:
        """The answer: `data` under --json, else `parts` one below the other."""
        if self.json:
            text = json.dumps(data, default=_plain, indent=2, allow_nan=False)
            sys.stdout.write(f"{text}\n")
            return
        for part in parts:
            self._answer.print(part, markup=False)


def _console(*, stderr: bool) -> Console:
    """A console that lets tables be as wide as they need where nobody looks at a terminal."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = 200
    return console


def _plain(value: Any) -> Any:
    """Values JSON does not know, as ones it does."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
