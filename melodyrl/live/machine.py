"""What the operating system lets a musician's program do."""

import os
import sys
from pathlib import Path

SEQUENCER = Path("/dev/snd/seq")

PRIORITY = 5
"""Comes before all ordinary programs, as any real-time priority; JACK's own is 10 and more."""


def sequencer_problem(device: Path = SEQUENCER, platform: str = sys.platform) -> str | None:
    """Why ALSA's sequencer cannot be used, and what to do; None where nothing is known."""
    if not platform.startswith("linux"):
        return None
    if not device.exists():
        return f"There is no {device}: load ALSA's sequencer with `sudo modprobe snd-seq`."
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"You may not use {device}: join its group with `sudo usermod -aG audio $USER`, "
            f"then log in again."
        )
    return None


def highest_priority() -> int | None:
    """The highest real-time priority that we may ask for, 0 for none; None where unknown."""
    if not sys.platform.startswith("linux"):
        return None
    import resource

    if os.geteuid() == 0:
        return os.sched_get_priority_max(os.SCHED_FIFO)
    return resource.getrlimit(resource.RLIMIT_RTPRIO)[0]


def hurry() -> bool:
    """Let the thread that calls come before all ordinary programs; whether the system allows it.

    Programs that it starts do not inherit that. Linux only.
    """
    return _hurry(0)


def hurry_all() -> bool:
    """Let every thread that this process has by now come first, as `hurry` does the one that calls.

    Python runs one thread at a time. One that lost the processor to another program while it was
    its turn kept the loop from playing: for 123 ms where eight programs were busy, and for 1.2 ms
    once all came first (12 s of a wake every 2 ms beside a thread that works for 1 of 10 ms).
    Those that have real-time priority from elsewhere, as JACK's, keep theirs.
    """
    if not sys.platform.startswith("linux"):
        return False
    threads = [int(each.name) for each in Path("/proc/self/task").iterdir()]
    hurried = [_hurry(each) for each in threads if _is_ordinary(each)]
    return all(hurried)


def _hurry(thread: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        rule = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(thread, rule, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True


def _is_ordinary(thread: int) -> bool:
    try:
        return os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER
    except OSError:  # it has ended since
        return False
