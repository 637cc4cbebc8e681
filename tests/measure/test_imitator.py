import numpy as np

from melodyrl.env.players import CHARTS, full_plan
from melodyrl.measure.figures import figures
from melodyrl.measure.imitator import imitator
from melodyrl.measure.people import people
from melodyrl.measure.perform import perform, tunes
from melodyrl.measure.roster import lanes_for


def test_it_surprises_as_little_as_people_and_hears_no_chord():
    plan = full_plan(np.random.default_rng(1), 30, "test", CHARTS)
    known = people()

    played = perform(lanes_for({}, plan), imitator(known, np.random.default_rng(2)))
    found = figures(tunes(played, "x"), known.trigram, 0)

    assert abs(found.of("surprise").mean() - 2.8) < 0.2
    assert np.nanmean(found.of("strong chord tones")) < 0.6
    assert 0.8 < found.of("notes a beat").mean() < 2.0
