"""Puts the last decision into words and numbers for the page."""

from collections.abc import Callable

import numpy as np

from melodyrl.core.engine.chord_mind import ChordMind
from melodyrl.core.engine.mind import Mind
from melodyrl.core.engine.snapshot import Bar, Choice, Why
from melodyrl.core.music import pitch_name
from melodyrl.core.policy.chords.actions import ACTIONS as CHORD_ACTIONS
from melodyrl.core.policy.chords.judge import TERMS
from melodyrl.core.policy.presets import FULL

_ALTERNATIVES = 4


def explain(mind: Mind, base: int, bar: Bar | None) -> Why | None:
    """The last decision and the best of what was legal instead; None where there is none."""
    return _explain(mind, FULL.terms, lambda action: _name(action, base), bar)


def explain_chord(mind: ChordMind, home: int | None) -> Why | None:
    """The same of the last chord."""
    if home is None:
        return None
    return _explain(mind, TERMS, lambda action: _chord_name(action, home))


def _explain(
    mind: Mind | ChordMind,
    terms: tuple[str, ...],
    name: Callable[[int], str],
    bar: Bar | None = None,
) -> Why | None:
    question, decision = mind.question, mind.decision
    if question is None or decision is None:
        return None
    values_A = decision.q_AK @ question.w
    legal = [int(action) for action in np.flatnonzero(question.mask)]
    best = sorted(legal, key=lambda action: (-values_A[action], action))
    chosen = int(decision.action)

    def choice(action: int) -> Choice:
        named = zip(terms, map(float, question.judgement[action]), strict=True)
        chance = float(decision.chances_A[action])
        return Choice(name(action), tuple(named), float(values_A[action]), chance)

    others = tuple(choice(action) for action in best if action != chosen)
    return Why(choice(chosen), others[:_ALTERNATIVES], bar)


def _chord_name(action: int, home: int) -> str:
    if action == CHORD_ACTIONS.hold:
        return "hold"
    return CHORD_ACTIONS.chords[action - 1].transposed(home).name


def _name(action: int, base: int) -> str:
    actions = FULL.actions
    if action == actions.hold:
        return "hold"
    if action == actions.rest:
        return "rest"
    return pitch_name(base + int(actions.offsets[action]))
