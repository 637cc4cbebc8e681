"""One line of the report: a player, or people, against the bands of people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from melodyrl.measure.bands import Band
from melodyrl.measure.estimate import Estimate, bootstrap
from melodyrl.measure.figures import Figures


@dataclass(frozen=True, slots=True)
class Row:
    """What one player, or people, came to."""

    name: str
    stretches: int
    centres: int
    """Statistics that it has."""
    centres_inside: int
    """Those of them whose mean lies in the band."""
    inside: Estimate
    """Share of single figures inside the bands: about .9 of people's, by definition."""
    overlap: float
    """Mean area that a statistic's histogram shares with people's."""
    statistics: Mapping[str, Estimate]
    reward: Estimate | None = None
    """Mean w·r a step, what the policy was trained for."""
    auc: float | None = None
    """Of a judge of statistics between it and people; .5 is indistinguishable."""
    auc_chords: float | None = None
    """The same with chords known, against lead sheets."""
    auc_notes: float | None = None
    """Of a small network that reads the notes."""
    tells: Mapping[str, float] = field(default_factory=dict)
    """The statistics that alone give it away the most, and the judge's area by each."""


def summarise(
    name: str,
    found: Figures,
    bands: Mapping[str, Band],
    rng: np.random.Generator,
    reward: Estimate | None = None,
) -> Row:
    """Means with intervals; stretches whose tunes have one name are drawn together."""
    _, group = np.unique([part.name for part in found.stretches], return_inverse=True)
    known = {each: found.of(each) for each in bands if not np.isnan(found.of(each)).all()}
    means = {each: bootstrap(values, group, rng) for each, values in known.items()}
    told = {each: values[~np.isnan(values)] for each, values in known.items()}
    inside = np.stack(
        [np.where(np.isnan(v), np.nan, bands[each].holds(v)) for each, v in known.items()], axis=1
    )
    overlaps = [bands[each].overlap(values) for each, values in told.items()]
    return Row(
        name=name,
        stretches=len(found.stretches),
        centres=len(known),
        centres_inside=sum(bool(bands[each].holds(means[each].mean)) for each in known),
        inside=bootstrap(np.nanmean(inside, axis=1), group, rng),
        overlap=float(np.mean(overlaps)),
        statistics=means,
        reward=reward,
    )
