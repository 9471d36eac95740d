"""Patterns by the names a user gives them."""

from __future__ import annotations

import re

from fastcnn.compress.prune.structures.n_of_m import NOfM
from fastcnn.compress.prune.structures.pattern import Pattern
from fastcnn.compress.prune.structures.units import Units


def find_pattern(structure: str) -> Pattern | None:
    """The pattern of that name, as `prune` takes it; None where there is none."""
    if structure == "weight":
        return Units(1, 1)
    if structure == "kernel":
        return Units(1, 1, whole_taps=True)
    if match := re.fullmatch(r"(\d{1,4})x(\d{1,4})", structure):
        return Units(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{1,4}):(\d{1,4})", structure):
        return NOfM(int(match[1]), int(match[2]))
    return None
