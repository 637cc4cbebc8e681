"""Written doubles: policies that do as they are told, and one that fails."""

import numpy as np

from melodyrl.core.policy.policy import Decision
from melodyrl.core.policy.presets import FULL, Preset


def decision(action: int, judgement: np.ndarray) -> Decision:
    """The decision for an action, worth what it is judged to be."""
    worth = judgement[action % len(judgement)]
    return Decision(action, judgement, worth, worth, np.eye(len(judgement))[action])


class FakePolicy:
    """Samples among the legal actions, so that two runs agree only where all they saw agrees."""

    preset: Preset = FULL
    name = "fake"
    digest = "fake-1"

    def decide(self, features, judgement, mask, w, temperature, rng, habit=None) -> Decision:
        legal = np.flatnonzero(mask)
        values = judgement[legal] @ w
        place = int(abs(float(features.sum()) * 64 + values.sum() * 64) + rng.integers(97))
        return decision(int(legal[place % len(legal)]), judgement)

    def think(self, features, judgement, mask, w, temperature, habit) -> None:
        """Nothing."""


class BusyPolicy(FakePolicy):
    """Begins a note at every step: the legal one that is judged best, the lowest of equals."""

    name = "busy"

    def decide(self, features, judgement, mask, w, temperature, rng, habit=None) -> Decision:
        pitches = mask.copy()
        pitches[: FULL.actions.first_pitch] = False
        values = np.where(pitches, judgement @ w, -np.inf)
        return decision(int(np.argmax(values)), judgement)


class BrokenPolicy(FakePolicy):
    """Fails in one of three ways, in turn: raises, answers nonsense, answers what is illegal."""

    name = "broken"

    def __init__(self) -> None:
        self._calls = 0

    def decide(self, features, judgement, mask, w, temperature, rng, habit=None) -> Decision:
        self._calls += 1
        if self._calls % 3 == 0:
            raise ValueError("a network that is full of NaN")
        if self._calls % 3 == 1:
            return decision(10_000, judgement)
        return decision(int(np.argmin(mask)), judgement)


class EightBarPolicy(FakePolicy):
    """A policy for a task that is not played live."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
