import numpy as np
import pytest

from melodyrl.cli.playing import open_policy
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.env import baselines
from melodyrl.env.beam import Beam
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.players import eight_bar_plan
from melodyrl.env.progressions import test_progressions as kept_progressions
from melodyrl.measure.perform import best
from rewards.preference import PREFERENCES, weights

EQUAL = weights(PREFERENCES["equal"], EIGHT_BAR.terms)
C_MAJOR = np.ones((1, 8), np.int16)


def notes_of(strategy, progressions=C_MAJOR) -> list[int]:
    """Offsets that a strategy plays over eight-bar progressions, in the first lane."""
    lanes = MelodyLanes(
        EIGHT_BAR,
        len(progressions),
        np.random.default_rng(0),
        weights=EQUAL,
        plan=eight_bar_plan(progressions),
    )
    seen, notes = lanes.reset(), []
    for _ in range(16):
        action = strategy(lanes, seen)
        notes.append(int(EIGHT_BAR.actions.offsets[action[0]]))
        seen = lanes.step(action).observation
    return notes


def test_arpeggio_climbs_the_chord():
    assert notes_of(baselines.arpeggio)[:7] == [0, 4, 7, 0, 4, 7, 0]


def test_scale_goes_up_and_down():
    assert notes_of(baselines.scale)[:14] == [0, 2, 4, 5, 7, 9, 11, 9, 7, 5, 4, 2, 0, 2]


def test_alternation_takes_two_tones_in_turn():
    assert notes_of(baselines.alternation)[:5] == [0, 4, 0, 4, 0]


def test_nearest_chord_tone_stays_until_the_chord_changes():
    over_c_then_g = np.array([[1, 8, 1, 8, 1, 8, 1, 8]], np.int16)

    notes = notes_of(baselines.nearest_chord_tone, over_c_then_g)

    assert notes[:8] == [0, 0, 0, 0, 2, 2, 2, 2]


def test_random_chord_tones_are_of_the_chord():
    notes = notes_of(baselines.random_chord_tone(np.random.default_rng(1)))

    assert set(notes) == {0, 4, 7}


def test_planning_further_earns_more():
    progressions = kept_progressions(12, 0)

    def earned(strategy) -> float:
        lanes = MelodyLanes(
            EIGHT_BAR,
            12,
            np.random.default_rng(0),
            weights=EQUAL,
            plan=eight_bar_plan(progressions),
        )
        return float((baselines.play(lanes, strategy) @ EQUAL).mean())

    chance = earned(baselines.random_legal(np.random.default_rng(0)))
    one, four, sixteen = (earned(s) for s in (baselines.greedy, Beam(4), Beam(16)))

    assert chance < one < four < sixteen


def test_a_beam_of_one_is_greedy():
    progressions = kept_progressions(4, 1)

    assert notes_of(Beam(1), progressions) == notes_of(baselines.greedy, progressions)


@pytest.mark.parametrize(
    "strategy",
    [
        baselines.random_legal(np.random.default_rng(0)),
        baselines.random_chord_tone(np.random.default_rng(0)),
        baselines.nearest_chord_tone,
        baselines.arpeggio,
        baselines.scale,
        baselines.alternation,
        baselines.greedy,
        Beam(2),
    ],
)
def test_every_strategy_plays_the_full_preset_legally(strategy):
    """The lanes refuse what is not legal, so an episode that ends was legal."""
    lanes = MelodyLanes(FULL, 6, np.random.default_rng(2), split="test")

    terms = baselines.play(lanes, strategy)

    assert np.isfinite(terms).all()
    assert terms.shape == (6, len(FULL.terms))


def test_a_beam_beats_greedy_on_the_full_preset():
    weights = np.full(6, 0.25, np.float32)

    def earned(strategy) -> float:
        lanes = MelodyLanes(FULL, 8, np.random.default_rng(2), split="test", weights=weights)
        return float((baselines.play(lanes, strategy) @ weights).mean())

    assert earned(Beam(4)) > earned(baselines.greedy)


def test_melodies_led_by_a_policy_earn_more_the_more_there_are():
    """One is what the policy plays by itself."""
    policy = open_policy("shipped")
    weights = np.full(6, 0.25, np.float32)

    def earned(strategy) -> float:
        lanes = MelodyLanes(FULL, 8, np.random.default_rng(2), split="test", weights=weights)
        return float((baselines.play(lanes, strategy) @ weights).mean())

    itself = earned(best(policy))
    assert earned(Beam(1, policy.network)) == pytest.approx(itself)
    four = earned(Beam(4, policy.network))
    assert four > max(itself, earned(Beam(4)))
