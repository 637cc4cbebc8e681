import json

import pytest
from hypothesis import given, settings

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.engine.session import (
    LAST_LINE,
    Sent,
    first_line,
    from_lines,
    same_again,
    sent_line,
)
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import FileError
from tests.fakes import BusyPolicy, FakePolicy
from tests.strategies import timed

CONFIG = EngineConfig(seed=3, tempo_bpm=150.0)
SECOND = 1_000_000_000


def session_lines(told, policy, until_ns):
    """What a journal holds: each event, then what it made due."""
    engine = Engine(CONFIG, policy)
    lines = [first_line(engine.recording(), "fake", "2026-01-31 20:15")]
    for at_ns, event in told:
        engine.receive(event, Nanos(at_ns))
        lines.append(event_line((engine.told_ns, event)))
        lines += [sent_line(Sent(Nanos(at_ns), *_of(each))) for each in engine.due(Nanos(at_ns))]
    due = engine.due(Nanos(until_ns))
    return lines + [sent_line(Sent(Nanos(until_ns), *_of(each))) for each in due]


def _of(outgoing):
    return outgoing.due_ns, outgoing.message


def played(until_ns=2 * SECOND):
    return session_lines([(0, NoteOn(60)), (SECOND, NoteOff(60))], BusyPolicy(), until_ns)


@settings(max_examples=15, deadline=None)
@given(timed(most=15))
def test_session_played_again_is_what_was_sent(told):
    until_ns = (told[-1][0] if told else 0) + SECOND
    engine = Engine(CONFIG, FakePolicy())
    outgoing = run_offline(engine, told, Nanos(until_ns))

    session = from_lines([*session_lines(told, FakePolicy(), until_ns), LAST_LINE])

    assert [message for _, message in same_again(session, FakePolicy())] == [
        each.message for each in outgoing
    ]
    assert session.has_ended
    assert (session.policy, session.began) == ("fake", "2026-01-31 20:15")


@pytest.mark.parametrize("cut", [1, 7, 20, 60])
def test_session_that_was_cut_anywhere_is_what_came_before(cut):
    text = "\n".join(played())[:-cut]

    session = from_lines(text.splitlines())

    whole = from_lines(played())
    assert not session.has_ended
    assert len(whole.outputs) - len(session.outputs) in (0, 1)
    assert same_again(session, BusyPolicy()) == whole.wire[: len(session.outputs)]


def test_notes_that_hang_where_it_was_cut_are_named():
    session = from_lines(played())

    assert len(session.hanging) == 1
    assert session.hanging[0] == (session.wire[-1][1].pitch, 0)


def test_messages_that_were_late_or_not_the_engines_are_played_as_they_were():
    lines = played()
    first = next(i for i, line in enumerate(lines) if '"bytes"' in line)
    lines[first] = lines[first].replace('"sent"', '"late"')
    lines.insert(first, sent_line(Sent(Nanos(0), Nanos(0), NoteOn(60, 80, 5), "more")))

    session = from_lines(lines)

    assert same_again(session, BusyPolicy()) == session.wire
    assert session.wire[0][1] == NoteOn(60, 80, 5)
    assert len(session.wire) == len(session.outputs) - 1
    assert len(session.ours) == len(session.outputs) - 2


def test_session_that_was_changed_is_found_out():
    lines = played()
    place = next(i for i, line in enumerate(lines) if '"bytes": "90' in line)
    lines[place] = sent_line(Sent(Nanos(0), Nanos(0), NoteOn(1)))

    with pytest.raises(FileError, match="Message 1 of the take"):
        same_again(from_lines(lines), BusyPolicy())


def test_another_policy_cannot_play_it_again():
    with pytest.raises(FileError, match="--policy"):
        same_again(from_lines(played()), type("Other", (BusyPolicy,), {"digest": "other"})())


def broken(**changes):
    lines = played()
    place = next(i for i, line in enumerate(lines) if '"bytes"' in line)
    lines[place] = json.dumps({**json.loads(lines[place]), **changes})
    return lines


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["[" * 100_000],
        ["{}"],
        [played()[0], "{", played()[1]],
        [played()[0], "7", played()[1]],
        broken(bytes="f8"),
        broken(bytes="zz"),
        broken(at_ns=1.5),
        broken(fate="lost"),
    ],
)
def test_a_broken_session_is_refused_in_one_sentence(lines):
    with pytest.raises(FileError, match=r"^Line \d+ is not one of a session of ours"):
        from_lines(lines)


def test_an_answer_that_was_sent_ahead_is_on_the_wire_where_it_was_sent():
    head = first_line(Engine(CONFIG, BusyPolicy()).recording(), "busy", "today")
    sent = [Sent(3, 0, NoteOn(72)), Sent(2, 0, NoteOn(60), "more"), Sent(2, 0, NoteOn(67), "late")]

    session = from_lines([head, *map(sent_line, sent)])

    assert session.wire == [(2, NoteOn(60)), (3, NoteOn(72))]
