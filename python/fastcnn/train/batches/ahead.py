"""Work done ahead of its use, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(
    prepare: Callable[[int], T], numbers: Iterable[int], workers: int
) -> Generator[T, None, None]:
    """`prepare(number)` for each number, in order, computed while the caller uses earlier ones.

    At most `workers` + 1 results wait to be used. One worker calls `prepare` in order. An error
    comes out where its result would have. Closing the iterator waits for the calls that run.

    Args:
        prepare: Called in the workers; with several, from several threads at once.
        numbers: What to call it with.
        workers: Threads; 0 calls it in the caller's thread when its result is asked for.
    """
    if workers == 0:
        yield from map(prepare, numbers)
        return
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(workers, "fastcnn-batches") as pool:
        try:
            for number in numbers:
                waiting.append(pool.submit(prepare, number))
                if len(waiting) > workers + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
