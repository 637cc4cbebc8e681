import numpy as np

from melodyrl.core.drums import scene
from melodyrl.core.drums.rules import TERMS
from melodyrl.env.baselines import random_legal
from melodyrl.env.canvas_lanes import CanvasLanes
from melodyrl.env.drum_players import DrumPatterns


def test_a_stroke_earns_what_it_mends():
    """The judgement of a stroke is how much nearer the rules it brings the pattern, clipped."""
    rng = np.random.default_rng(1)
    lanes = CanvasLanes(DrumPatterns(), 4, rng)
    seen = lanes.reset()
    for _ in range(6):
        before, easel = scene.left(lanes.easel), lanes.easel.take(np.arange(4))
        action = random_legal(rng)(lanes, seen)
        easel.paint(lanes.subject.size, action)
        step = lanes.step(action)
        mended = np.clip(before - scene.left(easel), -1, 1)
        np.testing.assert_allclose(step.reward, mended, atol=1e-5)
        assert np.array_equal(step.terminated, (scene.left(easel) <= 0).all(1))
        seen = step.observation


def test_what_the_player_set_cannot_be_painted():
    rng = np.random.default_rng(2)
    lanes = CanvasLanes(DrumPatterns(), 8, rng)
    seen = lanes.reset()
    for _ in range(60):
        fixed, before = lanes.easel.fixed.copy(), lanes.easel.canvas.copy()
        step = lanes.step(random_legal(rng)(lanes, seen))
        going = ~step.done
        after = lanes.easel.canvas
        assert np.array_equal(after[going][fixed[going]], before[going][fixed[going]])
        seen = step.observation


def test_an_episode_ends_when_it_must():
    rng = np.random.default_rng(3)
    subject = DrumPatterns()
    lanes = CanvasLanes(subject, 4, rng)
    seen, counts = lanes.reset(), np.zeros(4, int)
    for _ in range(2 * subject.strokes):
        step = lanes.step(random_legal(rng)(lanes, seen))
        counts += 1
        assert np.array_equal(step.truncated, ~step.terminated & (counts >= subject.strokes))
        counts[step.done] = 0
        seen = step.observation


def test_planes_and_terms_are_as_many_as_said():
    subject = DrumPatterns()
    easel = subject.begin(np.random.default_rng(4), 3)

    assert subject.see(easel).shape == (3, subject.planes, 16, 16)
    assert subject.judge(easel).shape == (3, 512, len(TERMS))
    assert np.abs(subject.judge(easel)).max() <= 1
