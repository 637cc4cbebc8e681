import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.sweep import plan, table
from melodyrl.learn.sweep.pool import run_pool
from melodyrl.learn.sweep.trial import measures, outcome, run_trial
from melodyrl.learn.tasks import task_of

ROOT = Path(__file__).parents[2]
TINY = TrainConfig(
    updates=12, lanes=8, batch=16, hidden=8, capacity=500, warmup=32, evaluations=2, threads=1
)
FLAGS = ["--lanes", "8", "--batch", "16", "--hidden", "8", "--capacity", "500"]
FLAGS += ["--warmup", "32", "--evaluations", "2"]


def test_every_combination_of_what_is_varied_is_one_trial(tmp_path):
    varied = plan.parse(["seed=1,2", "hidden=8,16", "layer-norm=True"])

    found = plan.trials(replace(TINY, threads=2), varied, tmp_path)

    assert [t.name for t in found][:2] == [
        "seed-1_hidden-8_layer_norm-True",
        "seed-1_hidden-16_layer_norm-True",
    ]
    assert [(t.config.seed, t.config.hidden) for t in found] == [(1, 8), (1, 16), (2, 8), (2, 16)]
    assert all(t.config.layer_norm and t.config.threads == 1 for t in found)


@pytest.mark.parametrize(
    "wrong", ["seed", "sed=1", "seed=x", "seed=1.5", "preset=jazz", "threads=1", "double=1"]
)
def test_what_cannot_be_varied_is_answered_with_a_sentence(wrong):
    with pytest.raises(ConfigError, match=r"--vary"):
        plan.parse([wrong])


def test_a_value_that_no_run_can_be_made_with_is_found_before_any_begins(tmp_path):
    with pytest.raises(ConfigError, match="batch is 0"):
        plan.trials(TINY, plan.parse(["batch=0"]), tmp_path)


def test_a_plan_is_read_as_it_was_written_and_never_overwritten(tmp_path):
    varied = {"seed": [1, 2], "preference": ["smooth", None]}
    plan.write(TINY, varied, tmp_path)

    assert plan.read(tmp_path) == (TINY, varied)
    with pytest.raises(ConfigError, match="--resume"):
        plan.write(TINY, varied, tmp_path)
    with pytest.raises(FileError, match="no sweep"):
        plan.read(tmp_path / "elsewhere")


def test_a_trial_is_the_run_that_train_makes(tmp_path):
    command = [sys.executable, "-m", "melodyrl", "train", *FLAGS, "--updates", "12"]
    subprocess.run([*command, "--threads", "1", "--out", tmp_path / "train"], check=True, cwd=ROOT)
    (trial,) = plan.trials(TINY, {"seed": [1]}, tmp_path)

    run_trial(trial, stop=lambda: False)

    ours, trained = RunFolder(trial.folder).policy, RunFolder(tmp_path / "train").policy
    assert ours.read_bytes() == trained.read_bytes()
    assert outcome(trial) == "finished"


def test_the_pool_runs_all_that_has_not_ended_and_makes_a_table_of_all(tmp_path):
    varied = plan.parse(["seed=1,2", "preference=smooth,jazz"])
    trials = plan.trials(TINY, varied, tmp_path)
    run_trial(trials[0], stop=lambda: False)
    before, ended = RunFolder(trials[0].folder).policy.stat().st_mtime_ns, []

    run_pool(trials, 2, ended.append)
    rows = table.write_table(trials, varied)

    assert {trial.name for trial in ended} == {trial.name for trial in trials[1:]}
    assert RunFolder(trials[0].folder).policy.stat().st_mtime_ns == before
    found = {(row["seed"], row["preference"]): row["outcome"] for row in rows}
    assert found["1", "smooth"] == found["2", "smooth"] == "finished"
    assert found["1", "jazz"].startswith("failed: --preference jazz")
    assert [row["updates"] for row in rows] == ["12", "12", "", ""]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_preference_alone_is_what_lanes_tests_and_replay_are_given():
    task = task_of("eight-bar", "smooth")
    lanes, test = task.lanes(3, None), task.test()
    lanes._rng = test._rng
    lanes.reset(), test.reset()

    drawn = task.sample_w(None, 2)

    assert (lanes.w == drawn[0]).all()
    assert (test.w == drawn[0]).all()
    assert drawn[0].argmax() == 1, "smoothness weighs the most"
    with pytest.raises(ConfigError, match="chords"):
        task_of("chords", "smooth")


def test_the_policies_of_a_full_sweep_are_measured_by_what_no_reward_is_made_of(tmp_path):
    (trial,) = plan.trials(replace(TINY, preset="full", evaluations=1), {}, tmp_path)

    run_trial(trial, stop=lambda: False)

    last = measures(trial)[-1]
    assert last["updates"] == 12
    assert 0 < last["overlap"] < 1
    assert 0 < last["bits"] < 10


def sweep(*flags: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "melodyrl", "sweep", *flags]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def workers_of(driver: int) -> list[int]:
    """Processes of a pool, by the parent that /proc tells."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            is_worker = b"spawn_main" in (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == driver and is_worker:
            found.append(int(folder.name))
    return found


def wait_for(found, seconds: float = 400.0):
    """Poll until something is found."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it never came")


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "driver"])
def test_a_sweep_survives_a_killed_worker_and_goes_on_after_a_killed_driver(tmp_path, victim):
    plain = [*FLAGS, "--updates", "400", "--vary", "seed=1,2,3", "--workers", "2"]
    folder = tmp_path / "sweep"
    process = sweep(*plain, "--out", str(folder))
    wait_for(lambda: list(folder.glob("*/evaluation.csv")))
    pids = wait_for(lambda: workers_of(process.pid))

    os.kill(pids[0] if victim == "worker" else process.pid, signal.SIGKILL)
    if victim == "driver":
        process.communicate(timeout=60)  # the pipe ends when no worker is left to write to it
        assert wait_for(lambda: not any(is_running(pid) for pid in pids))
        process = sweep("--resume", str(folder))

    told, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    words = [json.loads(path.read_text()) for path in folder.glob("*/outcome.json")]
    assert words == [{"outcome": "finished"}] * 3
    assert "| seed |" in told


@pytest.mark.slow
def test_ray_runs_the_same_sweep_survives_a_killed_worker_and_drops_poor_runs(tmp_path):
    pytest.importorskip("ray")
    asha = [*FLAGS, "--updates", "300", "--vary", "seed=1,2,3", "--vary", "learning_rate=1e-3,1e-9"]
    folder = tmp_path / "sweep"
    process = sweep(*asha, "--ray", "--asha", "--workers", "2", "--out", str(folder))
    started = wait_for(lambda: list(folder.glob("*/evaluation.csv")))

    os.kill(wait_for(lambda: ray_workers())[0], signal.SIGKILL)

    told, _ = process.communicate(timeout=500)
    assert started
    assert process.returncode == 0, told
    words = [json.loads(path.read_text())["outcome"] for path in folder.glob("*/outcome.json")]
    assert len(words) == 6
    assert set(words) <= {"finished", "stopped early"}
    assert "finished" in words


def is_running(pid: int) -> bool:
    """Whether a process still does anything: one that ended may wait in the list to be fetched."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def ray_workers() -> list[int]:
    """Processes of Ray that train; their title says so, and that they are not its own agents."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if title.startswith(b"ray::") and b"train" in title:
            found.append(int(folder.name))
    return found
