import numpy as np
import pytest

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.network import Network
from melodyrl.core.policy.observe import observe, size
from melodyrl.core.policy.policy import GreedyPolicy, NetworkPolicy, RulePolicy, choose
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.core.policy.question import Question
from tests.core.policy_files import form, tensors
from tests.core.policy_history import Walk

BOTH = pytest.mark.parametrize("preset", [EIGHT_BAR, FULL], ids=["eight-bar", "full"])


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def moment(preset, temperature: float, steps: int = 9, seed: int = 0, habit=None) -> Question:
    walk = Walk(preset, 1, seed)
    for _ in range(steps):
        mask = legal(walk.melody, walk.context, preset.actions)
        walk.play(np.array([walk.rng.choice(np.flatnonzero(mask[0]))]))
    return look(walk, temperature, habit)


def look(walk, temperature: float, habit=None) -> Question:
    preset = walk.preset
    return Question(
        observe(walk.melody, walk.context, walk.target, preset)[0],
        judge(walk.melody, walk.context, walk.target, preset)[0],
        legal(walk.melody, walk.context, preset.actions)[0],
        equal_w(preset),
        temperature,
        habit,
    )


def equal_w(preset) -> np.ndarray:
    return np.full(len(preset.terms), 1 / len(preset.terms), np.float32)


@BOTH
def test_at_temperature_zero_the_best_legal_action_is_taken(preset):
    question = moment(preset, 0.0)

    decision = GreedyPolicy(preset).decide(question, generator())

    score = np.where(question.mask, question.judgement @ question.w, -np.inf)
    assert decision.action == score.argmax()
    np.testing.assert_array_equal(decision.terms, question.judgement[decision.action])


def test_actions_are_drawn_as_often_as_boltzmann_says():
    q = np.array([[0.0], [1.0], [2.0], [9.0]], np.float32)
    mask = np.array([True, True, True, False])
    w, rng = np.ones(1, np.float32), generator()

    drawn = [choose(q, q, mask, w, 0.8, rng).action for _ in range(4000)]

    expected = np.exp(np.arange(3) / 0.8)
    share = np.bincount(drawn, minlength=4) / 4000
    np.testing.assert_allclose(share, [*(expected / expected.sum()), 0], atol=0.03)


@pytest.mark.parametrize("temperature", [1e-300, 1e-9, 0.1, 1e9])
def test_no_temperature_draws_an_illegal_action(temperature):
    q = np.linspace(-300, 300, 38, dtype=np.float32)[:, None]
    rng = generator(1)
    for _ in range(200):
        mask = rng.random(38) < 0.1
        mask[rng.integers(38)] = True
        decision = choose(q, q, mask, np.ones(1, np.float32), temperature, rng)
        assert mask[decision.action]


def test_at_temperature_0_the_best_legal_action_is_taken_and_what_it_earns_is_told():
    q = np.array([[0, 0], [3, 1], [1, 0], [2, 5], [4, 0], [9, 9]], np.float32)
    mask = np.array([True, True, True, True, True, False])
    w = np.array([1.0, 0.1], np.float32)

    decision = choose(q, q * 0.5, mask, w, 0.0, generator())

    assert decision.action == 4
    np.testing.assert_array_equal(decision.terms, [4, 0])
    np.testing.assert_array_equal(decision.reward, [2, 0])


