"""What waits, what goes ahead, and what is then not played at all."""

from melodyrl.core.engine.outbox import Outbox
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music.tempo import Nanos


def taken(outbox):
    return [(each.due_ns, each.message) for each in outbox.take(Nanos(1_000))]


def test_what_waits_goes_ahead_of_what_is_said_for_earlier():
    outbox = Outbox()
    outbox.say([NoteOff(60), NoteOn(62)], Nanos(300), 0)

    outbox.say([NoteOn(65)], Nanos(200), 0)

    assert taken(outbox) == [(200, NoteOff(60)), (200, NoteOn(62)), (200, NoteOn(65))]


def test_what_waits_goes_ahead_also_of_a_silence():
    outbox = Outbox()
    outbox.say([NoteOff(60)], Nanos(300), 0)

    outbox.say([], Nanos(200), 0)

    assert taken(outbox) == [(200, NoteOff(60))]


def test_of_a_note_that_is_struck_again_only_what_waits_for_later_is_not_played():
    outbox = Outbox()
    outbox.say([NoteOn(60, 80)], Nanos(100), 0)
    outbox.say([NoteOff(60), NoteOn(60, 90)], Nanos(300), 0)

    outbox.say([NoteOff(60)], Nanos(200), 0)

    assert taken(outbox) == [(100, NoteOn(60, 80)), (200, NoteOff(60))]


def test_notes_that_begin_and_end_while_they_wait_are_not_played():
    outbox = Outbox()
    outbox.say([NoteOn(60)], Nanos(300), 0)
    outbox.say([NoteOff(60), NoteOn(62)], Nanos(400), 0)

    outbox.say([NoteOff(62)], Nanos(200), 0)

    assert taken(outbox) == []


def test_a_note_sounds_from_when_it_is_due_whether_or_not_it_was_taken():
    outbox = Outbox()
    outbox.say([NoteOn(60)], Nanos(100), 0)
    outbox.say([NoteOff(60), NoteOn(62)], Nanos(300), 0)

    assert [outbox.sounding(Nanos(now), 0) for now in (99, 100, 300)] == [(), (60,), (62,)]
    outbox.take(Nanos(200))
    assert [outbox.sounding(Nanos(now), 0) for now in (200, 300)] == [(60,), (62,)]
