"""Does a knob do what it is called? Each in 21 settings, heard through a metric of its name.

No metric here is what the knob's reward term computes, and all settings of a knob play over the
same progressions, each in the same feel: what changes is the knob.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.events import KNOBS, KnobName
from melodyrl.core.policy.feel import FEELS
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.env.plan import Plan
from melodyrl.measure.bands import Band
from melodyrl.measure.figures import NAMES, Figures, figures
from melodyrl.measure.perform import Performance, Sampled, Told, perform, tunes
from melodyrl.measure.roster import knob_weights, lanes_of
from melodyrl.measure.trigram import Trigram

Floats = NDArray[np.float64]

SETTINGS = 21

METRICS: dict[KnobName, tuple[str, int]] = {
    "harmony": ("chord tones", 1),
    "smoothness": ("mean interval", -1),
    "diversity": ("distinct in eight", 1),
    "rhythm": ("syncopated", -1),
    "density": ("notes a beat", 1),
}
"""Of each knob, the statistic that its name promises, and whether it should rise or fall."""

GUARDED = ("compass", "repeated notes", "bars repeated", "notes a beat")
"""What no setting of a knob should take out of the bands, unless the knob is there to move it."""

MEASURED = 0.5
"""Share of another setting's stretches with which one says something of the bands: at a note in
four beats those few that have the notes to be measured are not what is heard."""


@dataclass(frozen=True, slots=True)
class Known:
    """What melodies are held against."""

    bands: Mapping[str, Band]
    model: Trigram


@dataclass(frozen=True, slots=True)
class KnobCurve:
    """What one knob did."""

    knob: KnobName
    metric: str
    settings: tuple[float, ...]
    heard: tuple[float, ...]
    """Mean of the metric at each setting."""
    spearman: float
    """Rank correlation of settings and metric, signed so that 1 is what the name promises."""
    outside: Mapping[str, tuple[float, ...]]
    """Of GUARDED, those whose mean leaves the band, and at which settings."""


@dataclass(frozen=True, slots=True)
class Front:
    """Harmony against diversity while one knob is exchanged for the other."""

    points: tuple[tuple[float, float], ...]
    """(chord tones, distinct in eight) at each mixture, from diversity alone to harmony alone."""
    hypervolume: float


def turn(
    policy: NetworkPolicy, knob: KnobName, plan: Plan, seed: int, known: Known, told: Told
) -> KnobCurve:
    """One knob from its lowest setting to its highest, all others at their defaults."""
    settings = np.linspace(*KNOBS[knob][:2], SETTINGS)
    found = _heard(policy, [{knob: float(each)} for each in settings], plan, seed, known, told)
    metric, direction = METRICS[knob]
    means, count = _means(found), np.array([len(each.stretches) for each in found])
    heard, enough = means[:, NAMES.index(metric)], count >= MEASURED * count.max()
    outside = {
        name: tuple(
            settings[enough & ~known.bands[name].holds(means[:, NAMES.index(name)])].tolist()
        )
        for name in GUARDED
        if name != metric
    }
    return KnobCurve(
        knob,
        metric,
        tuple(settings.tolist()),
        tuple(heard.tolist()),
        spearman(settings, direction * heard),
        {name: left for name, left in outside.items() if left},
    )


def front(
    policy: NetworkPolicy, mixtures: int, plan: Plan, seed: int, known: Known, told: Told
) -> Front:
    """Harmony from none to all, and diversity from all to none."""
    share = np.linspace(0.0, 1.0, mixtures).tolist()
    knobs: list[dict[KnobName, float]] = [
        {"harmony": each, "diversity": 1.0 - each} for each in share
    ]
    means = _means(_heard(policy, knobs, plan, seed, known, told))
    harmony, diversity = (
        means[:, NAMES.index(name)] for name in ("chord tones", "distinct in eight")
    )
    points = tuple(zip(harmony.tolist(), diversity.tolist(), strict=True))
    return Front(points, hypervolume(points))


def hypervolume(points: Sequence[tuple[float, float]]) -> float:
    """Area under a front of (chord tones 0..1, distinct of eight 1..8), as a share of the whole."""
    area, reached = 0.0, 1.0
    for harmony, diversity in sorted(points, reverse=True):
        area += harmony * max(diversity - reached, 0.0)
        reached = max(reached, diversity)
    return area / 7.0


def spearman(first: Floats, second: Floats) -> float:
    """Rank correlation of what is known; ties share their ranks. NaN where one never changes."""
    known = ~(np.isnan(first) | np.isnan(second))
    one, other = _ranks(first[known]), _ranks(second[known])
    if not known.any() or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _ranks(values: Floats) -> Floats:
    return (values[:, None] > values).sum(axis=1) + 0.5 * (values[:, None] == values).sum(axis=1)


def _heard(
    policy: NetworkPolicy,
    knobs: Sequence[Mapping[KnobName, float]],
    plan: Plan,
    seed: int,
    known: Known,
    told: Told,
) -> list[Figures]:
    """What is heard at each setting, all over the same plan."""
    count = len(plan.length)
    setting = np.repeat(np.arange(len(knobs)), count)
    w = np.stack([knob_weights(each) for each in knobs])[setting]
    default = KNOBS["density"][2]
    density = np.array([each.get("density", default) for each in knobs], np.float32)[setting]
    lanes = lanes_of(w, density, plan.take(np.tile(np.arange(count), len(knobs))))
    rng, temperature = np.random.default_rng(seed), KNOBS["temperature"][2]
    feels = np.tile(1 + np.arange(count) % len(FEELS), len(knobs))
    played = perform(lanes, Sampled(policy, temperature, rng, feels), told)
    parts = [_part(played, setting == n) for n in range(len(knobs))]
    return [figures(tunes(part, "knob"), known.model, 0) for part in parts]


def _part(played: Performance, chosen: NDArray[np.bool_]) -> Performance:
    return Performance(
        played.plan.take(chosen),
        played.kind[chosen],
        played.pitch[chosen],
        played.tonic[chosen],
        played.reward[chosen],
    )


def _means(found: Sequence[Figures]) -> Floats:
    """Of all statistics at each setting, (settings, NAMES)."""
    return np.stack([each.means() for each in found])