def test_a_lone_legal_action_is_taken():
    q = np.zeros((3, 2), np.float32)
    mask = np.array([False, True, False])

    decision = choose(q, q, mask, np.ones(2, np.float32), 0.5, generator())

    assert decision.action == 1
    assert decision.chances_A.tolist() == [0, 1, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused(bad):
    q = np.zeros((3, 1), np.float32)
    q[1] = bad
    w = np.ones(1, np.float32)

    with pytest.raises(FloatingPointError):
        choose(q, q, np.ones(3, bool), w, 0.1, generator())
    with pytest.raises(FloatingPointError):
        choose(np.zeros_like(q), q, np.zeros(3, bool), w, 0.1, generator())


def test_an_illegal_action_may_have_any_value():
    q = np.array([[np.nan], [1.0]], np.float32)
    mask = np.array([False, True])

    assert choose(q, q, mask, np.ones(1, np.float32), 0.1, generator()).action == 1


def test_weights_that_overflow_are_refused_without_a_warning():
    shape = form()
    huge = {name: np.full_like(values, 3e38) for name, values in tensors(shape).items()}

    policy = NetworkPolicy(Network(huge, shape), EIGHT_BAR)

    with pytest.raises(FloatingPointError):
        policy.decide(moment(EIGHT_BAR, 0.1), generator())


def test_the_same_seed_draws_the_same_actions():
    question, policy = moment(FULL, 1.0), GreedyPolicy(FULL)

    def drawn(seed: int) -> list[int]:
        rng = generator(seed)
        return [policy.decide(question, rng).action for _ in range(50)]

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_the_rule_plays_the_nearest_chord_tone_on_beats_and_holds_between():
    walk, policy = Walk(FULL, 1, seed=0), RulePolicy(FULL)
    walk.context.bar_steps[:] = 16
    played = []
    for step in range(16):
        walk.context.chord[0] = False
        walk.context.chord[0, [5, 9, 0] if step >= 8 else [0, 4, 7]] = True
        walk.context.step[0] = step
        walk.context.level[0] = 2 if step % 4 == 0 else 4
        action = policy.decide(look(walk, 0.0), generator()).action
        played.append(action)
        walk.play(np.array([action]))

    assert played == [2 + 12, 0, 0, 0] * 4
    walk.context.chord[0] = False
    walk.context.chord[0, [2, 5, 9]] = True
    walk.context.level[0] = 0
    action = policy.decide(look(walk, 0.0), generator()).action
    assert FULL.actions.offsets[action] == 14


def test_the_rule_takes_the_scale_without_a_chord_and_rests_without_either():
    walk, policy = Walk(FULL, 1, seed=0), RulePolicy(FULL)
    walk.context.level[0] = 0
    walk.context.chord[0] = walk.context.scale[0] = False
    assert policy.decide(look(walk, 0.0), generator()).action == FULL.actions.rest

    walk.context.scale[0, [1, 3]] = True
    action = policy.decide(look(walk, 0.0), generator()).action
    assert FULL.actions.offsets[action] == 13


@BOTH
@pytest.mark.parametrize("fill", [np.nan, np.inf, -np.inf, 1e38, 0.0, -1.0])
def test_the_rule_never_raises(preset, fill):
    rule, rng = RulePolicy(preset), generator()
    features = np.full(size(preset), fill, np.float32)
    judgement = np.full((preset.actions.count, len(preset.terms)), fill, np.float32)
    w = np.full(len(preset.terms), fill, np.float32)
    for share in np.linspace(0, 1, 20):
        mask = rng.random(preset.actions.count) < share
        action = rule.decide(Question(features, judgement, mask, w, fill), rng).action
        assert 0 <= action < preset.actions.count


@BOTH
def test_every_policy_plays_an_episode_of_legal_actions(preset):
    network = NetworkPolicy(Network(tensors(form(preset)), form(preset)), preset)
    for policy in (network, GreedyPolicy(preset), RulePolicy(preset)):
        walk, rng = Walk(preset, 1, seed=6), generator()
        for _ in range(32):
            question = look(walk, 0.2)
            decision = policy.decide(question, rng)
            assert question.mask[decision.action]
            walk.play(np.array([decision.action]))


def by_habit(preset) -> Question:
    habit = generator(3).normal(size=preset.actions.count).astype(np.float32)
    return moment(preset, 0.4, habit=habit)


@BOTH
def test_what_was_thought_about_is_decided_alike_and_only_drawn(preset, monkeypatch):
    plain, ahead = (
        NetworkPolicy(Network(tensors(form(preset)), form(preset)), preset) for _ in range(2)
    )
    question = by_habit(preset)
    expected = [plain.decide(question, generator(seed)) for seed in range(9)]
    ahead.think(question)
    monkeypatch.delattr("melodyrl.core.policy.policy.weigh")

    decisions = [ahead.decide(question, generator(seed)) for seed in range(9)]

    for mine, its in zip(expected, decisions, strict=True):
        assert mine.action == its.action
        assert mine.chances_A.tobytes() == its.chances_A.tobytes()
        assert mine.q_AK.tobytes() == its.q_AK.tobytes()


def test_a_thought_that_is_not_finite_is_told_where_it_is_decided():
    shape = form(EIGHT_BAR)
    broken = {name: np.full_like(each, np.nan) for name, each in tensors(shape).items()}
    policy = NetworkPolicy(Network(broken, shape), EIGHT_BAR)
    question = by_habit(EIGHT_BAR)

    policy.think(question)

    with pytest.raises(FloatingPointError):
        policy.decide(question, generator())
