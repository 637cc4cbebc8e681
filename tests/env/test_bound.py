import numpy as np
import pytest

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import Melody, advance
from melodyrl.env import baselines
from melodyrl.env.beam import Beam
from melodyrl.env.bound import ROUNDING, Bound, Episode, Values, upper_bound
from melodyrl.env.lanes import MelodyLanes, follow_tonic
from melodyrl.env.players import full_plan
from rewards import rhythm
from rewards.preference import sample

STEPS = 68
"""Sixteenths of an episode here: past the fourth bar, from where form hears all three distances."""

EXACT = np.array([0.6, 0.4, 0.0, 0.0, 0.0, 0.0], np.float32)
"""Harmony and smoothness alone: nothing of them is relaxed."""

NEARLY = np.array([0.4, 0.3, 0.0, 0.3, 0.0, 0.0], np.float32)
"""With rhythm: exact but for the variety of gaps, and for where lines are raised a little."""


MODULATES, IN_THREE, MINOR = range(3)
"""Kinds of episodes."""


def episodes(seed: int, *kinds: int, weights: np.ndarray | None = None) -> MelodyLanes:
    """Short episodes of some kinds, of any preferences if none are given."""
    rng = np.random.default_rng(seed)
    plan = full_plan(rng, 400, "test")
    plan.length[:] = STEPS
    is_of = (plan.shift[:, 1:STEPS].any(axis=1), plan.meter == 1, plan.minor)
    plan = plan.take(np.array([np.flatnonzero(is_of[kind])[seed] for kind in kinds]))
    lanes = len(kinds)
    w = sample(rng, lanes, FULL.terms) if weights is None else np.tile(weights, (lanes, 1))
    density = rng.choice([0.4, 1.0, 2.0, 3.0], lanes).astype(np.float32)
    return MelodyLanes(FULL, lanes, rng, weights=w, density=density, plan=plan)


def played(lanes: MelodyLanes, strategy) -> tuple[list[Melody], np.ndarray]:
    """The melodies before each action, and w·r of each, (T, N)."""
    seen, melodies, rewards = lanes.reset(), [], []
    for _ in range(STEPS):
        melodies.append(lanes.melody.take(np.arange(lanes.lanes)))
        step = lanes.step(strategy(lanes, seen))
        rewards.append((step.reward * lanes.w).sum(axis=1))
        seen = step.observation
    return melodies, np.array(rewards, np.float64)


def all_next(
    lanes: MelodyLanes, lane: int, melody: Melody, t: int
) -> tuple[Melody, np.ndarray, np.ndarray]:
    """Every melody that any of some melodies can become, which one it was, and w·r of that."""
    plan = lanes.plan.take(np.full(melody.lanes, lane))
    context = plan.at(np.full(melody.lanes, t))
    density = np.full(melody.lanes, lanes.density[lane])
    reward = judge(melody, context, density, FULL) @ lanes.w[lane].astype(np.float64)
    parent, action = np.nonzero(legal(melody, context, FULL.actions))
    after = melody.take(parent)
    advance(after, context.take(parent), FULL.actions, action)
    follow_tonic(after, np.repeat(plan.shift[:1, t + 1], len(parent)), FULL.actions)
    return after, parent, reward[parent, action]


def best_of_all(lanes: MelodyLanes, lane: int, melody: Melody, start: int) -> float:
    """The best end of an episode by trying all of them."""
    earned = np.zeros(1)
    for t in range(start, STEPS):
        melody, parent, reward = all_next(lanes, lane, melody, t)
        earned = earned[parent] + reward
    return float(earned.max())


def best_of_next(
    lanes: MelodyLanes, lane: int, melody: Melody, t: int, bound: Bound, later: Values
) -> tuple[float, float]:
    """The best that an action earns with the values after it; the same if all gaps were fresh."""
    after, _, reward = all_next(lanes, lane, melody, t)
    value = reward + [bound.at(t + 1, later, after.take(np.array([n]))) for n in range(after.lanes)]
    variety = rhythm.variety(rhythm.age_class(melody.since), melody.gaps)
    missing = rhythm.FRESHEST - np.where(melody.since > 0, variety, 0.0)
    onset = after.since == 1
    return float(value.max()), float((value + lanes.w[lane, 3] * missing * onset).max())


