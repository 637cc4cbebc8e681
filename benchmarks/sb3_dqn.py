"""Stable-Baselines3's DQN on the eight-bar task, for benchmarks/learning.py.

    pip install stable-baselines3

It sees what ours sees, the reward of every action now included, at one preference. With more than
one environment it is given our lanes, which step much faster than its own.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from gymnasium import ObservationWrapper, spaces
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback

from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.env.melody_env import MelodyEnv
from melodyrl.learn.compare.vec_env import LanesEnv

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sb3Config:
    """A configuration of DQN; these are its defaults."""

    learning_rate: float = 1e-4
    batch_size: int = 32
    hidden: int = 64
    environments: int = 1
    train_freq: int = 4
    gradient_steps: int = 1
    tau: float = 1.0
    target_update_interval: int = 10_000
    gamma: float = 0.99
    exploring_steps: int = 10_000
    learning_starts: int = 100
    final_epsilon: float = 0.05


def drawn(count: int, seed: int) -> list[Sb3Config]:
    """Configurations of a random search."""
    rng = np.random.default_rng(seed)

    def one() -> Sb3Config:
        target = [(1.0, 1_000), (0.01, 1), (0.005, 1)][rng.integers(3)]
        environments = int(rng.choice([1, 8, 64, 128]))
        return Sb3Config(
            learning_rate=float(rng.choice([3e-4, 1e-3, 2e-3, 4e-3])),
            batch_size=int(rng.choice([64, 128, 256, 512])),
            hidden=int(rng.choice([64, 128, 256])),
            environments=environments,
            train_freq=1,
            gradient_steps=int(rng.choice([1, 2])) if environments > 1 else 1,
            tau=target[0],
            target_update_interval=target[1],
            gamma=float(rng.choice([0.9, 0.97, 0.99])),
            exploring_steps=int(rng.choice([4_000, 8_000, 20_000])),
            learning_starts=1_000,
            final_epsilon=float(rng.choice([0.02, 0.05])),
        )

    return [one() for _ in range(count)]


HORIZON = 10_000_000
"""Steps that no racer comes to; SB3 wants to know how many there will be."""

Told = Callable[[int, Any], bool]
"""Hears the steps so far and the policy, and says whether to go on."""


def learn(config: Sb3Config, w: Floats, seed: int, told: Told) -> None:
    """Learn until `told` says no."""
    kept = asdict(config)
    environments = make(kept.pop("environments"), w, seed)
    model = DQN(
        "MlpPolicy",
        environments,
        policy_kwargs={"net_arch": [kept.pop("hidden")] * 2},
        exploration_fraction=kept.pop("exploring_steps") / HORIZON,
        exploration_final_eps=kept.pop("final_epsilon"),
        buffer_size=200_000,
        seed=seed,
        device="cpu",
        **kept,
    )
    model.learn(HORIZON, callback=Tell(told))


class Tell(BaseCallback):
    """Tells of every step."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def _on_step(self) -> bool:
        return self._told(self.num_timesteps, self._choose)

    def _choose(self, lanes: MelodyLanes, seen: Observation) -> Any:
        return self.model.predict(flat(seen), deterministic=True)[0]


def flat(seen: Observation) -> Floats:
    """Features and judgements side by side, (N, D + A * K)."""
    count = len(seen.features)
    return np.concatenate([seen.features, seen.judgement.reshape(count, -1)], axis=1)


def make(environments: int, w: Floats, seed: int) -> Any:
    """One environment of Gymnasium, or so many lanes as SB3 knows vectors of them."""
    if environments == 1:
        return Flat(MelodyEnv("eight-bar", weights=w))
    rng = np.random.default_rng(seed)
    return LanesEnv(MelodyLanes(EIGHT_BAR, environments, rng, weights=w), flat)


class Flat(ObservationWrapper):
    """The observation of MelodyEnv as one vector."""

    def __init__(self, env: MelodyEnv) -> None:
        super().__init__(env)
        known: Any = env.observation_space
        size = known["features"].shape[0] + int(np.prod(known["judgement"].shape))
        self.observation_space = spaces.Box(-8.0, 8.0, (size,), np.float32)

    def observation(self, observation: dict[str, Floats]) -> Floats:
        """Features and judgements, (D + A * K,)."""
        return np.concatenate([observation["features"], observation["judgement"].ravel()])
