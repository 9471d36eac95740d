"""Operations that move elements."""

from __future__ import annotations

from collections.abc import Iterator

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import normal

PERMS = (
    ((2, 11, 13, 3), (0, 3, 1, 2)),
    ((1, 3, 5, 3), (0, 3, 1, 2)),
    ((2, 3, 4, 5), (0, 3, 1, 2)),
    ((2, 4, 5, 3), (0, 2, 3, 1)),
    ((1, 9, 7, 17), (0, 3, 1, 2)),
    ((1, 8, 16, 8), (0, 2, 3, 1)),
    ((3, 5), (0, 1)),
    ((9, 17), (1, 0)),
    ((2, 3, 4), (2, 0, 1)),
    ((2, 3, 2, 3, 2), (4, 1, 3, 0, 2)),
    ((7,), (0,)),
)
RESHAPES = (
    ((2, 3, 4, 5), (0, -1)),
    ((2, 60), (0, 3, 4, 5)),
    ((2, 60), (-1, 3, 4, 5)),
    ((2, 3, 4, 5), (0, 12, 5)),
    ((2, 6, 4), (0, 0, 2, 2)),
    ((5, 9), (0, 3, -1)),
    ((3, 8, 1, 1), (0, -1)),
    ((3, 8), (0, 8, 1, 1)),
)
CONCATS = (
    ((2, 3, 4, 5), (3, 5), 1),
    ((1, 8, 3, 3), (8, 8), 1),
    ((2, 1, 2, 2), (9,), 1),
    ((2, 1, 3, 2), (1, 7, 16), 1),
    ((5, 1), (10, 7), 1),
    ((2, 3, 1, 4), (2, 3), 2),
    ((2, 3, 4, 1), (1, 1, 5), 3),
)
SLICES = (
    ((2, 9, 4, 5), 1, 0, 8),
    ((2, 9, 4, 5), 1, 3, 9),
    ((1, 32, 3, 3), 1, 8, 24),
    ((5, 17), 1, 16, 17),
    ((2, 3, 6, 4), 2, 1, 5),
    ((2, 3, 6, 4), 3, 0, 4),
)
PADS = (
    (1, 1, 1, 1),
    (0, 2, 3, 0),
    (0, 0, 0, 0),
    (-1, 0, -1, -2),
    (2, -1, -1, 3),
)


def cases() -> Iterator[Case]:
    for shape, perm in PERMS:
        name = f"{text(shape)}-{text(perm)}"
        batched = (0,) if perm[0] == 0 else ()
        yield Case("transpose", name, each(normal(*shape)), {"perm": perm}, batched)
    for shape, target in RESHAPES:
        name = f"{text(shape)}-to-{text(target)}"
        yield Case("reshape", name, each(normal(*shape)), {"shape": target}, (0,))
    yield from concat()
    yield from part()
    for shape in ((2, 3, 4, 5), (1, 9, 3, 7)):
        for pads in PADS:
            for value in (0.0, -1.5):
                name = f"{text(shape)}-{text(pads)}-of{value}"
                yield Case(
                    "pad2d", name, each(normal(*shape)), {"pads": pads, "value": value}, (0,)
                )


def concat() -> Iterator[Case]:
    for shape, extents, axis in CONCATS:
        shapes = [(*shape[:axis], extent, *shape[axis + 1 :]) for extent in extents]
        yield Case(
            "concat",
            f"{text(shape)}-{text(extents)}-axis{axis}",
            each(*(normal(*one) for one in shapes)),
            {"axis": axis},
            tuple(range(len(extents))),
        )


def part() -> Iterator[Case]:
    for shape, axis, start, stop in SLICES:
        name = f"{text(shape)}-axis{axis}-{start}-{stop}"
        attrs = {"axis": axis, "start": start, "stop": stop}
        yield Case("slice", name, each(normal(*shape)), attrs, (0,))
        piece = (*shape[:axis], stop - start, *shape[axis + 1 :])
        back = {"axis": axis, "start": start, "size": shape[axis]}
        yield Case("slice_backward", name, each(normal(*piece)), back, (0,))
