"""The Markov test: no reward needs more than the state, nor the state more than the features."""

import numpy as np
import pytest

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.observe import ECHOES, layout, observe
from melodyrl.core.policy.presets import EIGHT_BAR, FULL, Preset
from melodyrl.core.policy.state import NONE, Context, Melody, place, shift
from rewards import form
from tests.core.policy_history import Walk

RUNS = (1, 2, 3, 5, 8, 12, 16, 24)
FEWEST_ANSWERS = np.array([0, *RUNS, *(-run for run in RUNS)])
"""Of each class of runs."""

BOTH = pytest.mark.parametrize("preset", [EIGHT_BAR, FULL], ids=["eight-bar", "full"])


def wander(preset: Preset, lanes: int, steps: int, seed: int) -> Walk:
    walk = Walk(preset, lanes, seed)
    for _ in range(steps):
        walk.play(_draw(walk))
    return walk


def _draw(walk: Walk) -> np.ndarray:
    """A legal action for each lane, holds and rests as likely as all notes together."""
    mask = legal(walk.melody, walk.context, walk.preset.actions)
    chance = mask.astype(float)
    chance[:, : walk.preset.actions.first_pitch] *= 8.0
    chance /= chance.sum(axis=1, keepdims=True)
    return np.array([walk.rng.choice(len(row), p=row) for row in chance])


@BOTH
def test_reward_from_the_state_is_the_reward_from_the_whole_history(preset):
    lanes = 3
    walk = Walk(preset, lanes, seed=7)
    for _ in range(60 if preset.is_full else 32):
        judged = judge(walk.melody, walk.context, walk.target, preset)

        for lane in range(lanes):
            target = float(walk.target[lane])
            whole = walk.histories[lane].rewards(walk.context, lane, target, preset)
            np.testing.assert_allclose(judged[lane], whole, atol=2e-6)
        walk.play(_draw(walk))


@BOTH
def test_rewards_are_bounded_and_float32(preset):
    walk = wander(preset, 64, 40, seed=3)

    judged = judge(walk.melody, walk.context, walk.target, preset)

    assert judged.dtype == np.float32
    assert judged.shape == (64, preset.actions.count, len(preset.terms))
    assert np.abs(judged).max() <= 1.0
    assert (np.abs(judged).max(axis=(0, 1)) > 0.01).all(), "a term that is always 0"


def test_only_harmony_rhythm_and_form_are_paid_without_an_onset():
    walk = wander(FULL, 16, 40, seed=5)

    judged = judge(walk.melody, walk.context, walk.target, FULL)

    quiet = judged[:, :2]
    for term in ("smoothness", "diversity", "guard"):
        assert not quiet[..., FULL.terms.index(term)].any()
    assert not judged[:, FULL.actions.rest, FULL.terms.index("harmony")].any()


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_features_alone_give_back_the_reward_and_the_mask(preset, seed):
    """Read every input of the rewards out of the observation, and judge again."""
    walk = wander(preset, 32, 5 + 9 * seed, seed)
    features = observe(walk.melody, walk.context, walk.target, preset)

    decode = decode_full if preset.is_full else decode_eight_bar
    melody, context, target = decode(features)

    judged = judge(walk.melody, walk.context, walk.target, preset)
    np.testing.assert_allclose(judge(melody, context, target, preset), judged, atol=1e-6)
    mask = legal(walk.melody, walk.context, preset.actions)
    np.testing.assert_array_equal(legal(melody, context, preset.actions), mask)


