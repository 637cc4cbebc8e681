from itertools import product

import numpy as np
import pytest

from melodyrl.core.policy import observe
from melodyrl.core.policy.network import Form, Network
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env.baselines import greedy, play
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.players import eight_bar_plan
from melodyrl.env.progressions import test_progressions as kept_progressions
from melodyrl.measure.lookahead import looking_ahead
from rewards.preference import PREFERENCES, weights

W = weights(PREFERENCES["equal"], EIGHT_BAR.terms)
COUNT = 4
TAIL = 2


def network(scale):
    """One that values what is to come at random, times a scale."""
    form = Form(
        observe.size(EIGHT_BAR),
        EIGHT_BAR.actions.count,
        len(EIGHT_BAR.terms),
        16,
        future_scale=scale,
    )
    rng = np.random.default_rng(3)
    shapes = form.shapes().items()
    return Network(
        {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes}, form
    )


def lanes_of():
    plan = eight_bar_plan(kept_progressions(COUNT, 1))
    rng = np.random.default_rng(0)
    return MelodyLanes(EIGHT_BAR, COUNT, rng, weights=W, plan=plan)


def returns(strategy):
    return play(lanes_of(), strategy) @ W


def first_greedy_then(strategy):
    """The last two notes by a strategy, those before by one-step greedy."""
    last = EIGHT_BAR.decisions - TAIL
    return lambda lanes, seen: (greedy if lanes.position[0] < last else strategy)(lanes, seen)


def test_one_note_ahead_without_a_future_is_one_step_greedy():
    np.testing.assert_allclose(
        returns(looking_ahead(network(0.0), 1, 1.0)), returns(greedy), atol=1e-5
    )


@pytest.mark.parametrize("notes", [TAIL, TAIL + 1])
def test_it_ends_as_the_best_of_all_endings_does(notes):
    def ending(actions):
        row = np.array(actions)
        position = lambda lanes: lanes.position[0] - EIGHT_BAR.decisions + TAIL  # noqa: E731
        return first_greedy_then(lambda lanes, seen: np.full(COUNT, row[position(lanes)]))

    endings = product(range(EIGHT_BAR.actions.count), repeat=TAIL)
    best = np.max([returns(ending(actions)) for actions in endings], axis=0)
    value = 0.0 if notes == TAIL else 5.0  # beyond the end the network is not asked

    found = returns(first_greedy_then(looking_ahead(network(value), notes, 1.0)))

    np.testing.assert_allclose(found, best, atol=1e-4)
    assert (found > returns(greedy) - 1e-4).all()
