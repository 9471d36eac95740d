"""Labels of points keep out of each other's way."""

from __future__ import annotations

from fastcnn.report.labels import place_labels


def test_a_lone_label_stands_above_its_point() -> None:
    assert place_labels([(0.5, 0.5)], ["one"], width=800, height=300) == ["top center"]


def test_a_label_at_the_rim_stays_inside() -> None:
    left, right, top = place_labels(
        [(0.0, 0.3), (1.0, 0.3), (0.5, 1.0)], ["a long label"] * 3, width=800, height=300
    )

    assert left.endswith("right")
    assert right.endswith("left")
    assert top == "bottom center"


def test_neighbours_get_different_places() -> None:
    places = place_labels([(0.5, 0.5), (0.5, 0.54)], ["one", "two"], width=800, height=300)

    assert places[0] != places[1]
