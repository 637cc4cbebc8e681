"""Our lanes as Stable-Baselines3 knows vectors of environments."""

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.env.melody_env import WIDEST_FEATURE

Floats = NDArray[np.float32]
See = Callable[[Observation], Floats]
"""What is shown of an observation of N lanes, (N, D)."""


def features(seen: Observation) -> Floats:
    """The features alone."""
    return seen.features


class LanesEnv(VecEnv):
    """Each lane is the environment that `MelodyEnv` is, stepped with the others at once."""

    def __init__(self, lanes: MelodyLanes, see: See = features) -> None:
        self._lanes, self._see = lanes, see
        wide, shape = WIDEST_FEATURE, see(lanes.reset()).shape[1:]
        super().__init__(
            lanes.lanes,
            spaces.Box(-wide, wide, shape, np.float32),
            spaces.Discrete(lanes.preset.actions.count),
        )

    def reset(self) -> Floats:
        """Begin everywhere."""
        return self._see(self._lanes.reset())

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Keep the actions."""
        self._actions = actions

    def step_wait(self) -> tuple[Floats, Floats, NDArray[np.bool_], list[dict[str, Any]]]:
        """Take them."""
        w_NK = self._lanes.w
        step = self._lanes.step(self._actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if step.done.any():
            final = self._see(step.final)
            for lane in np.flatnonzero(step.done):
                infos[lane] = {"terminal_observation": final[lane]}
        return self._see(step.observation), (step.reward * w_NK).sum(1), step.done, infos

    def close(self) -> None:
        """Nothing is open."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:  # noqa: ANN401
        """Nothing is known."""
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:  # noqa: ANN401
        """Nothing is set."""

    def env_method(
        self,
        method_name: str,
        *method_args: Any,  # noqa: ANN401
        indices: Any = None,  # noqa: ANN401
        **method_kwargs: Any,  # noqa: ANN401
    ) -> list[Any]:
        """Nothing is called."""
        return [None] * self.num_envs

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:  # noqa: ANN401
        """By nothing."""
        return [False] * self.num_envs
