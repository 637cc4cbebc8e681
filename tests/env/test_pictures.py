import numpy as np
import pytest

from melodyrl.core.canvas import BLANK, Size
from melodyrl.env.baselines import random_legal
from melodyrl.env.canvas_lanes import CanvasLanes
from melodyrl.env.pictures import LIKENESS, TERMS, Pictures, easel, sprites, sprites_of
from melodyrl.env.progressions import split_of

SMALL = Size(6, 5, 3)


def counted(canvas, target, colours) -> np.ndarray:
    """What is on a canvas, by term, counted from nothing."""
    painted = canvas != BLANK
    pairs = (canvas == canvas[:, ::-1]) & painted
    if canvas.shape[1] % 2:
        pairs[:, canvas.shape[1] // 2] = False
    missing = sum(abs((target == c).sum() - (canvas == c).sum()) for c in range(colours))
    return np.array([(canvas == target).sum(), pairs.sum() / 2, -missing / 2, painted.sum()])


@pytest.mark.parametrize("size", [SMALL, Size(5, 4, 4)], ids=str)
def test_rewards_add_up_to_what_is_on_the_canvas(size):
    """After any strokes each term's sum is what is counted, less what the blank canvas had."""
    rng = np.random.default_rng(1)
    subject = Pictures(size)
    lanes = CanvasLanes(subject, 3, rng)
    seen = lanes.reset()
    aim = lanes.easel.aim.copy()
    total = np.zeros((3, len(TERMS)))
    start = [counted(lanes.easel.canvas[n], aim[n], size.colours) for n in range(3)]
    for _ in range(size.cells - 1):
        step = lanes.step(random_legal(rng)(lanes, seen))
        assert not step.done.any()
        total += step.reward
        seen = step.observation

    for n in range(3):
        gained = counted(lanes.easel.canvas[n], aim[n], size.colours) - start[n]
        np.testing.assert_allclose(total[n], gained, atol=1e-5)


def test_every_reward_is_at_most_one():
    rng = np.random.default_rng(2)
    lanes = CanvasLanes(Pictures(SMALL), 16, rng)
    seen = lanes.reset()
    for _ in range(60):
        assert np.abs(seen.judgement).max() <= 1
        step = lanes.step(random_legal(rng)(lanes, seen))
        seen = step.observation


def test_a_stroke_that_changes_nothing_is_not_legal():
    subject = Pictures(SMALL)
    lanes = CanvasLanes(subject, 1, np.random.default_rng(3))
    stroke = SMALL.action(4, 2, 1)

    assert lanes.reset().mask.all()
    seen = lanes.step(np.array([stroke])).observation

    assert list(np.flatnonzero(~seen.mask[0])) == [stroke]
    assert lanes.easel.canvas[0, 2, 4] == 1
    assert SMALL.stroke(stroke) == (4, 2, 1)


def test_a_canvas_that_is_its_target_is_done():
    target = np.ones((1, 5, 6), np.int8)
    begun = easel(target)
    begun.canvas[:] = 1
    begun.canvas[0, 0, 0] = BLANK
    lanes = CanvasLanes(Pictures(SMALL), 1, np.random.default_rng(4), easel=begun)
    lanes.reset()

    step = lanes.step(np.array([SMALL.action(0, 0, 1)]))

    assert step.terminated[0]
    assert not step.truncated[0]


def test_the_target_is_in_the_observation():
    subject = Pictures(SMALL)
    lanes = CanvasLanes(subject, 2, np.random.default_rng(5))
    planes = lanes.reset().features.reshape(2, subject.planes, 5, 6)

    assert np.array_equal(planes[:, 3:6].argmax(1), lanes.easel.aim)


def test_sprites_are_mirror_images_and_differ():
    for size in (Size(), Size(9, 12, 5)):
        drawn = sprites(np.random.default_rng(6), 200, size)

        assert np.array_equal(drawn, drawn[..., ::-1])
        assert len({each.tobytes() for each in drawn}) == 200
        assert set(np.unique(drawn)) == set(range(size.colours))


def test_no_test_sprite_is_ever_trained_on():
    rng = np.random.default_rng(7)

    for split in ("train", "test"):
        drawn = sprites_of(rng, 30, Size(), split)
        assert {split_of(each.ravel()) for each in drawn} == {split}


def test_likeness_wants_the_target_alone():
    assert dict(zip(TERMS, LIKENESS, strict=True))["target"] == LIKENESS.sum() == 1
