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
    if not sys.platform.startswith("linux"):
        return False
    try:
        rule = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, rule, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True
