"""A journal is what was told and sent, also where its program was killed in the middle."""

import subprocess
import sys

import pytest

from melodyrl.cli.take_folder import cut_session, read_session, take_paths
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.session import Sent, first_line, same_again
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import FileError
from melodyrl.live import journal as module
from melodyrl.live.journal import Journal
from tests.fakes import BusyPolicy

HEAD = first_line(Engine(EngineConfig(), BusyPolicy()).recording(), "busy", "2026-01-31 20:15")

PLAYER = """
import sys, time
from pathlib import Path
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.session import first_line
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.daemon import Daemon
from melodyrl.live.inbox import Inbox
from melodyrl.live.journal import Journal
from melodyrl.live.ports import NoPorts
from tests.fakes import BusyPolicy

inbox, clock = Inbox(), MonotonicClock()
engine = Engine(EngineConfig(tempo_bpm=300.0), BusyPolicy())
journal = Journal(Path(sys.argv[1]), first_line(engine.recording(), "busy", "today"))
journal.start()
Daemon(engine, inbox, NoPorts("None."), clock, record=journal.record).start()
for number in range(10_000):
    pitch = 48 + number % 24
    inbox.post(NoteOn(pitch), clock.now())
    print(clock.now(), flush=True)
    time.sleep(0.02)
    inbox.post(NoteOff(pitch), clock.now())
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "takes" / "one.take"


def test_kill_in_the_middle_loses_at_most_a_second_and_is_told_once(path):
    with subprocess.Popen(
        [sys.executable, "-c", PLAYER, str(path)], stdout=subprocess.PIPE, text=True
    ) as player:
        played_ns = [int(player.stdout.readline()) for _ in range(150)]
        player.kill()
        rest = player.stdout.read().split()
    last_ns = int(rest[-1]) if rest else played_ns[-1]

    cut = cut_session(path.parent)
    session = read_session(path)

    heard_ns = [at for at, event in session.recording.events if isinstance(event, NoteOn)]
    assert last_ns - heard_ns[-1] < 1_000_000_000
    assert len(heard_ns) >= 100
    assert same_again(session, BusyPolicy()) == session.wire
    assert len(session.wire) > 20
    assert cut is not None
    assert cut.hanging == session.hanging
    assert cut.sentence.startswith("The last session was cut off; its take is kept")
    assert cut_session(path.parent) is None


def test_session_that_is_being_played_is_not_taken_for_cut_off(path):
    journal = Journal(path, HEAD)
    journal.start()

    while_it_plays = _in_another_process(path.parent)
    journal.record((Nanos(0), NoteOn(60)))
    journal.close()

    assert while_it_plays == "None"
    assert cut_session(path.parent) is None


def _in_another_process(folder):
    ask = f"from melodyrl.cli.take_folder import *; print(cut_session(Path({str(folder)!r})))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_all_that_was_recorded_is_there_in_order_when_it_is_closed(path):
    journal = Journal(path, HEAD)
    journal.start()
    for number in range(1000):
        journal.record((Nanos(number), NoteOn(number % 128)))
        journal.record(Sent(Nanos(number), Nanos(number), NoteOff(number % 128)))

    journal.close()

    session = read_session(path)
    assert [at for at, _ in session.recording.events] == list(range(1000))
    assert [each.at_ns for each in session.outputs] == list(range(1000))
    assert session.has_ended


def test_session_in_which_nothing_happened_leaves_no_file(path):
    journal = Journal(path, HEAD)
    journal.start()
    journal.close()

    assert take_paths(path.parent) == []


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "one.take", HEAD)

    with pytest.raises(FileError, match="choose another folder"):
        journal.start()
    journal.record((Nanos(0), NoteOn(60)))
    journal.close()


def test_disk_that_is_too_slow_ends_the_journal_and_its_memory(path, monkeypatch):
    monkeypatch.setattr(module, "WAITING", 10)
    monkeypatch.setattr(module, "FLUSH_S", 1000)
    journal = Journal(path, HEAD)
    journal.start()
    for number in range(20):
        journal.record((Nanos(number), NoteOn(60)))

    journal.close()

    journal.record((Nanos(0), NoteOn(60)))
    assert journal._queue.qsize() == 0
