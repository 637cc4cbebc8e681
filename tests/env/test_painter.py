import itertools
from pathlib import Path

import numpy as np
import pytest

from melodyrl.core.canvas import Size
from melodyrl.env.canvas_lanes import CanvasLanes
from melodyrl.env.painter import paint, read_painter
from melodyrl.env.pictures import LIKENESS, Pictures

SHIPPED = Path(__file__).parents[2] / "checkpoints" / "canvas.safetensors"


@pytest.mark.slow
def test_unseen_sprites_are_painted_right_from_a_blank_canvas():
    """At least 95 % of the cells of each of 20 sprites, none of them of the training split."""
    subject = Pictures(split="test")
    lanes = CanvasLanes(subject, 20, np.random.default_rng(99), weights=LIKENESS)
    lanes.reset()
    begun = lanes.easel.take(np.arange(20))
    given = CanvasLanes(subject, 20, np.random.default_rng(0), weights=LIKENESS, easel=begun)

    states = paint(read_painter(SHIPPED, subject), given)

    assert all((each[0] == -1).all() for each in states)
    assert all(len(each) <= 257 for each in states)
    right = [(each[-1] == aim).mean() for each, aim in zip(states, begun.aim, strict=True)]
    assert min(right) >= 0.95


def test_each_stroke_changes_one_cell():
    subject = Pictures(Size(8, 8, 4), split="test")
    lanes = CanvasLanes(subject, 2, np.random.default_rng(1), weights=LIKENESS)

    for states in paint(read_painter(SHIPPED, subject), lanes):
        changed = [(a != b).sum() for a, b in itertools.pairwise(states)]
        assert changed == [1] * len(changed)
