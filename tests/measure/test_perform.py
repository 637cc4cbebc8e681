import numpy as np
import pytest

from melodyrl.core.policy.actions import HOLD, ONSET, REST
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.question import Question
from melodyrl.env.baselines import nearest_chord_tone, random_legal
from melodyrl.env.chords import TONES
from melodyrl.env.players import CHARTS, HEARD, full_plan
from melodyrl.measure.figures import NAMES, figures
from melodyrl.measure.perform import Performance, Sampled, boltzmann, perform, tunes
from melodyrl.measure.roster import lanes_for
from melodyrl.measure.trigram import count, trigram
from tests.measure.tunes import untrained

PLAN = full_plan(np.random.default_rng(1), 6, "test", CHARTS)
MODULATING = full_plan(np.random.default_rng(3), 40, "test", HEARD)


def played(strategy, plan=PLAN):
    return perform(lanes_for({}, plan), strategy)


def test_given_charts_are_in_common_time_and_known_beforehand():
    assert (PLAN.meter == 0).all()
    assert (PLAN.shift == 0).all()
    assert (PLAN.next_chord > 0).all()
    assert (MODULATING.next_chord == 0).all()


def test_notes_last_until_the_next_onset_or_rest():
    kind = np.array([[ONSET, HOLD, REST, ONSET, ONSET, HOLD]])
    plan = PLAN.take(np.array([0]))
    plan.length[:] = 6
    zeros = np.zeros((1, 6), np.int64)

    (tune,) = tunes(Performance(plan, kind, zeros + 60, zeros, np.zeros(1)), "x")

    assert tune.onset.tolist() == [0, 3, 4]
    assert tune.duration.tolist() == [2, 1, 2]
    assert tune.name == "x/0"


def test_a_tune_has_the_chords_of_its_plan():
    tune = tunes(played(random_legal(np.random.default_rng(0))), "x")[2]

    row = PLAN.chord[2, 0]

    assert tune.chords[0] == (0, sum(1 << int(pc) for pc in np.flatnonzero(TONES[row])))


def test_the_nearest_chord_tone_is_one_in_every_key():
    """Through changes of key too: pitches, chords and tonic move together."""
    assert (MODULATING.shift != 0).any()

    found = figures(tunes(played(nearest_chord_tone, MODULATING), "x"), trigram(count([])), 0)

    strong = found.values[:, NAMES.index("strong chord tones")]
    assert len(strong) > 10
    assert np.nanmin(strong) == 1


def test_the_tonic_is_the_one_that_was_heard():
    performance = played(random_legal(np.random.default_rng(0)), MODULATING)

    expected = np.cumsum(MODULATING.shift[:, :-1], axis=1) % 12

    assert (performance.tonic == expected).all()


def test_a_network_plays_in_lanes_as_it_plays_alone():
    policy, lanes = untrained(), lanes_for({}, PLAN)
    seen, rng = lanes.reset(), np.random.default_rng(0)
    choose = Sampled(policy, 0.0, rng)

    for _ in range(20):
        together = choose(lanes, seen)
        alone = [
            policy.decide(Question(*moment, 0.0), rng).action
            for moment in zip(seen.features, seen.judgement, seen.mask, lanes.w, strict=True)
        ]
        assert together.tolist() == alone
        seen = lanes.step(together).observation


def test_draws_follow_the_softmax_of_what_is_legal():
    score = np.tile(np.array([0.0, 1.0, 5.0]), (20_000, 1))
    mask = np.tile(np.array([True, True, False]), (20_000, 1))

    drawn = boltzmann(score, mask, 0.5, np.random.default_rng(0))

    assert np.bincount(drawn)[1] / len(drawn) == pytest.approx(1 / (1 + np.exp(-2)), abs=0.01)
    assert drawn.max() == 1


def test_what_is_told_adds_up_to_all_steps():
    told = []

    perform(lanes_for({}, PLAN), random_legal(np.random.default_rng(0)), told.append)

    assert sum(told) == 6 * FULL.bars * 16
