import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from melodyrl.live.loopback import measure_timer
from melodyrl.live.machine import hurry, sequencer_problem
from tests.live.doubles import FakeClock


def test_sequencer_that_is_not_there_is_to_be_loaded(tmp_path):
    assert "modprobe snd-seq" in sequencer_problem(tmp_path / "seq", "linux")


def test_other_systems_have_no_such_sequencer(tmp_path):
    assert sequencer_problem(tmp_path / "seq", "darwin") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every file")
def test_sequencer_that_may_not_be_used_names_the_group(tmp_path):
    device = tmp_path / "seq"
    device.touch(mode=0o000)

    assert "usermod -aG audio" in sequencer_problem(device, "linux")


def test_sequencer_that_may_be_used_is_no_problem(tmp_path):
    device = tmp_path / "seq"
    device.touch()

    assert sequencer_problem(device, "linux") is None


def test_wait_of_a_clock_that_never_oversleeps_is_not_late():
    assert measure_timer(FakeClock(), 20).times_ms == (0.0,) * 20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_a_thread_that_hurries_comes_first_and_what_it_starts_does_not():
    show = "import os; print(os.sched_getscheduler(0))"

    def play():
        allowed = hurry()
        child = subprocess.run([sys.executable, "-c", show], capture_output=True, check=True)
        return allowed, os.sched_getscheduler(0), int(child.stdout)

    with ThreadPoolExecutor(1) as thread:
        allowed, rule, child = thread.submit(play).result()

    assert allowed == (rule & os.SCHED_RR == os.SCHED_RR)
    assert child == os.SCHED_OTHER
    assert os.sched_getscheduler(0) == os.SCHED_OTHER, "the other threads stay as they are"
