"""A parameter, its gradient, and what is still to be added to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastcnn.errors import GraphError
from fastcnn.graph import Value
from fastcnn.ops import Builder


@dataclass(frozen=True, eq=False)
class Gradient:
    """The gradient g of the loss by one parameter w, and the penalties that are not yet in it.

        g' = g + l1 sign(w) + 2 l2 w

    Args:
        parameter: w.
        value: g.
        l1: Coefficient of sum |w| in the loss.
        l2: Coefficient of sum w^2 in the loss.
        holds_zeros: Whether an element of w that is 0 stays 0.
    """

    parameter: Value
    value: Value
    l1: float
    l2: float
    holds_zeros: bool

    @classmethod
    def of(cls, parameter: Value, value: Value) -> Gradient:
        """With the penalties that the parameter's traits name."""
        traits = parameter.traits
        if traits is None:
            raise GraphError(f"training: '{parameter.name}' is no parameter")
        return cls(parameter, value, float(traits.l1), float(traits.l2), traits.pruned)

    def whole(self, g: Builder) -> Gradient:
        """With g' in the place of g, and no penalty left to add."""
        value = self.value
        if self.l1:
            sign = g.apply("sign", self.parameter)
            value = g.apply("add", value, g.apply("scale", sign, factor=self.l1))
        if self.l2:
            value = g.apply("add", value, g.apply("scale", self.parameter, factor=2 * self.l2))
        return replace(self, value=value, l1=0.0, l2=0.0)
