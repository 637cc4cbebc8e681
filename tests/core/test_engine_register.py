"""The register moves what sounds by whole octaves, and nothing else changes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import SetKnob
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.register import lifted
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL
from tests.strategies import MS, events, timed
from tests.wire import balance

SECOND = 1_000 * MS
CHORD = [(0, NoteOn(57)), (0, NoteOn(60)), (0, NoteOn(64))]
PHRASE = [
    (at * 250 * MS, event)
    for at, pitch in enumerate((60, 62, 64, 67))
    for event in (NoteOff(60), NoteOff(62), NoteOff(64), NoteOn(pitch))
] + [(1250 * MS, NoteOff(67))]
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def engine(register=0.0, **config):
    knobs = default_knobs() | {"register": register}
    return Engine(EngineConfig(knobs=knobs, **config), GreedyPolicy(FULL))


def played(outgoing):
    return [
        (each.due_ns, each.message.pitch) for each in outgoing if isinstance(each.message, NoteOn)
    ]


@pytest.mark.parametrize("register", [-2.0, -1.0, 1.0])
@pytest.mark.parametrize(("mode", "told"), [("solo", CHORD), ("answer", PHRASE)])
def test_a_line_sounds_so_many_octaves_away(mode, told, register):
    usual = played(run_offline(engine(mode=mode), told, 8 * SECOND))
    moved = played(run_offline(engine(register, mode=mode), told, 8 * SECOND))

    assert len(usual) >= 3
    assert moved == [(at, pitch + 12 * register) for at, pitch in usual]


def test_a_second_voice_stays_by_its_note():
    usual = played(run_offline(engine(mode="harmony"), CHORD, SECOND))

    assert played(run_offline(engine(-2.0, mode="harmony"), CHORD, SECOND)) == usual


def test_a_knob_that_is_turned_moves_the_next_note_and_ends_the_last():
    bandmate = engine()
    told = [*CHORD, (4 * SECOND, SetKnob("register", -1.0))]

    outgoing = run_offline(bandmate, told, 8 * SECOND)
    usual = played(run_offline(engine(), CHORD, 8 * SECOND))

    at_ns = 4 * SECOND
    assert played(outgoing) == [(at, pitch - 12 * (at > at_ns)) for at, pitch in usual]
    ons, offs = balance([*outgoing, *bandmate.close(8 * SECOND)])
    assert ons == offs


def test_the_reasons_name_the_pitches_that_sound():
    bandmate = engine(-1.0)
    outgoing = run_offline(bandmate, CHORD, 25 * MS)

    first = bandmate.snapshot().why.chosen.name
    assert played(outgoing)[0][1] == 12 * (int(first[-1]) + 1) + "C D EF G A B".index(first[0])


@given(st.integers(-30, 160), st.floats(-2, 1))
def test_what_sounds_is_a_pitch_of_midi_and_of_the_same_class(pitch, register):
    sounds = lifted(pitch, register)

    assert 0 <= sounds <= 127
    assert (sounds - pitch) % 12 == 0


@few
@given(timed(events), st.floats(-2, 1))
def test_no_note_hangs_and_a_take_plays_again(told, register):
    bandmate = engine(register)
    outgoing = run_offline(bandmate, told, told[-1][0] if told else 0)
    recording = from_lines(to_lines(bandmate.recording()))

    assert replay(recording, GreedyPolicy(FULL)) == outgoing
    ons, offs = balance([*outgoing, *bandmate.close(told[-1][0] if told else 0)])
    assert ons == offs


def test_a_take_from_before_there_was_a_register_still_plays():
    bandmate = engine()
    outgoing = run_offline(bandmate, CHORD, 2 * SECOND)
    lines = [line.replace(', "register": 0.0', "") for line in to_lines(bandmate.recording())]

    assert "register" not in lines[0]
    assert replay(from_lines(lines), GreedyPolicy(FULL)) == outgoing
