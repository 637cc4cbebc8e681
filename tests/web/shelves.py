"""A folder of takes, as `melodyrl jam` leaves it."""

import os

from melodyrl.cli.take_shelf import TakeShelf
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.session import LAST_LINE, Sent, first_line, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL

SECOND = 1_000_000_000
HEAD = Engine(EngineConfig(tempo_bpm=120.0), GreedyPolicy(FULL)).recording()


def keep(folder, name, began, pitches=(60, 64, 67), *, age_s=0, last=LAST_LINE):
    """A take in which each pitch is held for a second and answered an octave above."""
    lines = [first_line(HEAD, "greedy", began)]
    for number, pitch in enumerate(pitches):
        for at_s, kind in ((number, NoteOn), (number + 1, NoteOff)):
            at_ns = Nanos(at_s * SECOND)
            lines.append(event_line((at_ns, kind(pitch))))
            lines.append(sent_line(Sent(at_ns, at_ns, kind(pitch + 12))))
    folder.mkdir(exist_ok=True)
    write(folder, name, "\n".join([*lines, last]) + "\n", age_s)


def write(folder, name, text, age_s=0):
    path = folder / f"{name}.take"
    path.write_text(text)
    os.utime(path, (1_700_000_000 - age_s,) * 2)


def shelf_of(folder):
    """Two takes, one that was cut off, one that is broken, and a file that is none of ours."""
    keep(folder, "2026-01-31 20-15-00", "2026-01-31 20:15", age_s=100)
    keep(folder, "2026-02-01 09-00-00 (2)", "2026-02-01 09:00", pitches=range(48, 60), age_s=50)
    keep(folder, "2026-02-02 10-00-00", "2026-02-02 10:00", age_s=20, last='{"at_ns": 12')
    write(folder, "2026-02-03 11-00-00", '{"format": "melodyrl session"}\n', age_s=10)
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "outside.take").write_text((folder / "2026-01-31 20-15-00.take").read_text())
    return TakeShelf(folder)
