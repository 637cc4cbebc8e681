import numpy as np
import pytest

from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env.baselines import greedy, play, random_legal
from melodyrl.env.beam import Beam
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.optimum import NOTES, Optimum, reward_fingerprint
from melodyrl.env.players import eight_bar_plan
from melodyrl.env.progressions import test_progressions as kept_progressions
from rewards.preference import PREFERENCES, weights

COUNT = 3
PREFERRED = {name: weights(knobs, EIGHT_BAR.terms) for name, knobs in PREFERENCES.items()}


@pytest.fixture(scope="module")
def optimum() -> Optimum:
    solver = Optimum()
    assert len(solver.tables) == 3
    return solver


def lanes_over(progressions: np.ndarray, preferred: np.ndarray) -> MelodyLanes:
    return MelodyLanes(
        EIGHT_BAR,
        len(progressions),
        np.random.default_rng(0),
        weights=preferred,
        plan=eight_bar_plan(progressions),
    )


def play_notes(progressions: np.ndarray, preferred: np.ndarray, notes: np.ndarray) -> np.ndarray:
    lanes = lanes_over(progressions, preferred)
    index = np.arange(len(notes))
    terms = play(lanes, lambda lanes, seen: notes[index, lanes.position])
    return terms @ preferred.astype(np.float64)


@pytest.mark.parametrize("name", ["equal", "diverse"])
def test_the_best_notes_earn_exactly_the_optimum(optimum, name):
    progressions, preferred = kept_progressions(COUNT, 1), PREFERRED[name]

    solutions = [optimum.solve(row, preferred) for row in progressions]
    earned = play_notes(progressions, preferred, np.array([s.actions for s in solutions]))

    assert earned == pytest.approx([s.value for s in solutions], abs=1e-4)


def test_nothing_beats_the_optimum(optimum):
    progressions, preferred = kept_progressions(COUNT, 2), PREFERRED["lyrical"]
    best = np.array([optimum.solve(row, preferred).value for row in progressions])
    rng = np.random.default_rng(0)

    for strategy in (greedy, Beam(4), Beam(64), random_legal(rng)):
        earned = play(lanes_over(progressions, preferred), strategy) @ preferred
        assert (earned <= best + 1e-4).all()


def test_no_other_last_seven_notes_are_better(optimum):
    """A check that does not share the recursion: all changes of one note or of two neighbours."""
    progression, preferred = kept_progressions(1, 5), PREFERRED["equal"]
    solution = optimum.solve(progression[0], preferred)
    others = [solution.actions]
    for t in range(NOTES):
        for first in range(7):
            for second in range(7):
                notes = solution.actions.copy()
                notes[t : t + 2] = (first, second)[: len(notes[t : t + 2])]
                others.append(notes)

    earned = play_notes(np.repeat(progression, len(others), axis=0), preferred, np.array(others))

    assert earned.max() <= solution.value + 1e-4


def test_beginnings_are_exact_too(optimum):
    """The tables of fewer than seven notes agree with what the lanes see after so many."""
    progression, preferred = kept_progressions(1, 6), PREFERRED["equal"]
    lanes = lanes_over(progression, preferred)
    seen, state = lanes.reset(), 0
    rng = np.random.default_rng(0)
    for t in range(10):
        known = min(t, 7)
        for term, tables in optimum.tables.items():
            judged = seen.judgement[0, :, EIGHT_BAR.terms.index(term)]
            assert tables[known][:, state] == pytest.approx(judged, abs=1e-6)
        note = int(rng.integers(7))
        state = state % 7 ** min(t, 6) * 7 + note
        seen = lanes.step(np.array([note])).observation


def test_the_fingerprint_stays_while_the_rewards_do():
    first, second = reward_fingerprint(), reward_fingerprint()

    assert first == second
    assert len(first) == 16
