import numpy as np
import pytest

from melodyrl.core.policy.habit import habit
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.players import LIVE, full_plan


def lanes_after(steps, lanes=64, preset=FULL, density=1.25, seed=3):
    """Lanes that have played at random for so many steps, and what they see."""
    rng = np.random.default_rng(seed)
    plan = full_plan(rng, lanes, "train", LIVE) if preset.is_full else None
    played = MelodyLanes(preset, lanes, rng, density=density, plan=plan)
    seen = played.reset()
    for _ in range(steps):
        chances = seen.mask * rng.random(seen.mask.shape)
        seen = played.step(chances.argmax(axis=1)).observation
    return played, seen


def usual(played, seen):
    preset = played.preset
    return habit(
        played.melody, played.context, played.density, played.w, seen.judgement, seen.mask, preset
    )


@pytest.mark.parametrize("preset", [FULL, EIGHT_BAR], ids=lambda preset: preset.name)
@pytest.mark.parametrize("steps", [0, 1, 9, 25])
def test_every_action_has_a_finite_habit(preset, steps):
    played, seen = lanes_after(steps, preset=preset)

    nats = usual(played, seen)

    assert nats.shape == seen.mask.shape
    assert nats.dtype == np.float32
    assert np.isfinite(nats).all()


def test_one_lane_has_the_habit_that_it_has_among_others():
    played, seen = lanes_after(40)
    together = usual(played, seen)
    lane = np.array([7])

    alone = habit(
        played.melody.take(lane),
        played.context.take(lane),
        played.density[lane],
        played.w[lane],
        seen.judgement[lane],
        seen.mask[lane],
        FULL,
    )

    np.testing.assert_allclose(alone[0], together[7], rtol=1e-5)


def test_people_begin_notes_on_beats_rather_than_between_them():
    played, seen = lanes_after(0)
    played.melody.age[:], played.melody.since[:] = 4, 4
    played.melody.sounding[:] = True
    seen = played.with_state(played.melody, played.context, played.density)

    def onset(step):
        played.context.step[:] = step
        nats = usual(played, seen)
        likely = np.exp(nats - nats.max(axis=1, keepdims=True)) * seen.mask
        return (likely[:, FULL.actions.first_pitch :].sum(axis=1) / likely.sum(axis=1)).mean()

    assert onset(8) > 2 * onset(9)


def test_a_wish_for_more_notes_makes_them_likelier():
    def onset(density):
        played, seen = lanes_after(17, density=density)
        nats = usual(played, seen)
        return (nats[:, FULL.actions.first_pitch :] - nats[:, [FULL.actions.rest]]).mean()

    assert onset(3.0) > onset(1.0) > onset(0.4)


def test_a_leading_tone_is_expected_to_rise():
    played, seen = lanes_after(0)
    played.melody.recent[:, -3:] = 7, 9, 11
    played.context.minor[:] = False
    mask = np.ones_like(seen.mask)

    nats = habit(
        played.melody, played.context, played.density, played.w, seen.judgement, mask, FULL
    )

    first = FULL.actions.first_pitch
    assert set(nats[:, first:].argmax(axis=1)) == {12}
