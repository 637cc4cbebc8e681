"""Off-beats are sent later, and nothing else changes."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import (
    Panic,
    Release,
    SetKnob,
    SetMeter,
    SetMode,
    SetTempo,
    Stop,
    Sync,
)
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.engine.swing import delay
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import COMMON, METERS, Key, Meter
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.presets import FULL
from tests.fakes import BusyPolicy, FakePolicy, decision
from tests.polling import asked_rarely, assert_whole_and_again
from tests.strategies import MS, events, timed
from tests.wire import balance

SECOND = 1_000 * MS
STEP = 125 * MS
LISTEN = 20 * MS
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
swings = st.floats(0, 1)


class FakeChords(FakePolicy):
    preset = CHORDS


class OneNotePolicy(BusyPolicy):
    """Plays a note, then only rests."""

    def decide(self, question, rng):
        self.decide = lambda question, rng: decision(FULL.actions.rest, question.judgement)
        return super().decide(question, rng)


def engine(policy=None, swing=1.0, **config):
    knobs = default_knobs() | {"swing": swing}
    config = EngineConfig(key=Key(0), knobs=knobs, **config)
    return Engine(config, policy or BusyPolicy(), chord_policy=FakeChords())


def late_by(outgoing):
    """How late each note-on is after the latest sixteenth at 120, in whole milliseconds."""
    begun = [each.due_ns - LISTEN for each in outgoing if isinstance(each.message, NoteOn)]
    return [at % STEP // MS for at in begun]


@given(st.integers(0, 31), swings, st.sampled_from(METERS))
def test_the_warp_rises_and_keeps_each_beat_where_it_is(step, swing, meter):
    here, following = (each + delay(each, meter, swing) for each in (step, step + 1))

    assert following - here >= 2 / 3 - 1e-9, "of a sixteenth"
    assert delay(step - step % meter.steps_per_beat, meter, swing) == 0


@given(st.integers(0, 31), swings, st.sampled_from([COMMON, Meter(3, 4)]))
def test_the_off_beat_lies_at_a_half_and_a_sixth_of_swing_and_sixteenths_in_the_middle(
    beat, swing, meter
):
    places = [(step + delay(4 * beat + step, meter, swing)) / 4 for step in range(4)]

    s = 1 / 2 + swing / 6
    assert places == pytest.approx([0, s / 2, s, (1 + s) / 2])


@given(st.integers(0, 31), swings)
def test_nothing_is_late_without_swing_or_where_a_beat_has_three_eighths(step, swing):
    assert delay(step, COMMON, 0.0) == 0
    assert delay(step, Meter(6, 8), swing) == 0


def test_triplets_at_120_are_42_and_83_milliseconds_late():
    outgoing = run_offline(engine(), [(0, NoteOn(60))], 2 * SECOND)

    assert late_by(outgoing) == [0, 41, 83, 41] * 4


def test_chords_swing_as_well():
    straight, swung = (
        run_offline(engine(swing=swing, mode="chords"), [(0, NoteOn(72))], 4 * SECOND)
        for swing in (0.0, 1.0)
    )

    assert set(late_by(swung)) == {0, 83}
    assert [each.message for each in swung] == [each.message for each in straight]


def test_decisions_and_the_grid_stay_straight():
    def pictures(swing):
        bandmate, seen = engine(FakePolicy(), swing), []
        bandmate.receive(NoteOn(60), 0)
        for number in range(64):
            bandmate.due(number * STEP + 17 * MS)
            picture = bandmate.snapshot()
            seen.append((picture.bar, picture.step, picture.step_began_ns, picture.why))
        return seen

    assert pictures(1.0) == pictures(0.0)


def test_a_snapshot_shows_what_sounds_and_not_what_is_still_to_come():
    bandmate = engine()
    run_offline(bandmate, [(0, NoteOn(60))], 2 * STEP + LISTEN)
    before = bandmate.snapshot().sounding

    assert [each.message for each in bandmate.due(2 * STEP + LISTEN + 83 * MS)] == []
    assert bandmate.snapshot().sounding == before
    off, on = (each.message for each in bandmate.due(2 * STEP + LISTEN + 84 * MS))
    assert (off.pitch,) == before
    assert bandmate.snapshot().sounding == (on.pitch,)


def test_second_voices_come_at_once_and_a_clock_that_is_sent_stays_straight():
    bandmate = engine(mode="harmony", clock_out=True)
    told = [(0, NoteOn(60)), (2 * STEP + 5, NoteOn(64))]

    outgoing = run_offline(bandmate, told, SECOND)

    assert [each.due_ns for each in outgoing if isinstance(each.message, NoteOn)] == [
        0,
        2 * STEP + 5,
    ]
    ticks = [each.due_ns for each in outgoing if each.message is RealTime.TICK]
    assert {(b - a) // 10_000 for a, b in pairwise(ticks[1:])} == {2083}


def test_swing_where_another_clock_leads():
    bandmate = engine(clock="midi")

    outgoing = run_offline(bandmate, [(0, Sync(0, 0.0, 120.0)), (0, NoteOn(60))], SECOND)

    assert late_by(outgoing) == [0, 41, 83, 41] * 2


def test_a_knob_that_is_turned_live_holds_from_the_next_step_on():
    turns = [(SECOND + 30 * MS, SetKnob("swing", 0.5)), (2 * SECOND, SetKnob("swing", 0.0))]

    outgoing = run_offline(engine(), [(0, NoteOn(60)), *turns], 3 * SECOND)

    assert late_by(outgoing) == [0, 41, 83, 41] * 2 + [0, 20, 41, 20] * 2 + [0] * 8


def test_a_meter_in_three_eighths_is_played_straight():
    told = [(0, NoteOn(60)), (SECOND, SetMeter(6, 8))]

    outgoing = run_offline(engine(), told, 2 * SECOND)

    assert late_by(outgoing) == [0, 41, 83, 41] * 2 + [0] * 8


def test_the_end_of_a_note_that_is_late_comes_at_once_where_the_playing_ends():
    bandmate = engine(OneNotePolicy())
    run_offline(bandmate, [(0, NoteOn(60))], STEP + LISTEN)
    assert bandmate.snapshot().sounding, "a rest was decided, and is 41 ms late"

    bandmate.receive(Stop(), STEP + LISTEN + 5)

    assert [(each.due_ns, type(each.message)) for each in bandmate.due(STEP + LISTEN + 5)] == [
        (STEP + LISTEN + 5, NoteOff)
    ]


@pytest.mark.parametrize(
    "command", [SetMode("off"), SetMode("harmony"), Stop(), Panic(), Release()]
)
def test_a_note_that_is_ended_before_it_is_due_is_not_played(command):
    bandmate = engine()
    begun = run_offline(bandmate, [(0, NoteOn(60))], 2 * STEP + LISTEN)

    bandmate.receive(command, 2 * STEP + LISTEN + 5)
    ended = bandmate.due(2 * STEP + LISTEN + 5)

    assert not [each for each in ended if isinstance(each.message, NoteOn)]
    ons, offs = balance([*begun, *ended])
    assert ons == offs
    assert sum(ons.values()) == 2


def test_a_tempo_that_rises_while_a_note_waits_reorders_nothing():
    told = [(0, NoteOn(60)), (1_500 * MS + LISTEN, SetTempo(400.0))]
    bandmate = engine(tempo_bpm=20.0)

    outgoing = run_offline(bandmate, told, 3 * SECOND)

    ons, offs = balance([*outgoing, *bandmate.close(3 * SECOND)])
    assert ons == offs
    due = [each.due_ns for each in outgoing]
    assert due == sorted(due)
    assert 0 < min(at for at in due if at > 1_520 * MS) - 1_520 * MS < 80 * MS, "not 500 ms"


turning = st.one_of(events, st.builds(SetKnob, st.just("swing"), swings))


@few
@given(timed(turning), st.sampled_from(["solo", "chords", "harmony"]), st.sampled_from([20, 400]))
def test_whatever_is_told_each_on_has_its_off_in_order_and_a_replay_the_same_bytes(
    told, mode, tempo_bpm
):
    bandmate = engine(FakePolicy(), mode=mode, tempo_bpm=float(tempo_bpm))

    assert_whole_and_again(bandmate, told, FakePolicy(), FakeChords())


@few
@given(timed(turning), st.sampled_from(["solo", "chords"]), st.sampled_from([20, 120]))
def test_polling_changes_nothing_that_swings(told, mode, tempo_bpm):
    until = (told[-1][0] if told else 0) + 3 * SECOND
    rarely, often = (engine(FakePolicy(), mode=mode, tempo_bpm=float(tempo_bpm)) for _ in range(2))

    assert asked_rarely(rarely, told, until) == run_offline(often, told, until)
