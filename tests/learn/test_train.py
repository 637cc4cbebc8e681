import ast
import csv
import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from melodyrl.env.baselines import greedy
from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, resume, train
from tests.learn.toy import LENGTH, Corridor, toy_task

ROOT = Path(__file__).parents[2]
CONFIG = TrainConfig(
    updates=200, lanes=16, batch=32, hidden=16, capacity=1_000, warmup=64, evaluations=4
)


def never() -> bool:
    return False


def frozen_clock() -> int:
    return 0


def second_a_step(run):
    """A clock by which every vector step takes a second."""
    return lambda: run.trainer.steps // CONFIG.lanes * 1_000_000_000


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
        score = evaluate(lanes, run.trainer.choose)
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


class CrashError(Exception):
    """Power is lost."""


@pytest.mark.parametrize("replay", ["uniform", "prioritized"])
def test_a_run_that_crashes_again_and_again_comes_to_the_same_bytes(tmp_path, replay):
    config = replace(CONFIG, replay=replay)
    go(begin(config, toy_task(), RunFolder(tmp_path / "straight")))
    folder = RunFolder(tmp_path / "crashed")

    for moment in (30, 75, 80, 190):  # the first before anything was saved
        run = resume(config, toy_task(), folder) if folder.is_saved else None
        run = run or begin(config, toy_task(), folder)

        def crash(run=run, moment=moment) -> bool:
            if run.trainer.steps // CONFIG.lanes == moment:
                raise CrashError
            return False

        with pytest.raises(CrashError):
            train(
                run,
                clock_ns=second_a_step(run),
                stop=crash,
                report=Silent(),
                save_every_s=40,
            )
    go(resume(config, toy_task(), folder))

    for name in ("policy.safetensors", "best.safetensors"):
        straight, crashed = ((tmp_path / n / name).read_bytes() for n in ("straight", "crashed"))
        assert crashed == straight
    updates = [float(row["updates"]) for row in rows_of(folder.path / "log.csv")]
    assert updates == sorted(set(updates)), "what was done twice is logged once"
    assert folder.points()[-1]["updates"] == 200


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


KILLED = """
import sys, time
from pathlib import Path
from dataclasses import replace
from melodyrl.learn.report import Silent
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, resume, train
from tests.learn.test_train import CONFIG, never
from tests.learn.toy import toy_task

folder, config = RunFolder(Path(sys.argv[1])), replace(CONFIG, updates=3_000)
go = resume if folder.is_saved else begin
print("begun", flush=True)
run = go(config, toy_task(), folder)
train(run, clock_ns=time.monotonic_ns, stop=never, report=Silent(), save_every_s=0.2)
"""


@pytest.mark.slow
def test_killed_five_times_at_random_moments_a_run_comes_to_the_same_bytes(tmp_path):
    """Really killed, with signal 9, wherever it happens to be: in a step, or as it saves."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed")]
    go(begin(replace(CONFIG, updates=3_000), toy_task(), RunFolder(tmp_path / "straight")))
    moments = np.random.default_rng(7).uniform(0.3, 1.0, 5)

    for moment in moments:
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
            process.stdout.readline()
            try:
                process.wait(timeout=moment)
            except subprocess.TimeoutExpired:
                process.kill()
    subprocess.run(command, check=True, cwd=ROOT)

    straight, killed = ((tmp_path / n / "policy.safetensors") for n in ("straight", "killed"))
    assert killed.read_bytes() == straight.read_bytes()


def test_what_saving_costs_decides_how_often_it_is_done(tmp_path):
    """A save that takes ten seconds is not made each minute but in 500 s: 2 % of the time."""
    run = begin(replace(CONFIG, updates=700), toy_task(), RunFolder(tmp_path))
    passed, saved = [0], []

    def slow_save() -> None:
        saved.append(run.trainer.steps // CONFIG.lanes + passed[0])
        passed[0] += 10

    run.save = slow_save
    train(
        run,
        clock_ns=lambda: (run.trainer.steps // CONFIG.lanes + passed[0]) * 1_000_000_000,
        stop=never,
        report=Silent(),
    )

    assert saved[:-1] == [60, 570]


def test_the_best_policy_is_kept_beside_the_last(tmp_path):
    run = begin(replace(CONFIG, learning_rate=5e-3), toy_task(), RunFolder(tmp_path))
    go(run)

    rewards = {p["updates"]: p["reward"] for p in run.points}
    with safe_open(run.folder.best, "numpy") as file:
        figures = dict(ast.literal_eval(file.metadata()["figures"]))
    assert figures["reward"] == max(rewards.values())
    assert figures["updates"] == max(rewards, key=rewards.get)


def test_a_run_without_a_new_best_stops_when_patience_is_used(tmp_path):
    """With a learning rate of next to nothing the first point stays the best."""
    still = replace(CONFIG, learning_rate=1e-12, last_learning_rate=1e-12, evaluations=20)
    run = begin(replace(still, patience=3), toy_task(), RunFolder(tmp_path))

    assert go(run)

    assert len(run.points) == 4
    assert run.trainer.updates == 30


def test_the_folder_explains_itself(tmp_path):
    run = begin(replace(CONFIG, double=False), toy_task(), RunFolder(tmp_path))
    go(run)

    text = (tmp_path / "README.md").read_text()
    assert "--no-double" in text
    assert f"{run.points[-1]['reward']:+.4f}" in text
    log = rows_of(tmp_path / "log.csv")
    wanted = {"updates", "loss", "q", "td_error", "updates_per_second", "now", "later"}
    assert wanted <= set(log[0])
    assert np.isfinite(float(log[-1]["q"]))
    assert (tmp_path / "log.png").read_bytes().startswith(b"\x89PNG")


def test_choices_that_came_later_stand_only_in_files_that_make_them(tmp_path):
    assert "patience" not in CONFIG.written()
    assert replace(CONFIG, patience=5).written()["patience"] == 5


def test_a_budget_of_minutes_ends_by_the_clock_that_was_given(tmp_path):
    run = begin(replace(CONFIG, updates=None, minutes=1), toy_task(), RunFolder(tmp_path))

    assert train(run, clock_ns=second_a_step(run), stop=never, report=Silent())

    assert run.trainer.steps // CONFIG.lanes == 60
    assert [p["seconds"] for p in run.points] == [0, 15, 30, 45, 60]


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


def test_a_run_that_another_version_saved_is_refused_in_a_sentence(tmp_path):
    folder = RunFolder(tmp_path / "old")
    go(begin(CONFIG, toy_task(), folder), stop=lambda: True)
    state = folder.state()
    state["trainer"]["counters"] = state["trainer"]["counters"][:-1]
    folder.save_state(state)

    with pytest.raises(FileError, match="saved by another version"):
        resume(folder.config(), toy_task(), folder)


@pytest.mark.parametrize(
    "wrong", [{"lanes": 0}, {"gamma": 1.5}, {"minutes": -1.0}, {"capacity": 10}]
)
def test_choices_that_no_run_can_be_made_with_are_refused(tmp_path, wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        begin(replace(CONFIG, **wrong), toy_task(), RunFolder(tmp_path / "x"))
