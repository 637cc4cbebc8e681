"""The names of the feels say what the tables hold."""

import numpy as np
import pytest

from melodyrl.core.policy import feel
from melodyrl.core.policy.actions import HOLD, ONSET, REST


def counts(name):
    """Events in 4/4, (16, 8, 3) by sixteenth and age."""
    return feel._events()[1 + feel.FEELS.index(name), 0].sum(axis=0)


def rate(name):
    return feel.rates()[1 + feel.FEELS.index(name)]


def begins(name, steps):
    """Share of the onsets that fall on these sixteenths."""
    onsets = counts(name)[..., ONSET].sum(axis=1)
    return onsets[steps].sum() / onsets.sum()


def test_a_ballad_is_slowest_and_a_reel_and_a_hornpipe_are_fastest():
    slowest_first = sorted(feel.FEELS, key=rate)

    assert slowest_first[0] == "ballad"
    assert set(slowest_first[-2:]) == {"reel", "hornpipe"}


def test_a_song_rests_most():
    def rests(name):
        return counts(name)[..., REST].sum() / counts(name).sum()

    assert max(feel.FEELS, key=rests) == "song"


def test_a_hymn_keeps_to_the_beat():
    beats = [0, 4, 8, 12]

    assert begins("hymn", beats) > 0.8
    assert begins("song", beats) < 0.7


def test_a_hornpipe_is_dotted():
    assert max(feel.FEELS, key=lambda name: begins(name, [3, 7, 11, 15])) == "hornpipe"


def test_chances_are_chances():
    np.testing.assert_allclose(feel.events().sum(axis=-1), 1.0)
    np.testing.assert_allclose(feel.moves().sum(axis=-1), 1.0)
    np.testing.assert_allclose(feel.events_anywhere().sum(axis=-1), 1.0)
    assert feel.shares().sum() == pytest.approx(1.0)
    assert feel.events()[:, :, :, :, :, HOLD].min() > 0


def test_a_wanted_density_is_kept_on_the_whole_and_within_its_bounds():
    rows = np.arange(1, 1 + len(feel.FEELS))
    paced = feel.pace(np.full(len(rows), 1.25, np.float32), rows)

    assert (feel.shares() * paced).sum() == pytest.approx(1.25, rel=1e-3)
    assert feel.pace(np.float32(1.25), np.array([feel.EVERYONE])) == pytest.approx(1.25)
    assert feel.pace(np.full(6, 4.0, np.float32), rows).max() <= feel.BUSIEST
