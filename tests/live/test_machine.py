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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_where_all_threads_hurry_only_those_that_came_first_already_stay_as_they_are():
    script = """
import os, threading
from melodyrl.live.machine import hurry_all
over, first = threading.Event(), threading.Event()
def lead():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(9))
    except OSError:
        pass
    first.set()
    over.wait()
threads = [threading.Thread(target=each) for each in (lead, over.wait)]
for each in threads: each.start()
first.wait()
allowed = hurry_all()
ids = [threading.get_native_id(), *(each.native_id for each in threads)]
print(allowed, *(os.sched_getscheduler(each) & ~os.SCHED_RESET_ON_FORK for each in ids))
over.set()
"""
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    allowed, *rules = shown.stdout.decode().split()
    main, lead, other = map(int, rules)
    if allowed == "True":
        assert (main, lead, other) == (os.SCHED_RR, os.SCHED_FIFO, os.SCHED_RR)
    else:
        assert {main, lead, other} == {os.SCHED_OTHER}
