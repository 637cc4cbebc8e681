"""What foresight says will come is what comes, as long as nothing is told; then it thinks anew."""

import pytest

from melodyrl.cli.policy_list import open_choice
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import MODES, Nanos, SetKnob, SetMode
from melodyrl.core.engine.foresight import Foresight
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn
from melodyrl.core.midi.notes import notes_of
from melodyrl.core.music import Key

BEAT = 500_000_000
CHORDS = ((48, 64, 67), (53, 57, 60), (55, 59, 62))


@pytest.fixture(scope="module")
def policies():
    return open_choice("shipped", "melody"), open_choice("shipped", "chords")


def engine_of(policies, **config):
    melody, chords = policies
    return Engine(EngineConfig(key=Key(0), **config), melody, chord_policy=chords)


def performance(mode):
    """Six bars of chords; in the third a knob is turned, in the fourth the mode is left."""
    for bar, chord in enumerate(CHORDS * 2):
        start = Nanos(4 * bar * BEAT)
        for pitch in chord:
            yield start, NoteOn(pitch)
        if bar == 2:
            yield Nanos(start + BEAT), SetKnob("density", 2.5)
        if bar == 3:
            yield Nanos(start + BEAT), SetMode("solo" if mode != "solo" else "answer")
        for pitch in chord:
            yield Nanos(start + 3 * BEAT), NoteOff(pitch)


def begun(sent):
    messages = [(each.due_ns, each.message) for each in sent if isinstance(each.message, Message)]
    return {(note.start_ns, note.pitch, note.velocity) for note in notes_of(messages)}


@pytest.mark.parametrize("mode", MODES)
def test_what_is_foreseen_comes_where_nothing_is_told_meanwhile(policies, mode):
    playing, foresight = engine_of(policies, mode=mode), Foresight(engine_of(policies, mode=mode))
    events = list(performance(mode))
    sent, foreseen = [], set()
    later = [at_ns for at_ns, _ in events[1:]] + [Nanos(events[-1][0] + 4 * BEAT)]

    for (at_ns, event), next_ns in zip(events, later, strict=True):
        playing.receive(event, at_ns)
        foresight.tell(event, at_ns)
        sent += playing.due(next_ns)
        for look_ns in range(at_ns + 1, next_ns, BEAT):
            for note in foresight.coming(Nanos(look_ns), Nanos(next_ns - 1)):
                foreseen.add((note.start_ns, note.pitch, note.velocity))

    told = {at_ns for at_ns, _ in events} | {later[-1]}
    assert foreseen == {each for each in begun(sent) if each[0] not in told}
    assert foreseen or mode == "off"


def test_a_fork_goes_on_alike_and_leaves_the_engine_as_it_was(policies):
    engine, twin = engine_of(policies), engine_of(policies)
    for each in (engine, twin):
        each.receive(NoteOn(60), Nanos(0))
        each.due(Nanos(5 * BEAT))

    ahead = engine.fork()
    foreseen = ahead.due(Nanos(16 * BEAT))

    assert ahead.recording().events == ()
    assert foreseen == twin.due(Nanos(16 * BEAT)) == engine.due(Nanos(16 * BEAT))
    assert ahead.snapshot().policies == engine.snapshot().policies


def test_drums_go_on_alike_in_a_fork_and_are_not_foreseen_as_notes(policies):
    drums = {"drums": True, "pattern": "hat xxxx xxxx xxxx xxxx"}
    engine, twin = engine_of(policies, **drums), engine_of(policies, **drums)
    foresight = Foresight(engine_of(policies, **drums))
    for each in (engine, twin):
        each.receive(NoteOn(60), Nanos(0))
        each.due(Nanos(5 * BEAT))
    foresight.tell(NoteOn(60), Nanos(0))

    ahead = engine.fork().due(Nanos(16 * BEAT))
    coming = foresight.coming(Nanos(5 * BEAT), Nanos(16 * BEAT))

    assert ahead == twin.due(Nanos(16 * BEAT)) == engine.due(Nanos(16 * BEAT))
    assert sum(each.message == NoteOn(42, 54, 9) for each in ahead) > 10
    assert coming
    assert 42 not in {note.pitch for note in coming}


def test_an_event_changes_what_is_foreseen(policies):
    foresight = Foresight(engine_of(policies))
    foresight.tell(NoteOn(48), Nanos(0))
    before = foresight.coming(Nanos(BEAT), Nanos(8 * BEAT))

    for pitch in (53, 56, 61):
        foresight.tell(NoteOn(pitch), Nanos(BEAT // 2))

    assert foresight.coming(Nanos(BEAT), Nanos(8 * BEAT)) != before
