from itertools import pairwise

import numpy as np
import pytest

from melodyrl.core.policy import observe
from melodyrl.core.policy.presets import PRESETS
from melodyrl.env.baselines import random_legal
from melodyrl.env.lanes import MelodyLanes
from melodyrl.learn.replay.accumulator import accumulate, whole
from melodyrl.learn.replay.sampler import PrioritizedSampler, UniformSampler
from melodyrl.learn.replay.store import Store
from melodyrl.learn.replay.sum_tree import TOP, SumTree

WIDE = 8 * TOP


def filled(rows: int, lanes: int, steps: int, ending=None) -> Store:
    """A store whose feature, and whose every judgement, is the number of the vector step."""
    store = Store(rows, lanes, features=1, actions=2, terms=2)
    for t in range(steps):
        over, cut = (ending or {}).get(t, (False, False))
        store.append(
            np.full((lanes, 1), t),
            np.full((lanes, 2, 2), t),
            np.ones((lanes, 2), bool),
            np.zeros(lanes, int),
            np.full(lanes, over),
            np.full(lanes, cut),
        )
    return store


def test_every_node_of_the_tree_is_the_sum_of_its_children():
    rng = np.random.default_rng(0)
    tree = SumTree(WIDE)

    for _ in range(50):
        tree.set(rng.integers(WIDE, size=64), rng.random(64))

    assert len(tree.levels) == 1 + WIDE.bit_length() - TOP.bit_length()
    for above, below in pairwise(tree.levels):
        np.testing.assert_array_equal(above, below.reshape(-1, 2).sum(axis=1))


def test_an_index_that_comes_twice_takes_its_last_priority():
    tree = SumTree(8)

    tree.set(np.array([3, 3]), np.array([5.0, 2.0]))

    assert tree.total == 2.0


def test_leaves_are_found_in_proportion_and_zeros_never():
    tree = SumTree(4)
    tree.set(np.arange(4), np.array([1.0, 0.0, 3.0, 0.0]))

    found = tree.find(np.linspace(0, 4, 400, endpoint=False))

    assert np.bincount(found, minlength=4).tolist() == [100, 0, 300, 0]
    assert tree.find(np.array([4.0])).tolist() == [2], "a mass rounded up to the total"


def test_leaves_of_a_tall_tree_are_found_in_proportion_and_zeros_never():
    rng = np.random.default_rng(0)
    priority = rng.random(WIDE) * (rng.random(WIDE) < 0.3)
    tree = SumTree(WIDE)
    tree.set(np.arange(WIDE), priority)
    mass = np.linspace(0, tree.total, 4 * WIDE)

    found = tree.find(mass)

    assert (priority[found] > 0).all()
    sure = np.abs(np.cumsum(priority)[:, None] - mass[None, ::512]).min(axis=0) > 1e-9
    expected = np.searchsorted(np.cumsum(priority), mass[::512], side="right")
    np.testing.assert_array_equal(found[::512][sure], expected[sure])


@pytest.mark.parametrize("size", [1, 2, 3, 64, 65, TOP, TOP + 1, WIDE])
def test_a_tree_of_any_size_finds_its_last_leaf(size):
    tree = SumTree(size)
    tree.set(np.array([size - 1]), np.array([1.0]))

    assert tree.find(np.array([0.0, 0.99])).tolist() == [size - 1] * 2


def test_the_next_state_is_one_vector_step_on_also_across_the_end_of_the_ring():
    store = filled(rows=4, lanes=3, steps=6)
    index = np.array([3 * 3 + 1])  # row 3 holds step 3, row 0 step 4

    batch = accumulate(store, index, steps=1, gamma=0.9)

    assert batch.features[0, 0] == 3
    assert batch.next_features[0, 0] == 4
    assert batch.bootstrap[0] == np.float32(0.9)


