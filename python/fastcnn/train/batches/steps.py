"""How many batches an epoch has."""

from __future__ import annotations

from fastcnn.errors import DataError, InvalidValueError


def steps_of(caller: str, count: int, size: int, steps: int | None) -> int:
    """Batches of `size` that `count` samples make, or the first `steps` of them.

    Raises:
        DataError: There are no samples.
        InvalidValueError: There are not that many batches.
    """
    if count == 0:
        raise DataError(f"{caller}: the data set holds no samples; at least 1 is needed")
    there = -(-count // size)
    if steps is None:
        return there
    if not 1 <= steps <= there:
        raise InvalidValueError(
            f"{caller}: {steps} steps were asked for; {count} samples in batches of {size} make "
            f"{there}: ask for 1 to {there}"
        )
    return steps
