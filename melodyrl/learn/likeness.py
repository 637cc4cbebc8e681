"""How much like people's a policy's melodies are: figures that no reward is made of."""

from pathlib import Path

import numpy as np

from melodyrl.core.engine.events import KNOBS
from melodyrl.core.policy import checkpoint
from melodyrl.env.players import CHARTS, full_plan
from melodyrl.measure.figures import SURPRISE, figures
from melodyrl.measure.people import people
from melodyrl.measure.perform import Sampled, perform, tunes
from melodyrl.measure.roster import lanes_for
from melodyrl.measure.row import summarise

LIKENESS = "overlap"
"""The figure that a sweep goes by: mean area shared with the histograms of people's tunes."""

CHARTED = 24
SEED = 2


def likeness(policy: Path) -> dict[str, float]:
    """Play CHARTED test charts as live, all knobs as usual; a small `melodyrl evaluate`."""
    learned, rng = checkpoint.load(policy), np.random.default_rng(SEED)
    lanes = lanes_for({}, full_plan(rng, CHARTED, "test", CHARTS))
    played = perform(lanes, Sampled(learned, KNOBS["temperature"][2], rng))
    known = people()
    found = figures(tunes(played, "policy"), known.trigram, 0)
    row = summarise("policy", found, known.bands, rng)
    inside = row.centres_inside / row.centres
    return {LIKENESS: row.overlap, "inside": inside, "bits": row.statistics[SURPRISE].mean}
