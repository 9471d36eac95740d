"""Optimizers that treat every parameter by a rule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from numbers import Real
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.averages import average, is_multiple, keep
from fastcnn.train.optimizers.clipping import clip
from fastcnn.train.optimizers.gradient import Gradient
from fastcnn.train.optimizers.optimizer import Optimizer, require_share
from fastcnn.train.schedules.schedule import Schedule, schedules
from fastcnn.typing import Attribute


@dataclass(frozen=True)
class UpdateRule(Optimizer):
    """A rule that turns a gradient into a new parameter.

    A subclass names its update operation, the state it keeps beside each parameter and the
    attributes of the operation. The gradient g' that the rules speak of is

        g' = g + l1 sign(w) + 2 l2 w

    with l1 and l2 from the parameter's traits, clipped as the arguments say. Where the traits say
    that the parameter is pruned, its zeros stay zero.

    Args:
        learning_rate: A number, a schedule, or the name of one; a named schedule starts at the
            optimizer's default rate.
        weight_decay: Share of w taken from it before each update, in units of the learning rate:
            apart from the gradient, hence from all averages of it. None: no decay.
        clipnorm: Each parameter's g' is scaled down to this Euclidean norm where it is greater.
        clipvalue: Every element of g' is clipped to [-clipvalue, clipvalue].
        global_clipnorm: As clipnorm, for the norm over the gradients of all parameters.
        use_ema: Whether moving averages of the parameters are kept, which take their place when
            training ends.
        ema_momentum: How slowly the averages forget, in [0, 1). The first update is their
            beginning.
        ema_overwrite_frequency: After how many updates, again and again, the averages take the
            place of the parameters during training; None: never.
    """

    op: ClassVar[str]
    reads_step: ClassVar[bool] = False

    learning_rate: float | str | Schedule = 0.001
    _: KW_ONLY
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None

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
        self.require((self.weight_decay or 0) >= 0, "weight_decay", "at least 0, or None")
        limits = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [name for name in limits if getattr(self, name) is not None]
        for name in given:
            self.require(getattr(self, name) > 0, name, "positive, or None")
            self.require(name == given[0], name, f"None where {given[0]} is given")
        require_share(self, "ema_momentum")
        often = self.ema_overwrite_frequency
        limit = "positive, or None" if self.use_ema else "None without use_ema"
        is_possible = often is None or (self.use_ema and often > 0)
        self.require(is_possible, "ema_overwrite_frequency", limit)

    @property
    def rate(self) -> float | Schedule:
        assert not isinstance(self.learning_rate, str)
        return self.learning_rate

    def with_rate(self, rate: float | Schedule) -> UpdateRule:
        return replace(self, learning_rate=rate)

    def states(self) -> Mapping[str, float]:
        """What is kept beside each parameter: names and initial fill, in the order of the op."""
        raise NotImplementedError

    def attributes(self) -> Mapping[str, Attribute]:
        """The attributes of the update operation that are the rule's own."""
        raise NotImplementedError

    def emit(
        self,
        g: Builder,
        gradients: Sequence[tuple[Value, Value]],
        learning_rate: Value,
        step: Value,
    ) -> list[Value]:
        clipped = clip(
            g,
            [Gradient.of(parameter, value) for parameter, value in gradients],
            norm=self.clipnorm,
            value=self.clipvalue,
            global_norm=self.global_clipnorm,
        )
        new = [self.update(g, gradient, learning_rate, step) for gradient in clipped]
        return self._averaged(g, clipped, new, step) if self.use_ema else new

    def update(self, g: Builder, gradient: Gradient, learning_rate: Value, step: Value) -> Value:
        """Appends the update of one parameter and of its states; gives the new parameter."""
        return apply_update(
            g,
            self.op,
            gradient,
            self.states(),
            (learning_rate, step) if self.reads_step else (learning_rate,),
            {"weight_decay": float(self.weight_decay or 0.0), **self.attributes()},
        )

    def _averaged(
        self, g: Builder, gradients: Sequence[Gradient], new: Sequence[Value], step: Value
    ) -> list[Value]:
        count = g.apply("cast", step, dtype="float32")
        is_first = g.apply("equal", count, scalar(g, 1))
        rate = g.apply("where", is_first, scalar(g, 1), scalar(g, 1 - self.ema_momentum))
        averages = [
            average(g, gradient.parameter, value, rate)
            for gradient, value in zip(gradients, new, strict=True)
        ]
        if self.ema_overwrite_frequency is None:
            return list(new)
        is_due = is_multiple(g, count, self.ema_overwrite_frequency)
        pairs = zip(averages, new, strict=True)
        return [g.apply("where", is_due, mean, value) for mean, value in pairs]


def apply_update(
    g: Builder,
    op: str,
    gradient: Gradient,
    states: Mapping[str, float],
    scalars: Sequence[Value],
    attributes: Mapping[str, Attribute],
) -> Value:
    """Appends an update operation.

    Args:
        g: Where to.
        op: Its name.
        gradient: Of one parameter.
        states: What is kept beside the parameter: names and initial fill, in the order of the op.
        scalars: The learning rate and, where the operation takes it, the step.
        attributes: The attributes of the operation, but for penalties and held zeros.

    Returns:
        What the operation gives in the place of the parameter.
    """
    parameter = gradient.parameter
    old = [keep(g, parameter, name, fill) for name, fill in states.items()]
    new, *moved = g.apply_all(
        op,
        parameter,
        gradient.value,
        *old,
        *scalars,
        name=f"update/{parameter.name}",
        layer="",
        l1=gradient.l1,
        l2=gradient.l2,
        hold_zeros=int(gradient.holds_zeros),
        **attributes,
    )
    for before, after in zip(old, moved, strict=True):
        g.update(before, after)
    return new
