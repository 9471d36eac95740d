"""Streams of other libraries, as the numbers by which CUDA knows them."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import InvalidValueError

LEGACY = 1
"""The stream that waits for all others and is waited for: the default of CUDA."""


def stream_number(stream: Any) -> int:
    """The number of a stream: an int, or an object that has it.

    Args:
        stream: 1 for the legacy default stream, 2 for the default stream of the thread, or the
            handle of a stream; or an object with such a number as `ptr` (CuPy), `cuda_stream`
            (PyTorch) or `handle` (Numba, cuda.core), where 0 is the legacy stream, too.

    Raises:
        InvalidValueError: It is none of that.
    """
    if isinstance(stream, int) and not isinstance(stream, bool):
        return _checked(stream, "session: stream")
    for name in ("ptr", "cuda_stream", "handle"):
        number = getattr(stream, name, None)
        if number is not None:
            try:
                number = int(number)
            except (TypeError, ValueError):
                continue
            return _checked(number or LEGACY, f"session: stream.{name}")
    raise InvalidValueError(
        f"session: stream is of type {type(stream).__name__}; give a number, a stream of CuPy or "
        "PyTorch, or None"
    )


def producer_number(stream: Any) -> int | None:
    """The stream that the `stream` of an array's interface names; None if there is none.

    Raises:
        InvalidValueError: It is no such number.
    """
    if stream is None or stream == -1:
        return None
    if not isinstance(stream, int) or isinstance(stream, bool):
        raise InvalidValueError(
            f"__cuda_array_interface__: stream is {stream!r}, not None or a number"
        )
    return _checked(stream, "__cuda_array_interface__: stream")


def _checked(number: int, what: str) -> int:
    if number == 0:
        raise InvalidValueError(
            f"{what} is 0, which may mean two streams; use 1 for the legacy default stream and 2 "
            "for the default stream of the thread"
        )
    if number < 0:
        raise InvalidValueError(
            f"{what} is {number}; streams are 1 (legacy), 2 (of the thread) or handles above"
        )
    return number
