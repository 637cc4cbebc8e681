"""Does it always play the same? Many takes on one progression, compared with one another.

The takes of a progression are of one feel, for two stretches of a tune of people's are; the next
progression has the next feel.
"""

from dataclasses import dataclass

import numpy as np

from melodyrl.core.engine.events import KNOBS
from melodyrl.core.policy.feel import FEELS
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.env.plan import Plan
from melodyrl.env.tune import Tune
from melodyrl.measure.perform import Sampled, Told, perform, tunes
from melodyrl.measure.roster import lanes_for
from melodyrl.measure.similarity import pairwise


@dataclass(frozen=True, slots=True)
class Variety:
    """Takes on one progression, means over several."""

    takes: int
    progressions: int
    distinct: float
    """Different melodies among the first eight bars of the takes of a progression."""
    similarity: float
    """Mean over every two of them, 0 to 1."""


def vary(
    policy: NetworkPolicy, plan: Plan, takes: int, rng: np.random.Generator, told: Told
) -> Variety:
    """So many takes on each progression of a plan."""
    progressions = len(plan.length)
    progression = np.repeat(np.arange(progressions), takes)
    lanes, feels = lanes_for({}, plan.take(progression)), 1 + progression % len(FEELS)
    played = perform(lanes, Sampled(policy, KNOBS["temperature"][2], rng, feels), told)
    heard = [_beginning(tune) for tune in tunes(played, "take")]
    groups = [heard[n : n + takes] for n in range(0, len(heard), takes)]
    distinct = [len({_notes(tune) for tune in group}) for group in groups]
    alike = [float(pairwise(group).mean()) for group in groups]
    return Variety(takes, progressions, float(np.mean(distinct)), float(np.mean(alike)))


def _beginning(tune: Tune) -> Tune:
    """The notes that begin in the first eight bars."""
    inside = tune.onset < 8 * tune.bar_steps
    parts = tune.onset[inside], tune.duration[inside], tune.pitch[inside]
    return Tune(tune.name, *parts, tune.bar_steps, tune.beat_steps, tune.tonic, tune.minor)


def _notes(tune: Tune) -> bytes:
    return tune.onset.tobytes() + tune.pitch.tobytes()
