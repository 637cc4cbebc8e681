"""What the operating system lets a musician's program do."""

import os
import sys
from pathlib import Path

SEQUENCER = Path("/dev/snd/seq")

NEEDED_PRIORITY = 1
"""Any real-time priority comes before all ordinary programs; JACK's own default is 10."""


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
