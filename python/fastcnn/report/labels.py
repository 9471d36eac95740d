"""Places for the labels of points, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

# Plotly's words, best first, with the offset of the label's centre in half widths and in lines.
_PLACES: tuple[tuple[str, float, float], ...] = (
    ("top center", 0.0, 1.3),
    ("bottom center", 0.0, -1.3),
    ("middle right", 1.2, 0.0),
    ("middle left", -1.2, 0.0),
    ("top right", 1.1, 1.0),
    ("bottom right", 1.1, -1.0),
    ("top left", -1.1, 1.0),
    ("bottom left", -1.1, -1.0),
)
_LETTER_WIDTH = 7.0
_LINE_HEIGHT = 17.0


def place_labels(
    points: Sequence[tuple[float, float]], texts: Sequence[str], *, width: float, height: float
) -> list[str]:
    """Plotly `textposition` of each label, chosen greedily.

    A place costs what it covers: other points, labels placed before, and the rim of the plot.

    Args:
        points: Positions as shares of the plot, (0, 0) at the bottom left.
        texts: One label a point.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.
    """
    marks = [_Box(x * width, y * height, 8.0, 8.0) for x, y in points]
    labels: list[_Box] = []
    places: list[str] = []
    for i, text in enumerate(texts):
        half = _LETTER_WIDTH * len(text) / 2
        others = [mark for j, mark in enumerate(marks) if j != i] + labels
        boxes = [
            _Box(marks[i].x + dx * half, marks[i].y + dy * _LINE_HEIGHT, half, _LINE_HEIGHT / 2)
            for _, dx, dy in _PLACES
        ]
        costs = [box.outside(width, height) + sum(map(box.overlap, others)) for box in boxes]
        best = costs.index(min(costs))
        labels.append(boxes[best])
        places.append(_PLACES[best][0])
    return places


class _Box:
    """A rectangle by its centre and half extents, in pixels."""

    def __init__(self, x: float, y: float, half_width: float, half_height: float) -> None:
        self.x, self.y = x, y
        self.half_width, self.half_height = half_width, half_height

    def overlap(self, other: _Box) -> float:
        """Area covered by both."""
        across = self.half_width + other.half_width - abs(self.x - other.x)
        along = self.half_height + other.half_height - abs(self.y - other.y)
        return max(0.0, across) * max(0.0, along)

    def outside(self, width: float, height: float) -> float:
        """How far it leaves the plot, weighted to matter more than an overlap."""
        left = max(0.0, self.half_width - self.x) + max(0.0, self.x + self.half_width - width)
        below = max(0.0, self.half_height - self.y) + max(0.0, self.y + self.half_height - height)
        return 100.0 * (left + below)
