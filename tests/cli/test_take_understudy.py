"""The understudy: reads a take while it is written, and says what the machine will play."""

import pytest

from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.cli.policy_list import open_choice
from melodyrl.cli.take_understudy import TakeUnderstudy
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetPolicy
from melodyrl.core.engine.session import Sent, first_line, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.messages import Message, NoteOn
from melodyrl.core.midi.notes import notes_of
from melodyrl.core.music import Key
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL

BEAT = 500_000_000


class Session:
    """An engine, and the file of its take as the journal writes it."""

    def __init__(self, path, choice="shipped"):
        self.policy = open_choice(choice, "melody")
        self.engine = Engine(EngineConfig(key=Key(0)), self.policy)
        self.path = path
        self.sent = []
        self.write(first_line(self.engine.recording(), choice, "2026-01-31 20:15"))

    def write(self, *lines, end="\n"):
        with self.path.open("a") as file:
            file.write("\n".join(lines) + end)

    def tell(self, event, at_ns):
        self.engine.receive(event, at_ns)
        self.write(event_line((at_ns, event)))

    def play(self, until_ns):
        out = [each for each in self.engine.due(until_ns) if isinstance(each.message, Message)]
        self.sent += out
        for each in out:
            self.write(sent_line(Sent(each.due_ns, each.due_ns, each.message)))

    def begun_from(self, from_ns):
        notes = notes_of([(each.due_ns, each.message) for each in self.sent])
        return [(note.start_ns, note.pitch) for note in notes if note.start_ns >= from_ns]


def told(notes):
    return [(note.start_ns, note.pitch) for note in notes]


@pytest.fixture
def session(tmp_path):
    session = Session(tmp_path / "now.take")
    for pitch in (48, 64, 67):
        session.tell(NoteOn(pitch), Nanos(0))
    session.play(Nanos(4 * BEAT))
    return session


def test_what_it_says_is_what_is_then_played(session):
    understudy = TakeUnderstudy(session.path)

    said = understudy.coming(4 * BEAT + 1, 12 * BEAT)
    session.play(Nanos(12 * BEAT - 1))

    assert told(said) == session.begun_from(4 * BEAT + 1)
    assert len(said) >= 4
    assert told(understudy.coming(6 * BEAT, 12 * BEAT)) == session.begun_from(6 * BEAT)


def test_it_thinks_anew_when_the_player_changes_the_chord(session):
    understudy = TakeUnderstudy(session.path)
    before = understudy.coming(4 * BEAT + 1, 12 * BEAT)

    for pitch in (50, 53, 57, 61):
        session.tell(NoteOn(pitch), Nanos(4 * BEAT + 2))
    after = understudy.coming(4 * BEAT + 3, 12 * BEAT)
    session.play(Nanos(12 * BEAT - 1))

    assert told(after) != told(before)
    assert told(after) == session.begun_from(4 * BEAT + 3)


def test_a_line_that_is_half_written_waits_for_its_rest(session):
    understudy = TakeUnderstudy(session.path)
    line = event_line((Nanos(4 * BEAT + 2), NoteOn(50)))
    session.write(line[:20], end="")

    assert understudy.coming(4 * BEAT + 1, 8 * BEAT)
    session.write(line[20:])
    session.engine.receive(NoteOn(50), Nanos(4 * BEAT + 2))
    said = understudy.coming(4 * BEAT + 3, 12 * BEAT)
    session.play(Nanos(12 * BEAT - 1))

    assert told(said) == session.begun_from(4 * BEAT + 3)


def test_a_policy_that_enters_is_found_where_takes_keep_it(session):
    greedy = GreedyPolicy(FULL)
    session.engine.admit(greedy)
    session.tell(SetPolicy("melody", "greedy"), Nanos(4 * BEAT + 1))
    understudy = TakeUnderstudy(session.path)

    said = understudy.coming(4 * BEAT + 2, 16 * BEAT)
    session.play(Nanos(16 * BEAT - 1))

    assert told(said) == session.begun_from(4 * BEAT + 2)


def test_it_is_silent_where_it_cannot_know(session, tmp_path):
    assert TakeUnderstudy(tmp_path / "none.take").coming(0, BEAT) is None

    understudy = TakeUnderstudy(session.path)
    session.write(event_line((Nanos(5 * BEAT), SetPolicy("melody", "0" * 64))))
    assert not KeptPolicies(tmp_path).path("0" * 64).exists()
    assert understudy.coming(5 * BEAT, 9 * BEAT) is None
    assert understudy.coming(6 * BEAT, 9 * BEAT) is None


def test_much_to_read_is_read_bit_by_bit(session, monkeypatch):
    at_once = TakeUnderstudy(session.path).coming(4 * BEAT + 1, 8 * BEAT)
    monkeypatch.setattr("melodyrl.cli.take_understudy.AT_ONCE", 3)
    understudy = TakeUnderstudy(session.path)

    looks = [understudy.coming(4 * BEAT + 1, 8 * BEAT) for _ in range(20)]

    assert looks[0] is None
    assert looks[-1] == at_once
