import numpy as np
import pytest

from melodyrl.core.policy.network import THOUGHTS, Form, Network
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from tests.core.policy_files import form, tensors

FORMS = pytest.mark.parametrize(
    "shape",
    [
        form(),
        form(layer_norm=True, future_scale=4.0),
        form(dueling=False),
        form(FULL, 32, known_reward=False),
        form(FULL, 32, layer_norm=True),
    ],
)


def inputs(shape: Form, lanes: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    features = rng.random((lanes, shape.features), np.float32)
    w = rng.random((lanes, shape.terms), np.float32)
    judgement = rng.uniform(-1, 1, (lanes, shape.actions, shape.terms)).astype(np.float32)
    mask = rng.random((lanes, shape.actions)) < 0.6
    mask[:, -1] = True
    return features, w, judgement, mask


def by_the_equations(t, shape: Form, features, w, judgement, mask) -> np.ndarray:
    """Q of one moment in float64, one number at a time."""
    score = [shape.known_reward * float(r @ w) for r in judgement]
    h = np.array([*features, *w, *score], np.float64)
    for layer in (0, 1):
        h = t[f"trunk.{layer}.weight"].astype(float) @ h + t[f"trunk.{layer}.bias"]
        if shape.layer_norm:
            h = (h - h.mean()) / np.sqrt(h.var() + 1e-5)
            h = h * t[f"norm.{layer}.weight"] + t[f"norm.{layer}.bias"]
        h = np.maximum(h, 0)
    q = np.empty((shape.actions, shape.terms))
    for k in range(shape.terms):
        value = t["value.weight"][k].astype(float) @ h + t["value.bias"][k]
        rows = range(k, shape.actions * shape.terms, shape.terms)
        gain = [
            t["advantage.weight"][row].astype(float) @ h + t["advantage.bias"][row] for row in rows
        ]
        mean = np.mean([gain[a] for a in range(shape.actions) if mask[a]])
        for a in range(shape.actions):
            future = value + gain[a] - mean if shape.dueling else gain[a]
            q[a, k] = shape.known_reward * judgement[a, k] + shape.future_scale * future
    return q


@FORMS
def test_the_folded_network_is_the_equations(shape):
    weights = tensors(shape)
    network = Network(weights, shape)

    for lane in zip(*inputs(shape, 3), strict=True):
        q = network.one(*lane)
        expected = by_the_equations(weights, shape, *lane)
        np.testing.assert_allclose(q, expected, rtol=1e-4, atol=1e-4)


@FORMS
def test_many_moments_are_each_the_one(shape):
    network = Network(tensors(shape), shape)
    features, w, judgement, mask = inputs(shape, 5)

    together = network.many(features, w, judgement, mask)

    assert together.dtype == np.float32
    for lane in range(5):
        alone = network.one(features[lane], w[lane], judgement[lane], mask[lane])
        np.testing.assert_allclose(together[lane], alone, rtol=1e-4, atol=1e-5)


def test_an_answer_is_not_overwritten_by_the_next():
    shape = form()
    network = Network(tensors(shape), shape)
    features, w, judgement, mask = inputs(shape, 2)
    first = network.one(features[0], w[0], judgement[0], mask[0])
    kept = first.copy()

    network.one(features[1], w[1], judgement[1], mask[1])

    np.testing.assert_array_equal(first, kept)


def test_heads_at_zero_give_the_known_reward():
    shape = form()
    weights = tensors(shape)
    for head in ("advantage", "value"):
        weights[f"{head}.weight"][:] = 0
        weights[f"{head}.bias"][:] = 0
    features, w, judgement, mask = inputs(shape, 1)

    q = Network(weights, shape).one(features[0], w[0], judgement[0], mask[0])

    np.testing.assert_array_equal(q, judgement[0])


def test_the_shapes_are_those_of_the_trained_network():
    shapes = form(EIGHT_BAR, hidden=16, layer_norm=True).shapes()

    assert shapes["trunk.0.weight"] == (16, 191 + 4 + 7)
    assert shapes["advantage.weight"] == (7 * 4, 16)
    assert shapes["norm.1.bias"] == (16,)
    assert len(shapes) == 12


@FORMS
def test_what_was_worked_out_ahead_is_what_would_be_worked_out_then(shape):
    plain, ahead = (Network(tensors(shape), shape) for _ in range(2))
    for features, w, judgement, mask in zip(*inputs(shape, 3), strict=True):
        ahead.think(features, w, judgement)

        answers = [each.one(features, w, judgement, mask) for each in (plain, ahead)]

        assert answers[0].tobytes() == answers[1].tobytes()


def test_a_thought_of_another_moment_is_not_used():
    network = Network(tensors(form()), form())
    features, w, judgement, mask = (each[0] for each in inputs(form(), 1))
    expected = network.one(features, w, judgement, mask)

    network.think(features + 1, w, judgement)

    assert network.one(features, w, judgement, mask).tobytes() == expected.tobytes()


def test_of_many_thoughts_each_is_used_for_its_own_moment():
    plain, ahead = (Network(tensors(form()), form()) for _ in range(2))
    moments = list(zip(*inputs(form(), THOUGHTS + 2), strict=True))
    for features, w, judgement, _ in moments:
        ahead.think(features, w, judgement)

    for features, w, judgement, mask in [*moments, *reversed(moments)]:
        expected = plain.one(features, w, judgement, mask)
        assert ahead.one(features, w, judgement, mask).tobytes() == expected.tobytes()
