"""Asks the policy for a decision, and the rules where it fails; keeps why it was taken."""

from collections.abc import Mapping
from copy import deepcopy

import numpy as np

from melodyrl.core.engine.events import Feel, KnobName
from melodyrl.core.policy.feel import FEELS
from melodyrl.core.policy.intent import Intent, intend
from melodyrl.core.policy.policy import Decision, Policy, RulePolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.question import Question
from melodyrl.core.policy.state import Context, Melody
from melodyrl.errors import ConfigError
from rewards.preference import KNOB_TERMS, weights


class Mind:
    """A policy with the present knobs, and the rules that stand in for it.

    Raises:
        ConfigError: the policy was not made for the full preset.
    """

    def __init__(
        self,
        policy: Policy,
        knobs: Mapping[KnobName, float],
        feel: Feel,
        rng: np.random.Generator,
    ) -> None:
        if policy.preset.name != FULL.name:
            raise ConfigError(
                f"The policy {policy.name!r} is made for the preset {policy.preset.name!r}; "
                f"playing live needs one for {FULL.name!r}."
            )
        self.policy = policy
        self.feel: Feel = feel
        self._rules = RulePolicy(FULL)
        self._rng = rng
        self._spare_rng = deepcopy(rng)
        self.failures = 0
        self.is_fallback = False
        self.question: Question | None = None
        self.decision: Decision | None = None
        self.turns = 0
        """How often the knobs were turned."""
        self.turn(knobs)

    def turn(self, knobs: Mapping[KnobName, float]) -> None:
        """Take over the present knobs."""
        self.turns += 1
        self.knobs = dict(knobs)
        self.w = weights({term: self.knobs[term] for term in KNOB_TERMS}, FULL.terms)
        self.temperature = self.knobs["temperature"]
        self.density = np.array([self.knobs["density"]], np.float32)

    def intend(self, intent: Intent, melody: Melody, context: Context) -> None:
        """Where a bar begins, draw what it is to be."""
        chosen = None if self.feel == "any" else 1 + FEELS.index(self.feel)
        intend(intent, melody, context, self.density, chosen, self._rng)

    def forget(self) -> None:
        """The last decision is past."""
        self.question = self.decision = None

    def think(self, question: Question) -> None:
        """Let the policy work ahead."""
        self.policy.think(question)

    def foretell(self, question: Question) -> int | None:
        """What `decide` would say now, where the policy does not fail. It draws nothing."""
        self._spare_rng.bit_generator.state = self._rng.bit_generator.state
        decision = ask(self.policy, question, self._spare_rng)
        return None if decision is None else int(decision.action)

    def decide(self, question: Question) -> int:
        """A legal action; at least one is."""
        decision = ask(self.policy, question, self._rng)
        self.is_fallback = decision is None
        if decision is None:
            self.failures += 1
            decision = self._rules.decide(question, self._rng)
        self.question, self.decision = question, decision
        return int(decision.action)


def ask(policy: Policy, question: Question, rng: np.random.Generator) -> Decision | None:
    """A policy's decision; None where it fails or decides what is illegal."""
    mask = question.mask
    try:
        decision = policy.decide(question, rng)
        is_legal = 0 <= decision.action < len(mask) and bool(mask[decision.action])
    except Exception:  # noqa: BLE001 - whatever a policy does, the music goes on
        return None
    return decision if is_legal else None
