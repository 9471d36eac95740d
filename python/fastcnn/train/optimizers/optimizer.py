"""What an optimizer is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

from fastcnn.errors import GraphError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.configured import Configured
from fastcnn.train.registry import Registry
from fastcnn.train.schedules.schedule import Schedule, schedules
from fastcnn.typing import Attribute


@dataclass(frozen=True)
class Optimizer(Configured):
    """A rule that turns a gradient into a new parameter.

    A subclass names its update operation, the state it keeps beside each parameter and the
    attributes of the operation. The gradient g' that the rules speak of is

        g' = g + l1 sign(w) + 2 l2 w

    with l1 and l2 from the parameter's traits. Where the traits say that the parameter is
    pruned, its zeros stay zero.

    Args:
        learning_rate: A number, a schedule, or the name of one; a named schedule starts at the
            optimizer's default rate.
    """

    op: ClassVar[str]
    reads_step: ClassVar[bool] = False

    learning_rate: float | str | Schedule = 0.001

    def __post_init__(self) -> None:
        if isinstance(self.learning_rate, str):
            default = type(self).learning_rate
            assert isinstance(default, float)
            named = schedules.get(self.learning_rate).starting_at(default)
            object.__setattr__(self, "learning_rate", named)
        rate = self.rate
        if not isinstance(rate, Schedule):
            is_rate = isinstance(rate, Real) and 0 <= rate < math.inf
            self.require(is_rate, "learning_rate", "a schedule or a number of at least 0")

    @property
    def rate(self) -> float | Schedule:
        """The learning rate, never as a name."""
        assert not isinstance(self.learning_rate, str)
        return self.learning_rate

    def states(self) -> Mapping[str, float]:
        """What is kept beside each parameter: names and initial fill, in the order of the op."""
        raise NotImplementedError

    def attributes(self) -> Mapping[str, Attribute]:
        """The attributes of the update operation that are the optimizer's own."""
        raise NotImplementedError

    def emit(
        self,
        g: Builder,
        parameter: Value,
        gradient: Value,
        states: Sequence[Value],
        learning_rate: Value,
        step: Value,
    ) -> tuple[Value, ...]:
        """Appends the update of one parameter.

        Args:
            g: Where to.
            parameter: w.
            gradient: g, without the part of the regularisers.
            states: One value for each of `states()`.
            learning_rate: A float32 scalar.
            step: An int32 scalar, 1 at the first update.

        Returns:
            The new parameter and the new states.
        """
        traits = parameter.traits
        if traits is None:
            raise GraphError(f"{self.op}: '{parameter.name}' is no parameter")
        scalars = (learning_rate, step) if self.reads_step else (learning_rate,)
        attributes = {
            "l1": float(traits.l1),
            "l2": float(traits.l2),
            "hold_zeros": int(traits.pruned),
            **self.attributes(),
        }
        return g.apply_all(
            self.op,
            parameter,
            gradient,
            *states,
            *scalars,
            name=f"update/{parameter.name}",
            layer="",
            **attributes,
        )


optimizers: Registry[Optimizer] = Registry("optimizer", Optimizer)
