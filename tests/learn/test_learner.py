import numpy as np
import pytest
import torch

from melodyrl.learn.learner import Learner
from melodyrl.learn.network import DuelingNetwork, best_action
from melodyrl.learn.replay.accumulator import Batch

D, A, K, B = 5, 4, 3, 16


def network(**choices) -> DuelingNetwork:
    made = DuelingNetwork(D, A, K, generator=torch.Generator().manual_seed(3), hidden=8, **choices)
    with torch.no_grad():  # the heads begin at zero; stir them
        for head in (made.advantage, made.value):
            torch.nn.init.normal_(head.weight, generator=torch.Generator().manual_seed(4))
    return made


def inputs(seed: int = 0):
    rng = np.random.default_rng(seed)
    mask = rng.random((B, A)) < 0.6
    mask[:, 1] = True
    floats = [rng.normal(size=shape) for shape in ((B, D), (B, K), (B, A, K))]
    return [*(torch.tensor(x, dtype=torch.float32) for x in floats), torch.from_numpy(mask)]


def batch(seed: int = 0, steps_left: float = 0.9) -> Batch:
    features, _, judgement, mask = (x.numpy() for x in inputs(seed))
    nexts = [x.numpy() for x in inputs(seed + 1)]
    return Batch(
        features.astype(np.float16),
        judgement.astype(np.float16),
        mask,
        np.ones(B, np.int64),
        np.zeros((B, K), np.float32),
        np.full(B, steps_left, np.float32),
        nexts[0].astype(np.float16),
        nexts[2].astype(np.float16),
        nexts[3],
    )


def test_an_untrained_network_is_one_step_greedy():
    fresh = DuelingNetwork(D, A, K, generator=torch.Generator().manual_seed(0))
    features, w, judgement, mask = inputs()

    q = fresh(features, w, judgement, mask)

    assert torch.equal(q, judgement)


@pytest.mark.parametrize("layer_norm", [False, True])
def test_the_mean_advantage_over_legal_actions_is_the_state_value(layer_norm):
    net = network(layer_norm=layer_norm)
    features, w, judgement, mask = inputs()

    future = net.future(features, w, judgement, mask)

    legal = mask.unsqueeze(2).float()
    mean = (future * legal).sum(1) / legal.sum(1)
    score = torch.bmm(judgement, w.unsqueeze(2)).squeeze(2)
    x = torch.cat([features, w, score], 1)
    for i, layer in enumerate(net.trunk):
        x = layer(x)
        x = torch.relu(net.norm[i](x) if layer_norm else x)
    torch.testing.assert_close(mean, net.value(x))


def test_what_is_illegal_changes_no_legal_value():
    net = network()
    features, w, judgement, mask = inputs()
    bent = net.advantage.weight.detach().clone()

    before = net.future(features[:1], w[:1], judgement[:1], mask[:1])
    illegal = int(torch.nonzero(~mask[0])[0])
    with torch.no_grad():
        net.advantage.weight[illegal * K : (illegal + 1) * K] += 10
    after = net.future(features[:1], w[:1], judgement[:1], mask[:1])

    assert not torch.equal(bent, net.advantage.weight)
    torch.testing.assert_close(before[:, mask[0]], after[:, mask[0]])


def test_an_illegal_action_is_never_best():
    _, w, q, mask = inputs()
    q[~mask] = 1e6 * torch.sign(w).repeat_interleave(A, 0)[(~mask).flatten()]

    assert mask[torch.arange(B), best_action(q, w, mask)].all()


def test_without_dueling_the_value_head_stays_zero():
    net = DuelingNetwork(D, A, K, generator=torch.Generator().manual_seed(3), dueling=False)
    learner = Learner(net, double=True, tau=0.01)

    learner.update(batch(), inputs()[1].numpy(), np.ones(B, np.float32), 1e-2)

    assert not net.value.weight.any()
    assert net.advantage.weight.any()


def double_target(net, target, b, w):
    """The equation of the target, one lane at a time."""
    rows = []
    for i in range(B):
        state = [torch.from_numpy(x[i : i + 1]).float() for x in (b.next_features,)]
        judgement = torch.from_numpy(b.next_judgement[i : i + 1]).float()
        mask = torch.from_numpy(b.next_mask[i : i + 1])
        online = net(state[0], w[i : i + 1], judgement, mask)[0]
        legal = [a for a in range(A) if mask[0, a]]
        best = max(legal, key=lambda a, q=online, v=w[i]: float(q[a] @ v))
        valued = target(state[0], w[i : i + 1], judgement, mask)[0, best]
        rows.append(torch.from_numpy(b.later[i]) + b.bootstrap[i] * valued)
    return torch.stack(rows)


def test_the_priority_is_the_weighted_sum_of_absolute_td_errors_of_double_dqn():
    net = network()
    learner = Learner(net, double=True, tau=0.01)
    with torch.no_grad():  # let online and target differ
        net.advantage.weight.add_(torch.randn(A * K, 8, generator=torch.Generator().manual_seed(9)))
    learner.actor.load_state_dict(net.state_dict())
    b, w = batch(), inputs()[1].abs()
    with torch.no_grad():
        y = double_target(net, learner.target, b, w)
        features, judgement = (torch.from_numpy(x).float() for x in (b.features, b.judgement))
        f = net.future_scale * net.future(features, w, judgement, torch.from_numpy(b.mask))[:, 1]

    outcome = learner.update(b, w.numpy(), np.ones(B, np.float32), 1e-3)

    expected = (w * (f - y).abs()).sum(1)
    np.testing.assert_allclose(outcome.error, expected, rtol=1e-4, atol=1e-4)


def test_at_a_termination_the_future_is_learned_to_be_nothing():
    net = network()
    learner = Learner(net, double=True, tau=0.01)
    b, w = batch(steps_left=0.0), inputs()[1].abs().numpy()

    first = learner.update(b, w, np.ones(B, np.float32), 1e-2).error.mean()
    for _ in range(300):
        last = learner.update(b, w, np.ones(B, np.float32), 1e-2).error.mean()

    assert last < 0.05 * first


def test_the_target_network_follows_by_tau():
    net = network()
    learner = Learner(net, double=True, tau=0.25)
    old = learner.target.value.weight.clone()

    learner.update(batch(), inputs()[1].numpy(), np.ones(B, np.float32), 1e-2)

    torch.testing.assert_close(
        learner.target.value.weight, old + 0.25 * (net.value.weight.detach() - old)
    )
