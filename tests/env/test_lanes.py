import numpy as np
import pytest

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.observe import layout, observe
from melodyrl.core.policy.presets import EIGHT_BAR, FULL, PRESETS, Preset
from melodyrl.core.policy.state import NONE, Melody
from melodyrl.env.baselines import random_legal
from melodyrl.env.lanes import BUSIEST, SPARSEST, MelodyLanes, follow_tonic
from melodyrl.env.players import eight_bar_plan

WEIGHTS = np.array([0.25, 0.25, 0.25, 0.25], np.float32)


def lanes_of(preset: Preset, count: int, seed: int = 0, **options) -> MelodyLanes:
    return MelodyLanes(preset, count, np.random.default_rng(seed), **options)


@pytest.mark.parametrize("name", PRESETS)
def test_the_reward_is_what_was_seen_before_the_action(name):
    lanes = lanes_of(PRESETS[name], 20)
    seen, choose = lanes.reset(), random_legal(np.random.default_rng(1))

    for _ in range(40):
        action = choose(lanes, seen)
        step = lanes.step(action)

        assert (step.reward == seen.judgement[np.arange(20), action]).all()
        assert np.abs(step.reward).max() <= 1
        assert np.isfinite(step.observation.features).all()
        assert step.observation.mask.any(axis=1).all()
        seen = step.observation


@pytest.mark.parametrize("name", PRESETS)
def test_lanes_see_what_the_state_says_also_after_a_reset(name):
    preset = PRESETS[name]
    lanes, choose = lanes_of(preset, 6), random_legal(np.random.default_rng(1))
    seen = lanes.reset()
    for _ in range(270):
        seen = lanes.step(choose(lanes, seen)).observation

        assert (seen.features == observe(lanes.melody, lanes.context, lanes.density, preset)).all()
    assert (seen.judgement == judge(lanes.melody, lanes.context, lanes.density, preset)).all()
    assert (seen.mask == legal(lanes.melody, lanes.context, preset.actions)).all()


def test_eight_bar_terminates_with_its_last_note_and_begins_anew():
    lanes, choose = lanes_of(EIGHT_BAR, 5), random_legal(np.random.default_rng(1))
    seen = lanes.reset()
    for _ in range(31):
        step = lanes.step(choose(lanes, seen))
        assert not step.done.any()
        assert step.final is step.observation
        seen = step.observation

    step = lanes.step(choose(lanes, seen))

    assert step.terminated.all()
    assert not step.truncated.any()
    assert (lanes.position == 0).all()
    assert (lanes.melody.recent == NONE).all()
    degrees = layout(EIGHT_BAR)["degrees"]
    assert not step.observation.features[:, degrees].any()
    assert (step.final_features[:, degrees].sum(axis=1) == 7).all()


def test_full_is_truncated_after_sixteen_bars_and_only_that_lane_begins_anew():
    lanes, choose = lanes_of(FULL, 30), random_legal(np.random.default_rng(1))
    seen = lanes.reset()
    length = lanes.plan.length.copy()
    assert set(length.tolist()) == {192, 256}

    for played in range(1, 257):
        step = lanes.step(choose(lanes, seen))
        seen = step.observation
        assert not step.terminated.any()
        assert (step.truncated == (played % length == 0)).all() or played > 192
        if played == 192:
            ended = step.truncated
            same = (step.final_features == seen.features).all(axis=1)
            assert same[~ended].all()
            assert not same[ended].any()
            assert (lanes.melody.recent[ended] == NONE).all()
            assert (lanes.melody.recent[~ended] != NONE).any(axis=1).all()
    assert step.truncated[length == 256].all()


def test_fixed_weights_and_progressions_stay():
    progressions = np.tile(np.array([1, 6, 8, 1, 1, 6, 8, 1], np.int16), (3, 1))
    lanes = lanes_of(EIGHT_BAR, 3, weights=WEIGHTS, plan=eight_bar_plan(progressions))
    seen, choose = lanes.reset(), random_legal(np.random.default_rng(1))

    for _ in range(40):
        seen = lanes.step(choose(lanes, seen)).observation

    assert (lanes.w == WEIGHTS).all()
    assert (lanes.plan.chord[:, :32:4] == progressions).all()


def test_preferences_are_drawn_per_episode_and_turn_at_bar_lines_in_full():
    lanes, choose = lanes_of(FULL, 60), random_legal(np.random.default_rng(1))
    seen, turned = lanes.reset(), 0
    for _ in range(64):
        before = lanes.w.copy()
        seen = lanes.step(choose(lanes, seen)).observation
        changed = (lanes.w != before).any(axis=1)
        assert (lanes.context.step[changed] == 0).all()
        turned += changed.sum()

    assert 10 < turned < 50  # 60 lanes, 4 or 5 bars, one in ten
    assert (lanes.density >= SPARSEST).all()
    assert (lanes.density <= BUSIEST).all()
    assert len(np.unique(lanes.density)) == 60


def test_an_eight_bar_episode_keeps_its_preferences():
    lanes, choose = lanes_of(EIGHT_BAR, 20), random_legal(np.random.default_rng(1))
    seen = lanes.reset()
    first = lanes.w.copy()
    for _ in range(31):
        seen = lanes.step(choose(lanes, seen)).observation

    assert (lanes.w == first).all()
    lanes.step(choose(lanes, seen))
    assert (lanes.w != first).any(axis=1).all()


def test_a_change_of_tonic_keeps_the_pitches_and_stays_in_range():
    melody = Melody.start(4)
    melody.recent[:, -1] = [20, 2, 34, 10]
    up = np.array([5, 5, 9, 0], np.int8)  # up a fourth, up a fourth, down a third, nothing

    follow_tonic(melody, up, FULL.actions)

    assert melody.recent[:, -1].tolist() == [15, 9, 25, 10]
    assert (melody.recent[:, -2] == NONE).all()


def test_an_illegal_action_is_refused():
    lanes = lanes_of(FULL, 2)
    lanes.reset()

    with pytest.raises(AssertionError, match="not legal"):
        lanes.step(np.array([0, 0]))


@pytest.mark.parametrize("name", PRESETS)
def test_same_seed_same_episodes(name):
    def run() -> np.ndarray:
        lanes, choose = lanes_of(PRESETS[name], 8, seed=7), random_legal(np.random.default_rng(1))
        seen, rewards = lanes.reset(), []
        for _ in range(50):
            step = lanes.step(choose(lanes, seen))
            rewards.append(step.reward)
            seen = step.observation
        return np.array(rewards)

    assert (run() == run()).all()
