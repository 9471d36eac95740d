"""A gentle beginning for any other schedule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("warm_up")
@dataclass(frozen=True)
class WarmUp(Schedule):
    """A linear rise to the first rate of another schedule, which follows.

        lr(step) = s(0) (step + 1) / warmup_steps     while step < warmup_steps
        lr(step) = s(step - warmup_steps)             afterwards

    Args:
        schedule: s, a schedule, the name of one, or a constant rate.
        warmup_steps: Length of the rise, in steps.

    Source:
        Goyal et al., "Accurate, Large Minibatch SGD", 2017, section 2.2.
    """

    schedule: float | str | Schedule = 0.01
    warmup_steps: int = 1000

    def __post_init__(self) -> None:
        if isinstance(self.schedule, str):
            object.__setattr__(self, "schedule", schedules.get(self.schedule))
        if isinstance(self.schedule, (int, float)):
            self.require(self.schedule > 0, "schedule", "a schedule or positive")
        self.require(self.warmup_steps > 0, "warmup_steps", "positive")

    def starting_at(self, rate: float) -> WarmUp:
        after = self.schedule
        return replace(
            self, schedule=after.starting_at(rate) if isinstance(after, Schedule) else rate
        )

    def spread(self, first_step: int, steps: int) -> WarmUp:
        if not isinstance(self.schedule, Schedule):
            return self
        begin = max(0, first_step - self.warmup_steps)
        end = max(begin, first_step + steps - self.warmup_steps)
        return replace(self, schedule=self.schedule.spread(begin, end - begin))

    def __call__(self, step: int, epoch: int) -> float:
        if step < self.warmup_steps:
            return self._after(0, 0) * (step + 1) / self.warmup_steps
        return self._after(step - self.warmup_steps, epoch)

    def _after(self, step: int, epoch: int) -> float:
        assert not isinstance(self.schedule, str)
        return self.schedule(step, epoch) if isinstance(self.schedule, Schedule) else self.schedule
