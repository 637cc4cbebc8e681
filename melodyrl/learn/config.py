"""What can be chosen about a training run; needs no torch, so the command line can read it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from melodyrl.errors import ConfigError

PresetName = Literal["eight-bar", "full", "chords", "canvas", "drums"]

_LEFT_OUT = ("patience", "preference", "fast_products")
"""Choices that files hold only where they are made: those that older files know nothing of."""


@dataclass(frozen=True)
class TrainConfig:
    """The choices of a run; with a budget of updates, the same choices give the same file."""

    preset: PresetName = "eight-bar"
    """The task: the small one over seven notes, a melody on the whole sixteenth grid, the chords
    to one, a picture painted cell by cell, or a drum pattern completed."""
    minutes: float | None = None
    """Stop after so many minutes; 3 where neither budget is given."""
    updates: int | None = None
    """Stop after so many gradient steps."""
    seed: int = 1
    """Seed of everything that is drawn."""
    lanes: int = 64
    """Environments that step together."""
    batch: int = 512
    """Transitions in one gradient step; there is one such step per step of all lanes."""
    hidden: int = 256
    """Width of both hidden layers."""
    layer_norm: bool = False
    """Normalise each hidden layer before its ReLU."""
    double: bool = True
    """Let the online network choose the action that the target network values."""
    dueling: bool = True
    """Split the future into a state value and advantages."""
    known_reward: bool = True
    """Give the network the reward of every action now, and let it learn only the future."""
    replay: Literal["uniform", "prioritized"] = "uniform"
    """How transitions are drawn again."""
    capacity: int = 200_000
    """Transitions that replay holds."""
    n_step: int = 1
    """Rewards added up before the value of a later state is trusted."""
    gamma: float = 0.97
    """Discount per step."""
    scalar_weight: float = 16.0
    """Weight of the error of w · Q, which decides, beside those of each term, which explain."""
    tau: float = 0.01
    """Share of the online network that enters the target network at every gradient step."""
    learning_rate: float = 2e-3
    """Learning rate of Adam at the start."""
    last_learning_rate: float = 1e-4
    """Learning rate at the end; linear between the two."""
    epsilon: Literal["ladder", "decay"] = "decay"
    """Exploration: a constant share per lane from .4 to .0007, or one share from 1 to .02."""
    future_scale: float = 1.0
    """Reward units that one unit of the network's own output stands for. Small is precise: the
    task of eight bars comes as far in 12,000 updates at 1 as in 35,000 at 4."""
    warmup: int = 2_000
    """Transitions gathered before the first gradient step."""
    evaluations: int = 20
    """Points of the evaluation curve, evenly over the budget."""
    threads: int = 2
    """1, or 2: the second gathers the next batch while the first learns. The bytes are the same."""
    patience: int | None = None
    """Stop early after so many points of the curve without a new best; None: never."""
    preference: str | None = None
    """Learn for one preference alone (equal, harmonic, smooth, diverse, lyrical); None: for all."""
    fast_products: bool = False
    """Let torch take its fastest matrix products: twice as fast where the processor has AVX-512
    and is no Intel. Other bytes; rounded to bfloat16 only where there are units for it (AMX)."""

    def check(self) -> None:
        """Raise a ConfigError for the first value that no run can be made with."""
        for name in ("lanes", "batch", "hidden", "n_step", "evaluations", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be at least 1.")
        for name in ("minutes", "updates", "learning_rate", "future_scale", "patience"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"{name} is {value}; it must be above 0.")
        for name in ("gamma", "tau"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be from 0 to 1.")
        if self.capacity < self.lanes * (self.n_step + 2):
            needed = self.lanes * (self.n_step + 2)
            raise ConfigError(f"capacity is {self.capacity}; these lanes need at least {needed}.")

    def written(self) -> dict[str, Any]:
        """The choices as files keep them."""
        untouched = asdict(TrainConfig())
        kept = asdict(self).items()
        return {k: v for k, v in kept if k not in _LEFT_OUT or v != untouched[k]}

    def progress(self, updates: int, seconds: float) -> float:
        """How much of the budget is used, from 0 to 1 and beyond; the tighter one counts."""
        minutes = 3.0 if self.minutes is None and self.updates is None else self.minutes
        by_time = 0.0 if minutes is None else seconds / (60 * minutes)
        by_updates = 0.0 if self.updates is None else updates / self.updates
        return max(by_time, by_updates)
