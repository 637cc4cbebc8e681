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


def test_an_event_changes_what_is_foreseen(policies):
    foresight = Foresight(engine_of(policies))
    foresight.tell(NoteOn(48), Nanos(0))
    before = foresight.coming(Nanos(BEAT), Nanos(8 * BEAT))

    for pitch in (53, 56, 61):
        foresight.tell(NoteOn(pitch), Nanos(BEAT // 2))

    assert foresight.coming(Nanos(BEAT), Nanos(8 * BEAT)) != before
