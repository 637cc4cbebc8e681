"""How much like people's a policy's melodies are: figures that no reward is made of."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.events import KNOBS
from melodyrl.core.policy import checkpoint
from melodyrl.env.players import CHARTS, full_plan
from melodyrl.measure.figures import SURPRISE, figures
from melodyrl.measure.people import People, people
from melodyrl.measure.perform import perform, sampled, tunes
from melodyrl.measure.roster import lanes_for

LIKENESS = "overlap"
"""The figure that a sweep goes by: mean area shared with the histograms of people's tunes."""

CHARTED = 24
SEED = 2


def likeness(policy: Path) -> dict[str, float]:
    """Play CHARTED test charts as live, all knobs as usual; a small `melodyrl evaluate`."""
    learned, rng = checkpoint.load(policy), np.random.default_rng(SEED)
    lanes = lanes_for({}, full_plan(rng, CHARTED, "test", CHARTS))
    played = perform(lanes, sampled(learned, KNOBS["temperature"][2], rng))
    known = _people()
    found = figures(tunes(played, "policy"), known.trigram, 0)
    told = {name: _told(found.of(name)) for name in known.bands}
    overlaps = [band.overlap(told[name]) for name, band in known.bands.items()]
    inside = [band.holds(told[name].mean()) for name, band in known.bands.items()]
    bits = float(told[SURPRISE].mean())
    return {LIKENESS: float(np.mean(overlaps)), "inside": float(np.mean(inside)), "bits": bits}


def _told(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[~np.isnan(values)]


@cache
def _people() -> People:
    return people()
