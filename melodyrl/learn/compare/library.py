"""Learners of Stable-Baselines3 and of sb3-contrib, on our environment.

Their DQN is set as a random search found best on this task (docs/training.md). The others were set
by hand, with nothing searched: as many lanes as ours, networks half as wide, which are faster, and
an update after a whole episode of 32 steps where that is usual.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sb3_contrib import RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.learn.compare.course import training_lanes
from melodyrl.learn.compare.referee import Referee
from melodyrl.learn.compare.vec_env import LanesEnv
from melodyrl.learn.schedule import linear

HORIZON = 1_000_000_000
"""Steps that no run comes to; the library wants to know how many there will be."""

LANES, GAMMA = 64, 0.97
LAST_RATE = 0.05
"""Share of the learning rate that is left at the end, as in our own runs."""

DENSE: dict[str, Any] = {"net_arch": [128, 128]}
RECURRENT: dict[str, Any] = {
    "net_arch": [64],
    "lstm_hidden_size": 64,
    "shared_lstm": True,
    "enable_critic_lstm": False,
}
EPISODES: dict[str, Any] = {"n_steps": 32, "batch_size": 512, "n_epochs": 4, "ent_coef": 0.003}
"""PPO: from the episodes of all lanes, four times in four parts."""


def learn_dqn(referee: Referee, seed: int) -> None:
    """Deep Q-network: one value of each action, from replay."""
    chosen = {
        "batch_size": 256,
        "train_freq": 1,
        "gradient_steps": 2,
        "tau": 0.005,
        "target_update_interval": LANES,
        "exploration_fraction": 8_000 / HORIZON,
        "exploration_final_eps": 0.02,
        "learning_starts": 1_000,
        "buffer_size": 200_000,
    }
    _learn(DQN("MlpPolicy", policy_kwargs=DENSE, **_shared(referee, seed, 2e-3), **chosen), referee)


def learn_a2c(referee: Referee, seed: int) -> None:
    """Advantage actor-critic: a policy and a value of the state, each used once."""
    chosen = {
        "n_steps": 8,
        "gae_lambda": 0.95,
        "ent_coef": 0.003,
        "use_rms_prop": False,
        "normalize_advantage": True,
    }
    _learn(A2C("MlpPolicy", policy_kwargs=DENSE, **_shared(referee, seed, 2e-3), **chosen), referee)


def learn_ppo(referee: Referee, seed: int) -> None:
    """Proximal policy optimization: the same, used several times within a clip."""
    _learn(
        PPO("MlpPolicy", policy_kwargs=DENSE, **_shared(referee, seed, 1e-3), **EPISODES), referee
    )


def learn_recurrent_ppo(referee: Referee, seed: int) -> None:
    """PPO with an LSTM under policy and value."""
    shared = _shared(referee, seed, 1e-3)
    model = RecurrentPPO("MlpLstmPolicy", policy_kwargs=RECURRENT, **shared, **EPISODES)
    _learn(model, referee)


def _shared(referee: Referee, seed: int, rate: float) -> dict[str, Any]:
    """What all are given; the rate falls with the budget, not with the library's horizon."""
    return {
        "env": LanesEnv(training_lanes(LANES, seed)),
        "learning_rate": lambda _: linear(rate, LAST_RATE * rate, referee.progress),
        "gamma": GAMMA,
        "seed": seed,
        "device": "cpu",
    }


def _learn(model: BaseAlgorithm, referee: Referee) -> None:
    model.learn(HORIZON, callback=_Tell(referee))


class _Tell(BaseCallback):
    """Tells the referee of every step."""

    def __init__(self, referee: Referee) -> None:
        super().__init__()
        self._referee = referee
        self._memory: Any = None

    def _on_step(self) -> bool:
        return self._referee.goes_on(self.num_timesteps, self._choose)

    def _choose(self, lanes: MelodyLanes, seen: Observation) -> NDArray[np.int64]:
        starts_N = lanes.position == 0
        action_N, self._memory = self.model.predict(
            seen.features, state=self._memory, episode_start=starts_N, deterministic=True
        )
        return action_N
