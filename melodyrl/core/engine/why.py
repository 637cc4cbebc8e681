"""Puts the last decision into words and numbers for the page."""

import numpy as np

from melodyrl.core.engine.mind import Mind
from melodyrl.core.engine.snapshot import Choice, Why
from melodyrl.core.music import pitch_name
from melodyrl.core.policy.presets import FULL

_ALTERNATIVES = 4


def explain(mind: Mind, base: int) -> Why | None:
    """The last decision and the best of what was legal instead; None where there is none."""
    decision, judgement, mask = mind.decision, mind.judgement, mind.mask
    if decision is None or judgement is None or mask is None:
        return None
    values_A = decision.q_AK @ mind.w
    legal = [int(action) for action in np.flatnonzero(mask)]
    best = sorted(legal, key=lambda action: (-values_A[action], action))
    chosen = int(decision.action)

    def choice(action: int) -> Choice:
        terms = zip(FULL.terms, map(float, judgement[action]), strict=True)
        return Choice(_name(action, base), tuple(terms), float(values_A[action]))

    others = tuple(choice(action) for action in best if action != chosen)
    return Why(choice(chosen), others[:_ALTERNATIVES])


def _name(action: int, base: int) -> str:
    actions = FULL.actions
    if action == actions.hold:
        return "hold"
    if action == actions.rest:
        return "rest"
    return pitch_name(base + int(actions.offsets[action]))
