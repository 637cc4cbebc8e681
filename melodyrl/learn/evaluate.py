"""How well a policy does: per-term means of its greedy play over episodes kept from training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from melodyrl.core.policy.policy import Policy
from melodyrl.core.policy.question import Question
from melodyrl.learn.trainer import Lanes, Observation

Array = npt.NDArray[Any]
Choose = Callable[[Any, Any], Array]
"""A policy over lanes: (lanes, observation) -> actions (N,), as in melodyrl.env.baselines."""


@dataclass(frozen=True, slots=True)
class Score:
    """What was earned in one episode of each lane."""

    terms: Array
    """(K,): mean reward a step of each term."""
    returns: Array
    """(N,): undiscounted sum of w . r of each lane's episode."""
    per_step: float
    """Mean of w . r a step."""


def evaluate(lanes: Lanes, choose: Choose) -> Score:
    """Play every lane from a fresh start to its first ending; lanes that end early wait."""
    seen = lanes.reset()
    count, _, terms = seen.judgement.shape
    sum_NK, returns_N = np.zeros((count, terms)), np.zeros(count)
    running_N, played = np.ones(count, dtype=np.bool_), 0
    while running_N.any():
        w_NK = np.array(lanes.w, dtype=np.float32)
        step = lanes.step(choose(lanes, seen))
        reward_NK = step.reward * running_N[:, None]
        sum_NK += reward_NK
        returns_N += (reward_NK * w_NK).sum(1)
        played += int(running_N.sum())
        running_N &= ~(step.terminated | step.truncated)
        seen = step.observation
    return Score(sum_NK.sum(0) / played, returns_N, float(returns_N.sum() / played))


def decided_by(policy: Policy, temperature: float, rng: np.random.Generator) -> Choose:
    """A live policy at a temperature, lane by lane, exactly as it would play."""

    def choose(lanes: Lanes, seen: Observation) -> Array:
        moments = zip(seen.features, seen.judgement, seen.mask, lanes.w, strict=True)
        asked = (Question(*moment, temperature) for moment in moments)
        return np.array([policy.decide(question, rng).action for question in asked])

    return choose


def table(scores: dict[str, Score], terms: tuple[str, ...]) -> str:
    """Scores by name as a Markdown table, best first."""
    lines = [f"| policy | w·r a step | {' | '.join(terms)} |", "|---" * (len(terms) + 2) + "|"]
    for name, score in sorted(scores.items(), key=lambda entry: -entry[1].per_step):
        cells = [f"{score.per_step:+.4f}", *(f"{value:+.4f}" for value in score.terms)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
