import numpy as np
import pytest

from melodyrl.core.policy.answers import FRESH, LAGS, MOVED, SAME, STRUCK, answer_of
from melodyrl.core.policy.feel import EVERYONE, FEELS, rates
from melodyrl.core.policy.habit import LONGEST, habit
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import place
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.players import LIVE, full_plan
from rewards import form
from rewards.preference import usual

FIRST = FULL.actions.first_pitch


def lanes_after(steps, lanes=64, density=1.25, seed=3, weights=None):
    """Lanes that have played at random for so many steps, and what they see."""
    rng = np.random.default_rng(seed)
    plan = full_plan(rng, lanes, "train", LIVE)
    played = MelodyLanes(FULL, lanes, rng, density=density, plan=plan, weights=weights)
    seen = played.reset()
    for _ in range(steps):
        chances = seen.mask * rng.random(seen.mask.shape)
        seen = played.step(chances.argmax(axis=1)).observation
    return played, seen


def nats_of(played, seen, intent=None):
    moment = played.melody, played.context, played.density, played.w
    return habit(*moment, seen.mask, intent or Intent.start(played.lanes))


def chances_of(played, seen, intent=None):
    nats = np.where(seen.mask, nats_of(played, seen, intent), -np.inf)
    likely = np.exp(nats - nats.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def onsets(chances):
    return chances[:, FIRST:].sum(axis=1)


def intent_of(lanes, way=None, lag=1, feel=EVERYONE):
    answer = FRESH if way is None else answer_of(way, LAGS.tolist().index(lag))
    intent = Intent.start(lanes)
    intent.feel[:], intent.answer[:] = feel, answer
    return intent


def weighing(**factors):
    """The usual weights, some of them so many times as much."""
    w = usual(FULL.terms).copy()
    for term, factor in factors.items():
        w[FULL.terms.index(term)] *= factor
    return w


@pytest.mark.parametrize("steps", [0, 1, 9, 25])
@pytest.mark.parametrize("way", [None, SAME, MOVED, STRUCK])
def test_every_action_has_a_finite_habit(steps, way):
    played, seen = lanes_after(steps)

    nats = nats_of(played, seen, intent_of(64, way))

    assert nats.shape == seen.mask.shape
    assert nats.dtype == np.float32
    assert np.isfinite(nats).all()


def test_one_lane_has_the_habit_that_it_has_among_others():
    played, seen = lanes_after(40)
    together = nats_of(played, seen, intent_of(64, MOVED))
    lane = np.array([7])

    alone = habit(
        played.melody.take(lane),
        played.context.take(lane),
        played.density[lane],
        played.w[lane],
        seen.mask[lane],
        intent_of(1, MOVED),
    )

    np.testing.assert_allclose(alone[0], together[7], rtol=1e-5)


def test_people_begin_notes_on_beats_rather_than_between_them():
    played, _ = lanes_after(0)
    played.melody.age[:], played.melody.since[:] = 4, 4
    played.melody.sounding[:] = True
    seen = played.with_state(played.melody, played.context, played.density)

    def onset(step):
        played.context.step[:] = step
        return onsets(chances_of(played, seen)).mean()

    assert onset(8) > 2 * onset(9)


def test_a_wish_for_more_notes_makes_them_likelier():
    def onset(density):
        return onsets(chances_of(*lanes_after(17, density=density))).mean()

    assert onset(3.0) > onset(1.0) > onset(0.4)


@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_the_line_has_no_say_in_when_a_note_begins(factor):
    as_usual = lanes_after(17, weights=weighing())
    otherwise = lanes_after(17, weights=weighing(smoothness=factor))

    np.testing.assert_allclose(
        onsets(chances_of(*as_usual)), onsets(chances_of(*otherwise)), rtol=1e-4
    )


def test_where_rhythm_weighs_nothing_notes_fall_anywhere_and_are_as_many():
    played, _ = lanes_after(0, weights=weighing(rhythm=0.0))
    played.melody.age[:], played.melody.since[:] = 4, 4
    played.melody.sounding[:] = True
    seen = played.with_state(played.melody, played.context, played.density)
    chance = []
    for step in range(16):
        played.context.step[:] = step
        chances = chances_of(played, seen)
        chance.append(onsets(chances).mean())
        assert chances[:, FULL.actions.rest].mean() < 0.1

    assert np.ptp(chance) < 1e-5
    assert 0.1 < chance[0] < 0.9


def test_a_leading_tone_is_expected_to_rise():
    played, seen = lanes_after(0)
    played.melody.recent[:, -3:] = 7, 9, 11
    played.context.minor[:] = False
    seen.mask[:] = True

    assert set(nats_of(played, seen)[:, FIRST:].argmax(axis=1)) == {12}


def test_the_same_notes_are_expected_where_a_bar_is_to_come_again():
    played, seen = lanes_after(20, weights=weighing())
    seen.mask[:] = True
    spot = place(played.context, 1)
    played.melody.past[np.arange(64), spot] = 9

    again = chances_of(played, seen, intent_of(64, SAME))
    new = chances_of(played, seen)

    assert again[:, FIRST + 9].mean() > 0.6
    assert new[:, FIRST + 9].mean() < 0.1


def test_the_same_step_is_expected_where_a_bar_is_to_be_a_sequence():
    played, seen = lanes_after(20, weights=weighing())
    seen.mask[:] = True
    played.melody.recent[:, -1] = 7
    played.context.minor[:] = False
    spot = np.arange(64), place(played.context, 2)
    played.melody.past[spot], played.melody.past_move[spot] = 4, -1

    chances = chances_of(played, seen, intent_of(64, MOVED, lag=2))

    # A step down from the fifth; where nobody would begin a note the line may still wait.
    assert chances[:, [FIRST + 5, FIRST + 6]].sum(axis=1).mean() > 0.6


def test_only_the_rhythm_is_expected_where_a_bar_is_to_have_that():
    played, seen = lanes_after(20, weights=weighing())
    seen.mask[:] = True
    spot = np.arange(64), place(played.context, 4)

    def chances(began):
        played.melody.past[spot] = began
        return chances_of(played, seen, intent_of(64, STRUCK, lag=4))

    assert onsets(chances(9)).mean() > 0.9
    assert onsets(chances(form.NONE)).mean() < 0.05
    np.testing.assert_allclose(chances(form.UNHEARD), chances_of(played, seen), rtol=1e-5)


def test_a_ballad_has_longer_notes_than_a_reel():
    played, _ = lanes_after(0)
    played.melody.age[:], played.melody.since[:] = 2, 2
    played.melody.sounding[:] = True
    played.context.step[:] = 2
    seen = played.with_state(played.melody, played.context, played.density)

    def onset(feel):
        row = 1 + FEELS.index(feel)
        # at its own density, which is what a wanted one comes to
        played.density[:] = rates()[row]
        return onsets(chances_of(played, seen, intent_of(64, feel=row))).mean()

    assert onset("reel") > 2 * onset("ballad")


def test_no_note_is_held_longer_than_people_hold_one():
    played, seen = lanes_after(24)
    held = played.melody.sounding.copy()
    assert held.any()

    played.melody.age[:] = LONGEST - 1
    before = chances_of(played, seen)[held, FULL.actions.hold]
    played.melody.age[:] = LONGEST
    after = chances_of(played, seen)[held, FULL.actions.hold]

    assert before.mean() > 0.3
    assert (after < 0.01).all()


def test_a_line_is_expected_to_come_back_to_its_middle():
    played, seen = lanes_after(0)
    played.melody.recent[:, -3:] = 19, 21, 19
    seen.mask[:] = True

    def expected(middle):
        """Pitch of the next note, on the mean, after two bars about a middle."""
        played.melody.past[:, :32:4] = middle
        chances = chances_of(played, seen)[:, FIRST:]
        return (chances @ FULL.actions.pitches / onsets(chances_of(played, seen))).mean()

    assert expected(9) < expected(19) - 0.5
