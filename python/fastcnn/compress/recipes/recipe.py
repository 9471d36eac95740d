"""What a recipe states, and how its file is read."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastcnn.compress.recipes.steps import NAMES, arguments_of
from fastcnn.errors import FileFormatError, UnsupportedError

_MAX_BYTES = 1 << 20
_KEYS = ("name", "seed", "steps")


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        action: prune, cut, fuse, fine_tune or optimize.
        arguments: As the function of that name takes them.
    """

    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """A whole compression.

    Args:
        steps: In order.
        name: For tables.
        seed: Of every step that draws by chance and states no seed.
    """

    steps: tuple[Step, ...]
    name: str = "recipe"
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a file states it."""
        steps = [{step.action: dict(step.arguments)} for step in self.steps]
        return {"name": self.name, "seed": self.seed, "steps": steps}

    def with_seed(self, seed: int) -> Recipe:
        """The same with another seed."""
        return replace(self, seed=seed)

    @staticmethod
    def from_json(data: Any, source: str = "recipe") -> Recipe:
        """The recipe that `data` states.

        Args:
            data: As a file holds it.
            source: Named in messages, and the recipe's name where it has none.

        Raises:
            FileFormatError: A key, a step or an argument is unknown or of the wrong kind; the
                message names step, key, value and remedy.
        """
        if not isinstance(data, dict):
            raise FileFormatError(
                f"{source}: a recipe is a mapping with the key 'steps', this is {_kind(data)}"
            )
        for key in data:
            if key not in _KEYS:
                raise FileFormatError(f"{source}: '{key}' is no key; {_remedy(str(key), _KEYS)}")
        seed, name = data.get("seed", 0), data.get("name", Path(source).stem)
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise FileFormatError(f"{source}: seed must be a whole number from 0, it is {seed!r}")
        steps = data.get("steps")
        if not isinstance(steps, list) or not steps:
            raise FileFormatError(
                f"{source}: 'steps' must be a list of one step or more, it is {_kind(steps)}"
            )
        read = tuple(_step(f"{source}, step {i}", one) for i, one in enumerate(steps, 1))
        return Recipe(read, str(name), seed)


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """The recipe in a YAML or JSON file.

    Raises:
        FileFormatError: It is none; the message names step, key, value and remedy.
        OSError: The file cannot be read.
        UnsupportedError: It is YAML, and PyYAML is not installed.
    """
    source, data = read_data(path)
    return Recipe.from_json(data, source)


def read_data(path: str | os.PathLike[str]) -> tuple[str, Any]:
    """The name of a YAML or JSON file, and what it states; raises as `read_recipe` does."""
    source = os.fspath(path)
    if os.stat(path).st_size > _MAX_BYTES:
        raise FileFormatError(f"{source}: a recipe has at most {_MAX_BYTES} bytes")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{source}: is no text in UTF-8: {error.reason}") from error
    return source, _parse(source, text)


def _parse(source: str, text: str) -> Any:
    if source.endswith(".json"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FileFormatError(f"{source}: is no JSON: {error}") from error
    try:
        import yaml
    except ImportError as error:
        raise UnsupportedError(
            f"{source}: needs PyYAML; install it with: pip install 'fastcnn[compress]', or write "
            "the recipe as .json"
        ) from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise FileFormatError(f"{source}: is no YAML: {words}") from error


def _step(source: str, data: Any) -> Step:
    if isinstance(data, str):
        data = {data: None}
    if not isinstance(data, dict) or len(data) != 1:
        raise FileFormatError(
            f"{source}: a step is one action with its arguments, as 'prune: {{sparsity: 0.9}}', "
            f"this is {_kind(data)}"
        )
    ((action, arguments),) = data.items()
    if action not in NAMES:
        raise FileFormatError(f"{source}: '{action}' is no action; {_remedy(str(action), NAMES)}")
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise FileFormatError(
            f"{source} ({action}): its arguments must be a mapping, as '{{seed: 1}}', they are "
            f"{_kind(arguments)}"
        )
    known = [*arguments_of(action), "models"] if action == "fuse" else arguments_of(action)
    for key, value in arguments.items():
        if key not in known:
            raise FileFormatError(
                f"{source} ({action}): '{key}' (value {value!r}) is no argument; "
                f"{_remedy(str(key), known)}"
            )
    return Step(action, arguments)


def _remedy(word: str, known: tuple[str, ...] | list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"


def _kind(value: Any) -> str:
    words = {dict: "a mapping", list: "a list", str: "a text", type(None): "missing"}
    return words.get(type(value), repr(value))