def strategies() -> list[baselines.Strategy]:
    rng = np.random.default_rng(0)
    return [
        baselines.random_legal(rng),
        baselines.random_chord_tone(rng),
        baselines.scale,
        baselines.greedy,
        Beam(16),
        ascending,
    ]


def ascending(lanes: MelodyLanes, seen) -> np.ndarray:
    """A note each sixteenth, now up and now down, a step higher each bar: form pays the most."""
    first = FULL.actions.first_pitch
    step = lanes.context.step.astype(int)
    wanted = 4 + 2 * lanes.position // lanes.context.bar_steps + np.where(step % 2, 3, 0)
    far = np.abs(FULL.actions.pitches - wanted[:, None])
    return first + np.where(seen.mask[:, first:], far, 99).argmin(axis=1)


def test_nothing_that_is_played_earns_more_from_any_sixteenth_on():
    lanes = episodes(0, MODULATES)
    plays = [played(lanes, strategy) for strategy in strategies()]

    for lane in range(lanes.lanes):
        bound = Bound(Episode.of(lanes, lane))
        for t, values in zip(reversed(range(STEPS)), bound.backward(), strict=True):
            for melodies, rewards in plays:
                most = bound.at(t, values, melodies[t].take(np.array([lane])))
                assert most >= rewards[t:, lane].sum()


@pytest.mark.parametrize(
    ("kinds", "weights", "slack"),
    [((IN_THREE, MINOR), None, np.inf), ((MODULATES,), EXACT, 1e-4), ((MINOR,), NEARLY, 0.03)],
)
def test_no_action_earns_more_than_the_values_fall_by(kinds, weights, slack):
    """The step of the proof, for melodies as they are; where nothing is relaxed, the best action
    earns just that."""
    lanes = episodes(2, *kinds, weights=weights)
    chance = baselines.random_legal(np.random.default_rng(0))
    plays = [played(lanes, strategy)[0] for strategy in (chance, ascending)]

    for lane in range(lanes.lanes):
        bound, later = Bound(Episode.of(lanes, lane)), None
        for t, values in zip(reversed(range(STEPS)), bound.backward(), strict=True):
            if later is not None:
                for melodies in plays:
                    melody = melodies[t].take(np.array([lane]))
                    most = bound.at(t, values, melody)
                    best, if_fresh = best_of_next(lanes, lane, melody, t, bound, later)
                    assert best <= most + 1e-4
                    assert if_fresh >= most - slack
            later = values


@pytest.mark.parametrize("weights", [None, EXACT])
def test_no_end_of_an_episode_earns_more_of_all_there_are(weights):
    """From what chance has played; where nothing is relaxed, the bound is the best end itself."""
    lanes = episodes(3, MODULATES, IN_THREE, MINOR, weights=weights)
    melodies, _ = played(lanes, baselines.random_legal(np.random.default_rng(1)))

    for lane in range(lanes.lanes):
        bound = Bound(Episode.of(lanes, lane))
        for t, values in zip(range(STEPS - 1, STEPS - 4, -1), bound.backward(), strict=False):
            melody = melodies[t].take(np.array([lane]))
            best, most = best_of_all(lanes, lane, melody, t), bound.at(t, values, melody)
            assert most >= best
            if weights is not None:
                assert most == pytest.approx(best + ROUNDING, abs=1e-4)


def test_the_bound_is_less_than_the_best_of_each_term_in_each_sixteenth():
    """Of what a crowd that plays by chance is offered: what is said is more than that."""
    alone = episodes(4, MINOR)
    alone.reset()
    w, density = alone.w[0], float(alone.density[0])
    plan = alone.plan.take(np.zeros(40, int))
    crowd = MelodyLanes(FULL, 40, np.random.default_rng(0), weights=w, density=density, plan=plan)
    chance, offered = baselines.random_legal(np.random.default_rng(0)), []

    def watched(lanes: MelodyLanes, seen) -> np.ndarray:
        offered.append(seen.judgement[seen.mask].max(axis=0))
        return chance(lanes, seen)

    played(crowd, watched)

    assert upper_bound(Episode.of(alone, 0)) < (np.array(offered) @ w).sum()
