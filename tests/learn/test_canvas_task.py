from dataclasses import replace

import numpy as np
import pytest
import torch

from melodyrl.core.canvas import Size
from melodyrl.core.canvas.file import load
from melodyrl.core.canvas.network import CanvasNetwork, Form
from melodyrl.env.canvas_lanes import CanvasLanes
from melodyrl.env.painter import paint, read_painter
from melodyrl.env.pictures import LIKENESS, TERMS, Pictures
from melodyrl.learn.canvas_task import held_out_pictures, task_for
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.conv_network import ConvolutionalNetwork
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, train

CONFIG = TrainConfig(
    preset="canvas", updates=400, lanes=16, batch=64, hidden=16, capacity=4_000, warmup=500,
    known_reward=False, replay="prioritized", gamma=0.5, evaluations=2, threads=1,
)  # fmt: skip


@pytest.mark.parametrize(
    "switches", [{}, {"dueling": False}, {"known_reward": False}, {"future_scale": 3.0}], ids=str
)
def test_numpy_computes_what_torch_does(switches):
    form = Form(Size(6, 5, 3), planes=4, terms=2, hidden=8, **switches)
    network = ConvolutionalNetwork(form, torch.Generator().manual_seed(1))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(2))
    rng = np.random.default_rng(3)
    planes = rng.random((4, 4, 5, 6)).astype(np.float32)
    w = rng.random((4, 2)).astype(np.float32)
    judgement = rng.standard_normal((4, 90, 2)).astype(np.float32)
    mask = rng.random((4, 90)) < 0.7

    with torch.no_grad():
        torch_q = network(
            *map(torch.from_numpy, (planes.reshape(4, -1), w, judgement, mask))
        ).numpy()
    plain = CanvasNetwork({n: v.numpy() for n, v in network.state_dict().items()}, form)

    np.testing.assert_allclose(
        plain.many(planes, w, judgement, mask), torch_q, rtol=1e-5, atol=1e-4
    )


@pytest.mark.slow
def test_a_small_canvas_is_learned_from_rewards_alone(tmp_path):
    """No reward is known beforehand: what is painted right was learned from what was paid."""
    subject = Pictures(Size(6, 6, 3))

    def test() -> CanvasLanes:
        held_out = Pictures(subject.size, "test")
        return CanvasLanes(held_out, 10, np.random.default_rng(1), weights=LIKENESS)

    run = begin(CONFIG, task_for(subject, test), RunFolder(tmp_path))
    train(run, clock_ns=lambda: 0, stop=lambda: False, report=Silent())

    states = paint(read_painter(tmp_path / "policy.safetensors", Pictures(subject.size)), test())
    again = test()
    again.reset()
    right = np.mean(
        [(each[-1] == aim).mean() for each, aim in zip(states, again.easel.aim, strict=True)]
    )
    assert right >= 0.9
    assert run.points[0]["reward"] < 0.6


def test_the_same_seed_gives_the_same_file(tmp_path):
    config = replace(CONFIG, updates=3, evaluations=1)
    for name in ("one", "two"):
        task = task_for(Pictures(Size(6, 6, 3)), lambda: held_out_pictures(2, Size(6, 6, 3)))
        run = begin(config, task, RunFolder(tmp_path / name))
        train(run, clock_ns=lambda: 0, stop=lambda: False, report=Silent())

    one, two = (tmp_path / name / "policy.safetensors" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    about = load(one, "canvas", TERMS, 9)[1]
    assert about.config["seed"] == 1
    assert about.figures["updates"] == 3
