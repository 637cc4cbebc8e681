import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from PIL import Image

from melodyrl.core.canvas.drawing import rgb
from melodyrl.env.pictures import TERMS
from melodyrl.env.pixel_art_env import PixelArtEnv
from melodyrl.errors import ConfigError


@pytest.mark.parametrize("size", [(16, 16, 4), (4, 7, 2)], ids=str)
def test_gymnasium_finds_no_fault(size):
    check_env(PixelArtEnv(*size, render_mode="rgb_array"), skip_render_check=True)


def test_painting_the_target_earns_one_a_cell_and_ends():
    env = PixelArtEnv(6, 5, 3)
    target = np.arange(30).reshape(5, 6) % 3
    env.reset(seed=1, options={"target": target})

    steps = [env.step(env.action(x, y, target[y, x])) for y in range(5) for x in range(6)]

    assert [step[1] for step in steps] == [1.0] * 30
    assert [step[2] for step in steps] == [False] * 29 + [True]
    assert not steps[-1][3]


def test_the_reward_is_the_weighted_sum_of_the_terms():
    w = np.array([0.4, 0.3, 0.2, 0.1], np.float32)
    env = PixelArtEnv(weights=w)
    env.reset(seed=2)
    rng = np.random.default_rng(2)

    for _ in range(50):
        _, reward, *_, info = env.step(rng.integers(env.action_space.n))
        assert tuple(info["terms"]) == TERMS
        assert reward == pytest.approx(float(w @ list(info["terms"].values())), abs=1e-6)


def test_a_stroke_that_changes_nothing_pays_nothing_and_counts():
    env = PixelArtEnv(4, 4, 2, weights=np.ones(4, np.float32))
    env.reset(seed=3)
    env.step(env.action(1, 1, 1))

    rewards = [env.step(env.action(1, 1, 1)) for _ in range(15)]

    assert [step[1] for step in rewards] == [0.0] * 15
    assert [step[3] for step in rewards] == [False] * 14 + [True]


def test_the_same_seed_paints_the_same_target():
    one, two, other = (PixelArtEnv().reset(seed=seed)[0]["planes"] for seed in (4, 4, 5))

    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_the_picture_shows_canvas_and_target(tmp_path):
    env = PixelArtEnv(5, 4, 3, render_mode="rgb_array")
    target = np.tile([0, 1, 2, 1, 0], (4, 1))
    env.reset(seed=6, options={"target": target})
    env.step(env.action(4, 0, 2))

    picture = env.render()
    env.save_png(tmp_path / "canvas.png")

    canvas = np.full((4, 5), -1)
    canvas[0, 4] = 2
    assert np.array_equal(picture[:, : 5 * 12], rgb(canvas))
    assert np.array_equal(picture[:, -5 * 12 :], rgb(target))
    with Image.open(tmp_path / "canvas.png") as file:
        assert np.array_equal(np.asarray(file), picture)


def test_the_animation_ends_with_the_last_stroke(tmp_path):
    env = PixelArtEnv(5, 4, 3, render_mode="rgb_array")
    env.reset(seed=7)
    for x in range(5):
        env.step(env.action(x, 1, 1))

    env.save_animation(tmp_path / "drawing.gif", strokes_a_frame=1)

    with Image.open(tmp_path / "drawing.gif") as file:
        assert file.n_frames == 6
        file.seek(5)
        assert np.array_equal(np.asarray(file.convert("RGB")), env.render())


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: PixelArtEnv(3, 16), "3 x 16"),
        (lambda: PixelArtEnv(colours=1), "1 colours"),
        (lambda: PixelArtEnv(render_mode="human"), "'human'"),
        (lambda: PixelArtEnv().step(0), "reset"),
        (lambda: PixelArtEnv().reset(options={"target": np.full((16, 16), 4)}), "0 to 3"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(make, complaint):
    with pytest.raises(ConfigError, match=complaint):
        make()
