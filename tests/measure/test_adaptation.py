import numpy as np
import pytest

from melodyrl.core.policy.policy import RulePolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.env.players import CHARTS, full_plan
from melodyrl.measure.adaptation import AFTER, BEFORE, adapt, returned


def rates(after):
    """1 before the jump; on strong beats after it what is given, then 1."""
    rate = np.ones(BEFORE + AFTER)
    rate[BEFORE : BEFORE + 2 * len(after) : 2] = after
    return rate


def test_beats_until_strong_beats_are_right_again():
    assert returned(rates([])) == 0
    assert returned(rates([0.2])) == 2
    assert returned(rates([0.2, 0.5, 0.8])) == 6
    assert np.isnan(returned(rates([0.3] * (AFTER // 2))))


def test_one_lucky_beat_is_no_return_and_one_wrong_note_no_loss():
    assert returned(rates([0.95, 0.1, 0.1, 0.1])) == 8
    assert returned(rates([1.0, 1.0, 0.7, 1.0])) == 0


def test_the_rule_follows_a_tritone_through_the_engine_at_once():
    """It plays the nearest chord tone, which the engine must have heard in the new key."""
    plan = full_plan(np.random.default_rng(2), 3, "test", CHARTS)

    found = adapt(RulePolicy(FULL), plan)

    after = found.beats.index(0)
    assert found.rate[after:] == pytest.approx([1.0] * AFTER)
    assert np.mean(found.stayed[after:]) < 0.5
    assert found.returned == 0
