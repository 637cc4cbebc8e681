"""Who is measured: players without learning, the policy at several preferences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from melodyrl.core.engine.events import KNOBS, KnobName
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.env import baselines
from melodyrl.env.baselines import Strategy
from melodyrl.env.beam import Beam
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.plan import Plan
from melodyrl.measure.imitator import imitator
from melodyrl.measure.people import People
from melodyrl.measure.perform import Sampled
from rewards.preference import KNOB_TERMS, FloatArray, weights

Generator = np.random.Generator

DEFAULT = "policy"
"""The row that everything else is measured for: default knobs, default temperature."""

BEAM = 32
"""Melodies that the beam search keeps."""

BEST_PAID = f"beam {BEAM}"
"""The row that knows the whole chart and is paid the most: the rewards' own optimum, nearly."""


@dataclass(frozen=True, slots=True)
class Player:
    """One row of the table."""

    name: str
    strategy: Callable[[Generator], Strategy]
    knobs: Mapping[KnobName, float] = field(default_factory=dict)
    """Those that are not at their defaults."""
    is_random: bool = True
    """Another seed plays otherwise."""
    is_costly: bool = False
    """It is heard over fewer progressions."""


def players(policy: NetworkPolicy, people: People) -> list[Player]:
    """Every row, the simplest first."""
    at = KNOBS["temperature"][2]

    def learned(rng: Generator) -> Strategy:
        return Sampled(policy, at, rng)

    def fixed(strategy: Strategy) -> Callable[[Generator], Strategy]:
        return lambda _: strategy

    return [
        Player("random", baselines.random_legal),
        Player("random chord tone", baselines.random_chord_tone),
        Player("nearest chord tone", fixed(baselines.nearest_chord_tone), is_random=False),
        Player("scale", fixed(baselines.scale), is_random=False),
        Player("arpeggio", fixed(baselines.arpeggio), is_random=False),
        Player("n-gram sampler", lambda rng: imitator(people, rng)),
        Player("one-step greedy", fixed(baselines.greedy), is_random=False),
        Player(BEST_PAID, lambda _: Beam(BEAM), is_random=False, is_costly=True),
        Player(DEFAULT, learned),
        Player("policy, harmonic", learned, {"harmony": 1.0}),
        Player("policy, smooth", learned, {"smoothness": 1.0}),
        Player("policy, diverse", learned, {"diversity": 1.0}),
        Player("policy, calm", learned, {"density": 0.8}),
        Player("policy, busy", learned, {"density": 2.2}),
    ]


def lanes_for(knobs: Mapping[KnobName, float], plan: Plan) -> MelodyLanes:
    """Lanes over a plan with all knobs but the given ones at their defaults."""
    return lanes_of(knob_weights(knobs), knobs.get("density", KNOBS["density"][2]), plan)


def lanes_of(w: FloatArray, density: FloatArray | float, plan: Plan) -> MelodyLanes:
    """Lanes over a plan with preferences (K,) or (N, K) and density targets () or (N,)."""
    # Nothing is drawn where the plan, the weights and the density are given.
    unused = np.random.default_rng(0)
    return MelodyLanes(FULL, len(plan.length), unused, weights=w, density=density, plan=plan)


def knob_weights(knobs: Mapping[KnobName, float]) -> FloatArray:
    """Weights of the terms (K,) with all knobs but the given ones at their defaults."""
    turned = {term: knobs.get(term, KNOBS[term][2]) for term in KNOB_TERMS}
    return weights(turned, FULL.terms)
