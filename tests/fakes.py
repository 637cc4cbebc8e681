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

    def decide(self, question, rng) -> Decision:
        legal = np.flatnonzero(question.mask)
        values = question.judgement[legal] @ question.w
        place = float(question.features.sum()) * 64 + values.sum() * 64
        place = int(abs(place) + rng.integers(97))
        return decision(int(legal[place % len(legal)]), question.judgement)

    def think(self, question) -> None:
        """Nothing."""


class BusyPolicy(FakePolicy):
    """Begins a note at every step: the legal one that is judged best, the lowest of equals."""

    name = "busy"

    def decide(self, question, rng) -> Decision:
        pitches = question.mask.copy()
        pitches[: FULL.actions.first_pitch] = False
        values = np.where(pitches, question.judgement @ question.w, -np.inf)
        return decision(int(np.argmax(values)), question.judgement)


class BrokenPolicy(FakePolicy):
    """Fails in one of three ways, in turn: raises, answers nonsense, answers what is illegal."""

    name = "broken"

    def __init__(self) -> None:
        self._calls = 0

    def decide(self, question, rng) -> Decision:
        self._calls += 1
        if self._calls % 3 == 0:
            raise ValueError("a network that is full of NaN")
        if self._calls % 3 == 1:
            return decision(10_000, question.judgement)
        return decision(int(np.argmin(question.mask)), question.judgement)


class EightBarPolicy(FakePolicy):
    """A policy for a task that is not played live."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
