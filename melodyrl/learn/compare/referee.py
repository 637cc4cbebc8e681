"""Who counts a run's steps and seconds, tests its policy now and then, and says when it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isnan, nan

from melodyrl.env.baselines import Strategy
from melodyrl.errors import ConfigError

POINTS = 20
"""Points of a curve after its first, evenly over the budget."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use; the tighter one ends it."""

    seconds: float = 30.0
    """Of CPU on one thread, tests not counted."""
    steps: int | None = None
    """Actions in the environment, counted over all lanes; None: as many as there is time for."""

    def check(self) -> None:
        """Raise a ConfigError where nothing can be done with it."""
        if not 0 < self.seconds < inf:
            raise ConfigError(f"--seconds {self.seconds} is out of range; choose more than 0.")
        if self.steps is not None and self.steps < 1:
            raise ConfigError(f"--steps {self.steps} is out of range; choose 1 or more.")

    def used(self, seconds: float, steps: int) -> float:
        """Share that is used, 0 to 1 and beyond."""
        return max(seconds / self.seconds, 0.0 if self.steps is None else steps / self.steps)


@dataclass(frozen=True, slots=True)
class Point:
    """One test of a run."""

    steps: int
    seconds: float
    earned: float
    """Mean return of greedy play."""


class Referee:
    """Hears of every step of a run, from the first of which on its time counts.

    A learning rate that falls goes by `progress`.
    """

    def __init__(
        self,
        budget: Budget,
        test: Callable[[Strategy], float],
        clock_s: Callable[[], float],
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[list[Point]], None] = lambda points: None,
    ) -> None:
        """`stop` is asked at each step whether to end early; `told` hears the curve as it grows.

        `clock_s` tells CPU seconds.
        """
        self._budget, self._test, self._clock_s = budget, test, clock_s
        self._stop, self._told = stop, told
        self._began, self._steps, self._due = nan, 0, 0.0
        self.points: list[Point] = []

    @property
    def progress(self) -> float:
        """Share of the budget that is used, 0 to 1."""
        return min(self._budget.used(self._seconds(), self._steps), 1.0)

    def goes_on(self, steps: int, choose: Strategy) -> bool:
        """Hear the steps so far and the policy as it is; say whether the run goes on."""
        if isnan(self._began):
            self._began = self._clock_s()
        self._steps = steps
        progress = self.progress
        if progress >= self._due:
            self._due = inf if progress >= 1 else (int(progress * POINTS) + 1) / POINTS
            self._take(choose)
        return progress < 1 and not self._stop()

    def _take(self, choose: Strategy) -> None:
        """Add a point, with the clock stopped."""
        paused, seconds = self._clock_s(), self._seconds()
        self.points.append(Point(self._steps, seconds, self._test(choose)))
        self._told(self.points)
        self._began += self._clock_s() - paused

    def _seconds(self) -> float:
        return 0.0 if isnan(self._began) else self._clock_s() - self._began
