"""The Pareto front."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fastcnn.report.pareto import pareto_front

coordinate = st.integers(0, 5).map(float)


def beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a != b


@given(st.lists(st.tuples(coordinate, coordinate), max_size=12))
def test_the_front_holds_every_unbeaten_point_once(points: list[tuple[float, float]]) -> None:
    front = pareto_front(points)

    unbeaten = {p for p in points if not any(beats(q, p) for q in points)}
    assert sorted(points[i] for i in front) == sorted(unbeaten)
    assert [points[i][0] for i in front] == sorted(points[i][0] for i in front)


def test_of_equal_points_the_first_stays() -> None:
    assert pareto_front([(1.0, 1.0), (1.0, 1.0)]) == [0]
