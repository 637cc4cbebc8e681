import itertools
from dataclasses import replace

import numpy as np
import pytest

from melodyrl.env.baselines import greedy
from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, resume, train
from tests.learn.toy import LENGTH, Corridor, toy_task

CONFIG = TrainConfig(
    updates=200, lanes=16, batch=32, hidden=16, capacity=1_000, warmup=64, evaluations=4
)


def never() -> bool:
    return False


def frozen_clock() -> int:
    return 0


def go(run, stop=never) -> bool:
    return train(run, clock_ns=frozen_clock, stop=stop, report=Silent())


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"replay": "prioritized"},
        {"double": False},
        {"dueling": False},
        {"known_reward": False},
        {"layer_norm": True},
        {"n_step": 3},
        {"epsilon": "decay"},
    ],
    ids=str,
)
def test_the_best_policy_is_learned_for_every_preference(tmp_path, switches):
    """Greedy earns .3 at most; the best takes the late door whenever w says it pays more."""
    config = replace(CONFIG, updates=600, hidden=32, learning_rate=5e-3, **switches)
    run = begin(config, toy_task(), RunFolder(tmp_path))
    go(run)

    for now in (0.1, 0.5, 0.9):
        lanes = Corridor(8, np.random.default_rng(5), w=(now, 1 - now))
        score = evaluate(lanes, run.choose)
        np.testing.assert_allclose(score.returns, max(0.3 * now, 1 - now), atol=1e-6)


def test_the_same_seed_gives_the_same_checkpoint_to_the_byte(tmp_path):
    for name in ("one", "two"):
        go(begin(CONFIG, toy_task(), RunFolder(tmp_path / name)))
    go(begin(replace(CONFIG, seed=2), toy_task(), RunFolder(tmp_path / "other")))

    one, two, other = (RunFolder(tmp_path / n).policy.read_bytes() for n in ("one", "two", "other"))
    assert one == two
    assert one != other


@pytest.mark.parametrize("replay", ["uniform", "prioritized"])
def test_one_thread_and_two_give_the_same_checkpoint_to_the_byte(tmp_path, replay):
    """But for the number itself, which is written into it."""
    files = []
    for threads in (1, 2):
        run = begin(
            replace(CONFIG, threads=threads, replay=replay),
            toy_task(),
            RunFolder(tmp_path / str(threads)),
        )
        go(run)
        files.append(
            [p.detach().numpy().tobytes() for p in run.trainer.learner.online.parameters()]
        )

    assert files[0] == files[1]


@pytest.mark.parametrize("replay", ["uniform", "prioritized"])
def test_stopped_and_resumed_equals_straight_through_to_the_byte(tmp_path, replay):
    config = replace(CONFIG, updates=2_000, replay=replay)
    go(begin(config, toy_task(), RunFolder(tmp_path / "straight")))

    folder = RunFolder(tmp_path / "halved")
    halves = itertools.count()
    assert not go(begin(config, toy_task(), folder), stop=lambda: next(halves) >= 1_004)
    halfway = folder.policy.read_bytes()
    assert go(resume(folder.config(), toy_task(), folder))

    assert folder.policy.read_bytes() != halfway
    assert folder.policy.read_bytes() == (tmp_path / "straight" / "policy.safetensors").read_bytes()
    curves = [(tmp_path / n / "evaluation.csv").read_text() for n in ("straight", "halved")]
    assert curves[0] == curves[1]


def test_a_budget_of_minutes_ends_by_the_clock_that_was_given(tmp_path):
    ticks = itertools.count(step=1_000_000_000)
    run = begin(replace(CONFIG, updates=None, minutes=1), toy_task(), RunFolder(tmp_path))

    assert train(run, clock_ns=lambda: next(ticks), stop=never, report=Silent())

    assert 50 <= run.trainer.steps // CONFIG.lanes <= 60
    assert [round(p["seconds"] / 15) for p in run.points] == [0, 1, 2, 3, 4]


def test_the_curve_has_its_points_at_equal_shares_and_a_picture(tmp_path):
    run = begin(CONFIG, toy_task(), RunFolder(tmp_path))
    go(run)

    assert [p["updates"] for p in run.points] == [0, 50, 100, 150, 200]
    assert (tmp_path / "evaluation.png").read_bytes().startswith(b"\x89PNG")
    header = (tmp_path / "evaluation.csv").read_text().splitlines()[0]
    assert header == "updates,steps,seconds,reward,greedy,loss,now,later"


def test_a_finished_run_goes_on_with_a_larger_budget(tmp_path):
    folder = RunFolder(tmp_path)
    go(begin(CONFIG, toy_task(), folder))

    run = resume(replace(folder.config(), updates=400), toy_task(), folder)
    assert go(run)

    assert run.trainer.updates == 400
    assert run.points[-1]["updates"] == 400


def test_cut_off_episodes_are_learned_from_without_their_last_step(tmp_path):
    """Truncation never bootstraps into the next episode: values stay those of an endless hall."""
    task = toy_task()
    cut = replace(task, lanes=lambda n, rng: Corridor(n, rng, truncate=True))
    run = begin(replace(CONFIG, learning_rate=5e-3), cut, RunFolder(tmp_path))
    go(run)

    assert run.trainer.updates == 200


def test_greedy_takes_the_near_door():
    score = evaluate(Corridor(4, np.random.default_rng(0), w=(0.5, 0.5)), greedy)

    np.testing.assert_allclose(score.terms, [0.3 / LENGTH, 0], atol=1e-6)
    assert score.per_step == pytest.approx(0.15 / LENGTH)


def test_a_run_is_not_overwritten(tmp_path):
    go(begin(CONFIG, toy_task(), RunFolder(tmp_path)))

    with pytest.raises(ConfigError, match="--resume"):
        begin(CONFIG, toy_task(), RunFolder(tmp_path))


def test_an_empty_folder_cannot_be_resumed(tmp_path):
    with pytest.raises(FileError, match="no run"):
        RunFolder(tmp_path).config()
    RunFolder(tmp_path / "new").create(CONFIG)
    with pytest.raises(FileError, match="never saved"):
        RunFolder(tmp_path / "new").state()


@pytest.mark.parametrize(
    "wrong", [{"lanes": 0}, {"gamma": 1.5}, {"minutes": -1.0}, {"capacity": 10}]
)
def test_choices_that_no_run_can_be_made_with_are_refused(tmp_path, wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        begin(replace(CONFIG, **wrong), toy_task(), RunFolder(tmp_path / "x"))
