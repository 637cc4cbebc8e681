"""The mode chords: chords to the tune that the player plays."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.chord_mind import TURNED_BY, ChordMind
from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import MODES, Nanos, SetMode
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.chords.actions import ACTIONS
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import ConfigError
from tests.fakes import BrokenPolicy, BusyPolicy, FakePolicy
from tests.strategies import MS, events, timed
from tests.wire import balance

STEP = 125 * MS  # a sixteenth at 120 quarter notes a minute
TUNE = (72, 76, 79, 76, 77, 81, 84, 81, 79, 83, 86, 77, 72, 79, 76, 72)


class FakeChords(FakePolicy):
    preset = CHORDS


class BrokenChords(BrokenPolicy):
    preset = CHORDS


def engine(chords=None, **config):
    settings = {"mode": "chords", "key": Key(0), **config}
    return Engine(EngineConfig(**settings), FakePolicy(), chord_policy=chords)


def sung(pitches=TUNE, up=0):
    """Quarters, each let go as the next begins."""
    told = []
    for number, pitch in enumerate(pitches):
        at = Nanos(number * 4 * STEP)
        told += [(at, NoteOn(pitch + up)), (Nanos(at + 4 * STEP - MS), NoteOff(pitch + up))]
    return told


UNTIL = Nanos(len(TUNE) * 4 * STEP - 1)


def chords_of(outgoing):
    """Sets of pitches begun at one moment, by moment."""
    struck = {}
    for each in outgoing:
        if isinstance(each.message, NoteOn):
            struck.setdefault(each.due_ns, set()).add(each.message.pitch)
    return struck


def test_where_no_key_is_given_two_notes_are_listened_to_first():
    struck = chords_of(run_offline(engine(key=None), sung(), UNTIL))

    assert min(struck) == 2 * 4 * STEP + 20 * MS


def test_a_tune_gets_chords_from_its_first_note():
    outgoing = run_offline(engine(), sung(), UNTIL)

    struck = chords_of(outgoing)
    assert min(struck) == 20 * MS
    assert len(struck) >= 4
    assert all(len(pitches) >= 4 for pitches in struck.values())


def test_our_voices_lie_below_the_tune():
    for pitches in chords_of(run_offline(engine(), sung(), UNTIL)).values():
        assert max(pitches) <= min(TUNE) - 2


def test_under_a_low_tune_our_voices_lie_above():
    low = [pitch - 36 for pitch in TUNE]
    struck = chords_of(run_offline(engine(), sung(low), UNTIL))

    assert all(min(pitches) > low[0] for pitches in struck.values())


def test_every_note_ends_and_none_is_doubled():
    bandmate = engine(FakeChords())
    outgoing = run_offline(bandmate, sung(), UNTIL) + bandmate.close(UNTIL)

    ons, offs = balance(outgoing)
    assert ons == offs


@pytest.mark.parametrize("up", [1, 5, -4])
def test_a_transposed_tune_gets_the_same_chords_transposed(up):
    def classes(bandmate, told):
        struck = chords_of(run_offline(bandmate, told, UNTIL))
        return {at: {pitch % 12 for pitch in pitches} for at, pitches in struck.items()}

    plain = classes(engine(FakeChords()), sung())
    moved = classes(engine(FakeChords(), key=Key(up % 12)), sung(up=up))

    assert moved == {at: {(pc + up) % 12 for pc in pcs} for at, pcs in plain.items()}


def test_a_minor_key_is_heard_as_its_relative_major():
    major = run_offline(engine(FakeChords()), sung(), UNTIL)
    minor = run_offline(engine(FakeChords(), key=Key(9, minor=True)), sung(), UNTIL)

    assert major == minor


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timed(events), st.integers(0, 3))
def test_a_recording_plays_the_same_again(told, seed):
    chords = FakeChords()
    bandmate = engine(chords, seed=seed, key=None)
    first = run_offline(bandmate, told, Nanos(told[-1][0] + 3_000 * MS) if told else UNTIL)

    assert replay(bandmate.recording(), FakePolicy(), chords) == first


def test_a_policy_that_fails_keeps_its_chord_and_is_counted():
    bandmate = engine(BrokenChords())
    outgoing = run_offline(bandmate, sung(), UNTIL)

    shown = bandmate.snapshot()
    assert shown.failures > 0
    assert shown.fallback
    assert chords_of(outgoing)


def test_why_names_chords_in_the_key():
    bandmate = engine(key=Key(2))
    run_offline(bandmate, sung(up=2), UNTIL)

    why = bandmate.snapshot().why
    assert why is not None
    names = {chord.transposed(2).name for chord in ACTIONS.chords} | {"hold"}
    assert {why.chosen.name, *(each.name for each in why.alternatives)} <= names
    assert [name for name, _ in why.chosen.terms] == list(CHORDS.terms)


def test_there_is_no_why_before_a_note():
    assert engine().snapshot().why is None


def test_modes_change_live_without_a_note_left_behind():
    bandmate = engine(FakeChords())
    bandmate.receive(NoteOn(72), Nanos(0))
    bandmate.due(Nanos(STEP))
    assert bandmate.snapshot().sounding
    for number, mode in enumerate((*MODES, "chords"), start=2):
        bandmate.receive(SetMode(mode), Nanos(number * STEP))

    assert bandmate.snapshot().sounding == ()


def test_each_knob_turns_its_own_term():
    knobs = default_knobs()
    mind = ChordMind(None, knobs, np.random.default_rng(0))
    at_default = mind.w.copy()

    for term, knob in TURNED_BY.items():
        place = CHORDS.terms.index(term)
        mind.turn(knobs | {knob: 0.0})
        assert mind.w[place] < at_default[place]
        assert mind.w.argmin() == place
    assert mind.w.sum() == pytest.approx(at_default.sum())


def test_a_policy_for_another_task_is_refused():
    with pytest.raises(ConfigError, match="chords"):
        Engine(EngineConfig(), FakePolicy(), chord_policy=GreedyPolicy(FULL))


def test_melodies_play_as_before_whatever_chord_policy_there_is():
    told = sung()
    alone = run_offline(Engine(EngineConfig(), BusyPolicy()), told, UNTIL)
    beside = run_offline(
        Engine(EngineConfig(), BusyPolicy(), np.random.default_rng(0), chord_policy=FakeChords()),
        told,
        UNTIL,
    )

    assert alone == beside
