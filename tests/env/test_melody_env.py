import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from melodyrl.core.policy.presets import PRESETS
from melodyrl.env.melody_env import MelodyEnv
from melodyrl.errors import ConfigError


def play(env: MelodyEnv, seed: int) -> list[tuple]:
    env.reset(seed=seed)
    rng, steps, over = np.random.default_rng(seed), [], False
    while not over:
        w = env._lanes.w[0].copy()
        step = env.step(rng.choice(np.flatnonzero(env.action_masks())))
        steps.append((w, *step))
        over = step[2] or step[3]
    return steps


@pytest.mark.parametrize("name", PRESETS)
def test_gymnasium_finds_no_fault(name):
    check_env(MelodyEnv(name), skip_render_check=True)


@pytest.mark.parametrize("name", PRESETS)
def test_the_reward_is_the_weighted_sum_of_the_terms(name):
    env = MelodyEnv(name)

    for w, _, reward, _, _, info in play(env, 1):
        assert tuple(info["terms"]) == PRESETS[name].terms
        assert reward == pytest.approx(float(np.dot(w, list(info["terms"].values()))), abs=1e-6)


@pytest.mark.parametrize(("name", "terminated"), [("eight-bar", True), ("full", False)])
def test_only_the_task_that_has_an_end_terminates(name, terminated):
    steps = play(MelodyEnv(name), 2)

    assert steps[-1][3:5] == (terminated, not terminated)
    assert not any(step[3] or step[4] for step in steps[:-1])
    assert len(steps) in ((32,) if terminated else (192, 256))


def test_the_last_observation_is_the_end_and_not_a_new_beginning():
    env = MelodyEnv("eight-bar")
    first, _ = env.reset(seed=2)

    last = play(env, 2)[-1][1]

    assert not np.array_equal(last["features"], first["features"])
    assert np.array_equal(last["weights"], first["weights"])


def test_the_judgement_tells_the_reward_beforehand():
    env = MelodyEnv("full")
    seen, _ = env.reset(seed=4)
    for _ in range(60):
        action = int(np.flatnonzero(env.action_masks())[-1])
        told = seen["judgement"][action]
        seen, _, _, _, info = env.step(action)
        assert np.allclose(told, list(info["terms"].values()))


def test_illegal_actions_are_played_as_legal_ones():
    env = MelodyEnv("full")
    env.reset(seed=0)

    held = env.step(0)[4]["action"]
    low = env.step(2)[4]["action"]
    mask = env.action_masks()
    high = env.step(37)[4]["action"]

    assert held == 1
    assert low < 5
    assert not mask[37]
    assert mask[high]


def test_same_seed_same_episode():
    env = MelodyEnv("full")

    first, second = play(env, 5), play(env, 5)

    assert [step[2] for step in first] == [step[2] for step in second]


def test_weights_can_be_given_with_a_reset():
    env = MelodyEnv("eight-bar")
    weights = np.array([0.7, 0.1, 0.2, 0.25], np.float32)

    seen, _ = env.reset(seed=1, options={"weights": weights})

    assert (seen["weights"] == weights).all()


def test_ansi_shows_a_line_a_bar():
    env = MelodyEnv("eight-bar", render_mode="ansi")
    play(env, 3)

    lines = env.render().splitlines()

    assert len(lines) == 8
    assert all(len(line.split()) == 5 for line in lines)


def test_full_ansi_shows_rests_and_held_notes():
    env = MelodyEnv("full", render_mode="ansi")
    play(env, 3)

    text = env.render()

    assert len(text.splitlines()) == 16
    assert " -" in text
    assert " ." in text
    assert MelodyEnv("full").render() is None


@pytest.mark.parametrize("arguments", [{"preset": "nine-bar"}, {"render_mode": "human"}])
def test_arguments_that_are_not_known_are_refused(arguments):
    with pytest.raises(ConfigError, match="choose"):
        MelodyEnv(**arguments)


def test_a_step_before_the_first_reset_is_refused():
    with pytest.raises(ConfigError, match="reset"):
        MelodyEnv().step(0)
