import numpy as np
import torch

from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.question import Question
from melodyrl.env.baselines import greedy
from melodyrl.learn.chord_task import chord_task, held_out_lanes
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.tasks import task_of
from melodyrl.learn.train import begin, resume, train

SMALL = TrainConfig(
    preset="chords",
    updates=12,
    lanes=8,
    batch=16,
    hidden=16,
    capacity=2_000,
    warmup=64,
    evaluations=1,
)


def go(run, stop=lambda: False):
    return train(run, clock_ns=lambda: 0, stop=stop, report=Silent())


def test_the_shipped_file_plays_what_was_trained(tmp_path):
    run = begin(SMALL, task_of("chords"), RunFolder(tmp_path))
    assert go(run)

    policy = checkpoint.load(run.folder.policy)
    seen = held_out_lanes(16).reset()
    w = held_out_lanes(16)
    w.reset()
    trained = run.trainer.learner.act(seen.features, w.w, seen.judgement, seen.mask)
    rng = np.random.default_rng(0)
    moments = zip(seen.features, seen.judgement, seen.mask, w.w, strict=True)
    decided = [policy.decide(Question(*moment, 0.0), rng).action for moment in moments]
    assert policy.preset is CHORDS
    assert policy.card.terms == CHORDS.terms
    assert decided == trained.tolist()


def test_torch_equals_numpy_on_real_observations(tmp_path):
    run = begin(SMALL, chord_task(), RunFolder(tmp_path))
    go(run)
    lanes = held_out_lanes(32)
    seen = lanes.reset()
    for _ in range(5):
        seen = lanes.step(greedy(lanes, seen)).observation
    arrays = (seen.features, lanes.w, seen.judgement, seen.mask)

    with torch.inference_mode():
        q_BAK = run.trainer.learner.online(*map(torch.from_numpy, arrays)).numpy()

    policy = checkpoint.load(run.folder.policy)
    np.testing.assert_allclose(policy.network.many(*arrays), q_BAK, atol=1e-5)


def test_runs_resume_bit_for_bit(tmp_path):
    go(begin(SMALL, chord_task(), RunFolder(tmp_path / "straight")))
    turns, folder = iter(range(1000)), RunFolder(tmp_path / "halved")
    go(begin(SMALL, chord_task(), folder), lambda: next(turns) >= 14)
    go(resume(folder.config(), chord_task(), folder))

    straight = RunFolder(tmp_path / "straight").policy.read_bytes()
    assert folder.policy.read_bytes() == straight


def test_test_songs_are_the_same_each_time():
    one, two = (evaluate(held_out_lanes(4), greedy) for _ in range(2))

    np.testing.assert_array_equal(one.returns, two.returns)
