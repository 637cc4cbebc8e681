"""Asks the chord policy for a decision, and keeps its chord where the policy fails."""

from collections.abc import Mapping

import numpy as np

from melodyrl.core.engine.events import KNOBS, KnobName
from melodyrl.core.engine.mind import ask
from melodyrl.core.policy.chords.judge import TERMS, judge, legal
from melodyrl.core.policy.chords.observe import observe
from melodyrl.core.policy.chords.preset import BALANCE, CHORDS
from melodyrl.core.policy.chords.state import Scene
from melodyrl.core.policy.policy import Decision, GreedyPolicy, Policy
from melodyrl.core.policy.question import Question
from melodyrl.errors import ConfigError
from rewards.preference import weights

TURNED_BY: dict[str, KnobName] = {
    "fit": "harmony", "function": "smoothness", "pace": "rhythm", "colour": "diversity",
}  # fmt: skip
"""The knob of each term that has one; at its default the term weighs what BALANCE gives it."""


TEMPERATURE = 0.03
"""With the knob at its default: there is no habit to stay close to here, the terms are people's."""


class ChordMind:
    """A chord policy with the present knobs; without one, its rewards alone.

    Raises:
        ConfigError: the policy was not made for the preset `chords`.
    """

    def __init__(
        self, policy: Policy | None, knobs: Mapping[KnobName, float], rng: np.random.Generator
    ) -> None:
        self.policy = policy or GreedyPolicy(CHORDS)
        if self.policy.preset.name != CHORDS.name:
            raise ConfigError(
                f"The policy {self.policy.name!r} is made for the preset "
                f"{self.policy.preset.name!r}; chords need one for {CHORDS.name!r}."
            )
        self._rng = rng
        self.failures = 0
        self.is_fallback = False
        self.forget()
        self.turn(knobs)

    def turn(self, knobs: Mapping[KnobName, float]) -> None:
        """Take over the present knobs; density has no bearing on chords."""
        turned = {
            term: BALANCE[term] * knobs[knob] / KNOBS[knob][2] for term, knob in TURNED_BY.items()
        }
        self.w = weights(turned, TERMS)
        self._temperature = TEMPERATURE * knobs["temperature"] / KNOBS["temperature"][2]

    def forget(self) -> None:
        """The last decision is past."""
        self.question: Question | None = None
        self.decision: Decision | None = None

    def decide(self, scene: Scene) -> int:
        """A legal action for a scene of one lane; where the policy fails, the chord is kept."""
        judgement, mask = judge(scene)[0], legal(scene)[0]
        question = Question(observe(scene)[0], judgement, mask, self.w, self._temperature)
        self.question, self.decision = question, ask(self.policy, question, self._rng)
        self.is_fallback = self.decision is None
        if self.decision is None:
            self.failures += 1
            return int(mask.argmax())
        return int(self.decision.action)