def decode_eight_bar(features: np.ndarray) -> tuple[Melody, Context, np.ndarray]:
    at, lanes = layout(EIGHT_BAR), len(features)
    melody, context = Melody.start(lanes), Context.silent(lanes)
    context.chord[:] = features[:, at["chord"]] > 0.5
    context.scale[:, EIGHT_BAR.actions.offsets] = True
    quarter = features[:, at["quarter"]].argmax(axis=1)
    context.bar[:], context.step[:] = quarter // 4, quarter % 4 * 4
    context.level[:] = features[:, at["level"]].argmax(axis=1)
    melody.pending[:], context.final[:] = features[:, at["cadence"]].T > 0.5
    degrees = features[:, at["degrees"]].reshape(lanes, 7, 7)
    notes = EIGHT_BAR.actions.offsets[degrees.argmax(axis=2)]
    melody.recent[:, 1:] = np.where(degrees.any(axis=2), notes, NONE)
    return melody, context, np.ones(lanes, np.float32)


def decode_full(features: np.ndarray) -> tuple[Melody, Context, np.ndarray]:
    at, lanes = layout(FULL), len(features)
    melody, context = Melody.start(lanes), Context.silent(lanes)
    context.chord[:] = features[:, at["chord"]] > 0.5
    context.scale[:] = features[:, at["scale"]] > 0.5
    flags = features[:, at["flags"]].T > 0.5
    context.chord_changed[:], context.minor[:], is_12, context.final[:] = flags[:4]
    melody.pending[:], melody.sounding[:] = flags[4:]
    context.bar_steps[:] = np.where(is_12, 12, 16)
    context.step[:] = features[:, at["step"]].argmax(axis=1)
    context.level[:] = features[:, at["level"]].argmax(axis=1)
    context.bar[:] = features[:, at["bar"]].argmax(axis=1)
    values, present = np.split(features[:, at["pitches"]], 2, axis=1)
    melody.recent[:] = np.where(present > 0.5, np.rint(24.0 * values), NONE)
    melody.age[:] = np.rint(65.0 ** features[:, at["log_age"]][:, 0] - 1.0)
    melody.density[:] = features[:, at["density"]][:, 0]
    melody.since[:] = features[:, at["since"]].argmax(axis=1)
    melody.gaps[:] = 2.0 * features[:, at["gaps"]]
    classes = features[:, at["answers"]].reshape(lanes, 3, -1).argmax(axis=2)
    melody.answers[:] = FEWEST_ANSWERS[classes]
    began, up, moved = np.split(features[:, at["echoes"]], 3, axis=1)
    for number, lag in enumerate(form.LAGS):
        here = np.arange(lanes), place(context, lag)
        first = number * ECHOES
        past = melody.recent[:, -1] + np.rint(12.0 * up[:, first])
        unheard = np.where(began[:, first] < 0, form.UNHEARD, form.NONE)
        melody.past[here] = np.where(began[:, first] > 0, past, unheard)
        melody.past_move[here] = np.rint(7.0 * moved[:, first])
    return melody, context, features[:, at["density"]][:, 1]


def test_a_change_of_tonic_alters_no_interval_and_no_reward_of_the_same_pitches():
    """The base an octave higher: the machine judges the same pitches the same, edges apart."""
    walk = wander(FULL, 16, 30, seed=11)
    before = judge(walk.melody, walk.context, walk.target, FULL)
    moved = walk.melody.take(np.arange(16))
    shift(moved, np.arange(16), -12)

    after = judge(moved, walk.context, walk.target, FULL)

    free = [FULL.terms.index(term) for term in FULL.terms if term != "guard"]
    np.testing.assert_allclose(after[:, 2:26, free], before[:, 14:, free], atol=1e-6)
    np.testing.assert_allclose(after[:, :2], before[:, :2], atol=1e-6)


def test_judging_changes_nothing():
    walk = wander(FULL, 4, 20, seed=2)
    melody, context = walk.melody.take(np.arange(4)), walk.context.take(np.arange(4))

    judge(walk.melody, walk.context, walk.target, FULL)
    observe(walk.melody, walk.context, walk.target, FULL)
    legal(walk.melody, walk.context, FULL.actions)

    for kept, now in ((melody, walk.melody), (context, walk.context)):
        for name in kept.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(kept, name), getattr(now, name))
