"""One option of each item, at the least cost within a budget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.typing import Array

BINS = 2000
"""Steps that the budget is counted in."""


def knapsack(
    weights: Sequence[Array], costs: Sequence[Array], budget: float, bins: int = BINS
) -> list[int]:
    """The options i of least total cost whose total weight is within the budget.

        minimise  sum over items of costs[item][i]    where  sum of weights[item][i] <= budget

    By dynamic programming: after each item, the least cost for every weight so far, in `bins` steps
    of what the budget leaves beyond the lightest options. Weights are rounded to the nearest step.
    Where even the lightest options exceed the budget, they are the answer.

    Args:
        weights: Of the options, an array an item; of any sign.
        costs: Of the same options.
        budget: In the unit of the weights.
        bins: More are more exact; time grows with them.

    Source:
        Kellerer, Pferschy and Pisinger, "Knapsack Problems", 2004, chapter 11 (multiple-choice).
    """
    lightest = [float(item.min()) for item in weights]
    left = budget - sum(lightest)
    if left <= 0:
        return [
            int(np.where(item == low, cost, np.inf).argmin())
            for item, cost, low in zip(weights, costs, lightest, strict=True)
        ]
    step = left / bins
    best = np.zeros(bins + 1)
    taken: list[Array] = []
    for item, cost, low in zip(weights, costs, lightest, strict=True):
        used = np.minimum(np.rint((item - low) / step), bins + 1).astype(np.int64)
        table = np.full((len(item), bins + 1), np.inf)
        for option, bin_ in enumerate(used):
            if bin_ <= bins:
                table[option, bin_:] = best[: bins + 1 - bin_] + cost[option]
        taken.append(table.argmin(0))
        best = table.min(0)
    chosen: list[int] = []
    at = int(np.argmin(best))
    for item, low, choice in zip(
        reversed(weights), reversed(lightest), reversed(taken), strict=True
    ):
        option = int(choice[at])
        chosen.append(option)
        at -= int(min(np.rint((item[option] - low) / step), bins + 1))
    return chosen[::-1]
