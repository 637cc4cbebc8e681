import itertools

import numpy as np
import pytest

from melodyrl.core.policy import observe as module
from melodyrl.core.policy.observe import ECHOES, layout, layout_hash, observe, size
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from rewards import form
from tests.core.policy_history import Walk

BOTH = pytest.mark.parametrize("preset", [EIGHT_BAR, FULL], ids=["eight-bar", "full"])


@BOTH
def test_the_layout_covers_the_features_once(preset):
    slices = list(layout(preset).values())

    assert slices[0].start == 0
    assert slices[-1].stop == size(preset)
    pairs = itertools.pairwise(slices)
    assert all(before.stop == after.start for before, after in pairs)


@BOTH
def test_features_are_finite_and_near_one(preset):
    walk = Walk(preset, 16, seed=4)
    for _ in range(40):
        walk.play(walk.rng.integers(preset.actions.first_pitch, preset.actions.count, 16))

    features = observe(walk.melody, walk.context, walk.target, preset)

    assert features.dtype == np.float32
    assert features.shape == (16, size(preset))
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= 4.0


@BOTH
def test_a_lane_is_seen_the_same_alone_and_among_others(preset):
    walk = Walk(preset, 8, seed=9)
    for _ in range(12):
        walk.play(np.full(8, preset.actions.first_pitch + 4))
    together = observe(walk.melody, walk.context, walk.target, preset)

    for lane in range(8):
        one = np.array([lane])
        alone = observe(walk.melody.take(one), walk.context.take(one), walk.target[one], preset)
        np.testing.assert_array_equal(alone[0], together[lane])


def test_the_hash_changes_with_preset_version_and_table(monkeypatch):
    hashes = {layout_hash(EIGHT_BAR), layout_hash(FULL)}

    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    hashes |= {layout_hash(EIGHT_BAR), layout_hash(FULL)}

    assert len(hashes) == 4
    assert all(len(text) == 16 for text in hashes)


def test_one_hots_have_one_place_where_the_thing_is_known():
    walk = Walk(FULL, 32, seed=1)
    for _ in range(20):
        walk.play(walk.rng.integers(2, 38, 32))
    at = layout(FULL)

    features = observe(walk.melody, walk.context, walk.target, FULL)

    for name in ("step", "level", "bar", "age", "last_class"):
        assert (features[:, at[name]].sum(axis=1) == 1).all(), name
    assert (features[:, at["intervals"]].sum(axis=1) == 2).all()
    np.testing.assert_array_equal(
        features[:, at["bass"]].sum(axis=1), (walk.context.bass >= 0).astype(np.float32)
    )


def test_echoes_show_what_began_bars_ago_across_the_bar_line():
    walk = Walk(FULL, 1, seed=1)
    walk.context.bar_steps[:] = 12
    walk.context.bar[:], walk.context.step[:] = 5, 10
    walk.melody.recent[0, -1] = 7
    walk.melody.past[0, :] = form.NONE
    walk.melody.past[0, 4 * 16 + 10] = 19  # one bar ago: bar 4
    walk.melody.past[0, 5 * 16 + 0] = 1  # the next sixteenth but one, of bar 6 less 1
    walk.melody.past[0, 3 * 16 + 11] = form.UNHEARD  # two bars ago

    features = observe(walk.melody, walk.context, walk.target, FULL)

    began, up, _ = features[0, layout(FULL)["echoes"]].reshape(3, 3, ECHOES)
    np.testing.assert_array_equal(began[0], [1, 0, 1, 0, 0, 0])
    np.testing.assert_allclose(up[0], [1.0, 0, -0.5, 0, 0, 0])
    np.testing.assert_array_equal(began[1], [0, -1, 0, 0, 0, 0])
