from dataclasses import replace

import numpy as np
import pytest
import torch

from melodyrl.cli.train import Train
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import PRESETS
from melodyrl.core.policy.question import Question
from melodyrl.env.baselines import greedy
from melodyrl.errors import ConfigError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import decided_by, evaluate, table
from melodyrl.learn.melody_task import export, held_out_lanes, melody_task
from melodyrl.learn.network import DuelingNetwork
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, train

SMALL = TrainConfig(
    updates=12, lanes=8, batch=16, hidden=16, capacity=2_000, warmup=64, evaluations=1
)


def stirred(name, config) -> DuelingNetwork:
    """A network of this preset whose heads are not zero."""
    seen = held_out_lanes(PRESETS[name], 2).reset()
    network = DuelingNetwork(
        seen.features.shape[1],
        *seen.judgement.shape[1:],
        generator=torch.Generator().manual_seed(1),
        hidden=config.hidden,
        layer_norm=config.layer_norm,
        dueling=config.dueling,
        known_reward=config.known_reward,
        future_scale=config.future_scale,
    )
    with torch.no_grad():
        for parameter in network.parameters():
            noise = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2))
            parameter += 0.05 * noise
    return network


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize(
    "switches",
    [{}, {"layer_norm": True}, {"dueling": False}, {"known_reward": False}],
    ids=str,
)
def test_torch_equals_numpy_on_real_observations(tmp_path, name, switches):
    config = replace(SMALL, preset=name, **switches)
    network = stirred(name, config)
    lanes = held_out_lanes(PRESETS[name], 64)
    seen = lanes.reset()
    for _ in range(5):
        seen = lanes.step(greedy(lanes, seen)).observation
    mask = seen.mask & (np.random.default_rng(3).random(seen.mask.shape) < 0.7)
    mask[:, -1] |= ~mask.any(axis=1)
    arrays = (seen.features, lanes.w, seen.judgement, mask)

    export(PRESETS[name], tmp_path / "p.safetensors", network, config, {"reward": 0.5})
    policy = checkpoint.load(tmp_path / "p.safetensors")
    with torch.inference_mode():
        q_BAK = network(*map(torch.from_numpy, arrays)).numpy()

    assert not mask.all()
    np.testing.assert_allclose(policy.network.many(*arrays), q_BAK, atol=1e-5)
    for lane in range(8):
        one = policy.network.one(*(array[lane] for array in arrays))
        np.testing.assert_allclose(one, q_BAK[lane], atol=1e-5)


@pytest.mark.parametrize("name", list(PRESETS))
def test_the_shipped_file_plays_what_was_trained(tmp_path, name):
    run = begin(replace(SMALL, preset=name), melody_task(name), RunFolder(tmp_path))
    assert train(run, clock_ns=lambda: 0, stop=lambda: False, report=Silent())

    policy = checkpoint.load(run.folder.policy)
    assert policy.card.figures["updates"] == 12
    assert policy.card.config["seed"] == 1
    lanes = held_out_lanes(PRESETS[name], 16)
    seen = lanes.reset()
    trained = run.trainer.learner.act(seen.features, lanes.w, seen.judgement, seen.mask)
    moments = zip(seen.features, seen.judgement, seen.mask, lanes.w, strict=True)
    decided = [policy.decide(Question(*each, 0.0), lanes_rng()).action for each in moments]
    assert decided == trained.tolist()


def lanes_rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", list(PRESETS))
def test_real_runs_resume_bit_for_bit(tmp_path, name):
    from melodyrl.learn.train import resume

    def go(run, stop):
        return train(run, clock_ns=lambda: 0, stop=stop, report=Silent())

    config = replace(SMALL, preset=name, updates=60)
    task = melody_task(name)
    go(begin(config, task, RunFolder(tmp_path / "straight")), lambda: False)
    turns = iter(range(1000))
    folder = RunFolder(tmp_path / "halved")
    go(begin(config, task, folder), lambda: next(turns) >= 41)
    go(resume(folder.config(), task, folder), lambda: False)

    straight = (tmp_path / "straight" / "policy.safetensors").read_bytes()
    assert folder.policy.read_bytes() == straight


def test_a_live_policy_is_scored_as_it_plays():
    preset = PRESETS["full"]
    live = decided_by(GreedyPolicy(preset), 0.0, np.random.default_rng(0))
    scores = {"live": evaluate(held_out_lanes(preset, 3), live)}
    scores["greedy"] = evaluate(held_out_lanes(preset, 3), greedy)

    np.testing.assert_array_equal(scores["live"].returns, scores["greedy"].returns)
    lines = table(scores, preset.terms).splitlines()
    assert lines[0] == (
        "| policy | w·r a step | harmony | smoothness | diversity | rhythm | form | guard |"
    )
    assert lines[2].count("|") == lines[0].count("|") == lines[1].count("|")


def test_test_episodes_are_the_same_each_time():
    one, two = (evaluate(held_out_lanes(PRESETS["full"], 4), greedy) for _ in range(2))

    np.testing.assert_array_equal(one.returns, two.returns)


def test_the_command_trains_resumes_and_says_where_the_policy_is(tmp_path, capsys):
    choices = {name: getattr(SMALL, name) for name in TrainConfig.__dataclass_fields__}
    Train(**choices, out=tmp_path / "run").run()
    Train(resume=tmp_path / "run", updates=20).run()

    said = capsys.readouterr().out.replace("\n", "")
    assert str(tmp_path / "run" / "policy.safetensors") in said
    policy = checkpoint.load(tmp_path / "run" / "policy.safetensors")
    assert policy.card.figures["updates"] == 20
    assert list((tmp_path / "run").glob("events.*"))
    with pytest.raises(ConfigError, match="--resume"):
        Train(**choices, out=tmp_path / "run").run()
