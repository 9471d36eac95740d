"""Colours and marks of the models, the same in every chart of a page."""

from __future__ import annotations

# Okabe and Ito, "Color Universal Design", 2008: told apart with every common colour vision;
# those too faint for text on white are darkened. The original is a dark slate.
COLOURS = ("#1f2a37", "#0072b2", "#d55e00", "#009e73", "#b0578d", "#2f86c5", "#a67c00", "#7a5195")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "pentagon", "hexagon", "star", "cross")

INK = "#1f2a37"
MUTED = "#667085"
GRID = "#e7eaf0"
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"


def colour(index: int) -> str:
    """The colour of the model at that place in the comparison."""
    return COLOURS[index % len(COLOURS)]


def symbol(index: int) -> str:
    """The mark of the model at that place in the comparison."""
    return SYMBOLS[index % len(SYMBOLS)]