def test_n_step_returns_add_later_rewards_and_stop_at_a_termination():
    store = filled(rows=10, lanes=1, steps=8, ending={4: (True, False)})

    batch = accumulate(store, np.array([1, 3]), steps=3, gamma=0.5)

    np.testing.assert_allclose(batch.later[:, 0], [0.5 * 2 + 0.25 * 3, 0.5 * 4])
    np.testing.assert_allclose(batch.bootstrap, [0.125, 0.0])


def test_a_transition_that_was_cut_off_is_not_whole_unless_it_terminated_before():
    store = filled(rows=10, lanes=1, steps=8, ending={2: (True, False), 4: (False, True)})

    assert whole(store, np.arange(6), steps=1).tolist() == [1, 1, 1, 1, 0, 1]
    assert whole(store, np.arange(6), steps=2).tolist() == [1, 1, 1, 0, 0, 1]


@pytest.mark.parametrize("kind", [UniformSampler, PrioritizedSampler])
@pytest.mark.parametrize("steps", [3, 7, 13])
def test_what_is_drawn_has_its_next_state_and_was_not_cut_off(kind, steps):
    rng = np.random.default_rng(1)
    store = filled(rows=5, lanes=2, steps=0)
    sampler = kind(store, 2, rng)
    for t in range(steps):
        row = store.append(
            np.full((2, 1), t),
            np.zeros((2, 2, 2)),
            np.ones((2, 2), bool),
            np.zeros(2, int),
            np.zeros(2, bool),
            np.array([False, t % 4 == 2]),
        )
        sampler.stored(row)

    index, importance = sampler.sample(200, 0.5)
    sampler.update(index, rng.random(200))
    index_again, _ = sampler.sample(200, 0.5)

    batch = accumulate(store, np.concatenate([index, index_again]), 2, 1.0)
    np.testing.assert_array_equal(batch.next_features - batch.features, 2)
    assert whole(store, index, 2).all()
    assert importance.max() == 1


def test_greater_errors_are_drawn_more_often_and_weigh_less():
    store = filled(rows=20, lanes=1, steps=0)
    sampler = PrioritizedSampler(store, 1, np.random.default_rng(0))
    for t in range(11):
        false, one = np.zeros(1, bool), np.ones((1, 2), bool)
        sampler.stored(
            store.append(
                np.full((1, 1), t), np.zeros((1, 2, 2)), one, np.zeros(1, int), false, false
            )
        )
    errors = np.where(np.arange(10) == 4, 1.0, 0.01)
    sampler.update(np.arange(10), errors)

    index, importance = sampler.sample(1000, 1.0)

    share = (errors + 1e-3) ** 0.6
    assert abs((index == 4).mean() - share[4] / share.sum()) < 0.01
    assert importance[index == 4].max() < importance[index != 4].min()


def test_bits_and_masks_come_back_as_they_were_kept():
    rng = np.random.default_rng(0)
    bits = np.array([True, False, True, True, False] * 5)
    features = np.where(bits, rng.integers(2, size=(4, 25)), rng.random((4, 25))).astype(np.float16)
    mask = rng.random((4, 11)) < 0.5
    store = Store(3, 4, features=25, actions=11, terms=2, bits=bits)

    store.append(
        features, np.zeros((4, 11, 2)), mask, np.arange(4), np.zeros(4, bool), np.zeros(4, bool)
    )

    np.testing.assert_array_equal(store.features(np.arange(4)), features)
    np.testing.assert_array_equal(store.mask(np.arange(4)), mask)
    assert store.arrays["bits"].shape == (12, 2)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_features_said_to_be_bits_are_never_anything_else(preset):
    rng = np.random.default_rng(0)
    lanes = MelodyLanes(preset, 32, rng)
    seen, bits = lanes.reset(), observe.bits(preset)

    for _ in range(200):
        assert np.isin(seen.features[:, bits], (0, 1)).all()
        seen = lanes.step(random_legal(rng)(lanes, seen)).observation

    assert bits.sum() > len(bits) / 2
