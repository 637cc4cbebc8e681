"""The engine under a clock: one that leads it, one that it sends, and a hand that taps."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import (
    Halt,
    Panic,
    SetClock,
    SetMeter,
    SetTempo,
    Start,
    Stop,
    Sync,
    Tap,
)
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.clock import RealTime, SongPosition
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from tests.fakes import BusyPolicy, FakePolicy
from tests.strategies import MS, events, gaps_ns
from tests.wire import balance

SECOND = 1_000 * MS
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
syncs = st.builds(
    Sync,
    st.integers(-SECOND, 20 * SECOND),
    st.floats(0, 4000),
    st.floats(20, 400),
    st.booleans(),
)


def engine(policy=None, **config):
    return Engine(EngineConfig(key=Key(0), **config), policy or BusyPolicy())


def onsets(outgoing):
    return [each.due_ns for each in outgoing if isinstance(each.message, NoteOn)]


def ticks(outgoing):
    return [each.due_ns for each in outgoing if each.message is RealTime.TICK]


def test_a_led_engine_waits_for_the_clock_and_not_for_a_note():
    bandmate = engine(clock="midi")

    run_offline(bandmate, [(0, NoteOn(60)), (SECOND, Start())], 4 * SECOND)

    assert not bandmate.snapshot().running
    assert bandmate.snapshot().clock_state == "waiting"
    assert bandmate.snapshot().held == (60,)


def test_a_led_engine_plays_on_the_grid_of_the_clock():
    bandmate = engine(clock="midi")
    told = [(SECOND + 3 * MS, Sync(SECOND, 0.0, 90.0)), (SECOND + 4 * MS, NoteOn(60))]

    outgoing = run_offline(bandmate, told, 3 * SECOND)

    step_ns = 60 * SECOND / 90 / 4
    expected = [round(SECOND + i * step_ns) + 20 * MS for i in range(12)]
    assert onsets(outgoing) == pytest.approx(expected, abs=1)
    picture = bandmate.snapshot()
    assert (picture.clock, picture.clock_state, picture.tempo_bpm) == ("midi", "locked", 90.0)


def test_a_chord_that_comes_just_before_the_clock_starts_is_heard():
    bandmate = engine(clock="midi")
    told = [(SECOND - 2 * MS, NoteOn(pitch)) for pitch in (57, 60, 64)]

    run_offline(bandmate, [*told, (SECOND, Sync(SECOND, 0.0, 120.0))], SECOND + 20 * MS)

    assert bandmate.snapshot().chord == "Am"


def test_a_continue_begins_at_its_place():
    bandmate = engine(clock="midi")

    outgoing = run_offline(bandmate, [(0, NoteOn(60)), (5, Sync(5, 70.0, 120.0))], 20 * MS + 5)

    picture = bandmate.snapshot()
    assert (picture.bar, picture.step) == (4, 6)
    assert onsets(outgoing) == [20 * MS + 5]
    assert picture.running


def test_a_correction_moves_the_grid_and_repeats_no_step():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0))]
    told += [(500 * MS + 1, Sync(504 * MS, 4.0, 120.0))]

    outgoing = run_offline(bandmate, told, 2 * SECOND)

    gaps = [later - earlier for earlier, later in pairwise(onsets(outgoing))]
    assert [gap // MS for gap in gaps] == [125] * 3 + [129] + [125] * 11


def test_a_jump_of_the_clock_releases_and_goes_on_elsewhere():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0)), (SECOND, Sync(SECOND, 64.0, 120.0))]

    outgoing = run_offline(bandmate, told, SECOND + 20 * MS)

    assert bandmate.snapshot().bar == 4
    assert [e.due_ns for e in outgoing if isinstance(e.message, NoteOff)][-1] == SECOND


def test_halt_releases_and_notes_do_not_begin_the_music_again():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0)), (SECOND, Halt()), (SECOND + 1, NoteOn(62))]

    outgoing = run_offline(bandmate, told, 4 * SECOND)

    assert outgoing[-1].due_ns == SECOND
    assert bandmate.snapshot().sounding == ()


@pytest.mark.parametrize("command", [Stop(), Panic()])
def test_stop_of_the_player_lasts_until_the_next_note_on_the_clocks_grid(command):
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0)), (SECOND, command)]
    told += [(2 * SECOND + 30 * MS, NoteOn(64))]

    outgoing = run_offline(bandmate, told, 3 * SECOND)

    assert not [at for at in onsets(outgoing) if SECOND < at < 2 * SECOND + 125 * MS]
    assert next(at for at in onsets(outgoing) if at > SECOND) == 2 * SECOND + 145 * MS


def test_a_note_after_a_stop_is_answered_however_far_the_song_had_come():
    bandmate = engine(mode="harmony", clock="midi")
    told = [(0, Sync(0, 40_000.0, 120.0)), (MS, NoteOn(64)), (300 * MS, Halt())]

    outgoing = run_offline(bandmate, [*told, (400 * MS, NoteOn(64))], SECOND)

    assert onsets(outgoing)[-1] == 400 * MS


def test_a_silent_player_is_waited_for_while_the_bars_are_counted():
    bandmate = engine(clock="midi")
    told = [(0, Sync(0, 0.0, 120.0)), (0, NoteOn(60)), (SECOND, NoteOff(60))]

    outgoing = run_offline(bandmate, told, 30 * SECOND)

    assert outgoing[-1].due_ns == 10 * SECOND + 17 * MS
    picture = bandmate.snapshot()
    assert picture.running
    assert picture.bar == 14
    again = run_offline(bandmate, [(30 * SECOND + MS, NoteOn(60))], 30 * SECOND + 20 * MS)
    assert onsets(again) == [30 * SECOND + 20 * MS]


def test_a_clock_that_is_gone_is_held_and_said_to_be():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0)), (SECOND, Sync(SECOND, 8.0, 120.0, True))]

    outgoing = run_offline(bandmate, told, 4 * SECOND)

    assert bandmate.snapshot().clock_state == "holding"
    assert {b - a for a, b in pairwise(onsets(outgoing))} == {125 * MS}


def test_a_clock_that_never_comes_back_does_not_play_for_ever():
    bandmate = engine(clock="midi")
    bandmate.receive(Sync(0, 0.0, 120.0), 0)

    bandmate.due(10**30)

    assert not bandmate.snapshot().running


def test_a_led_engine_takes_no_tempo_from_anyone_else():
    bandmate = engine(clock="midi")

    bandmate.receive(Sync(0, 0.0, 93.0), 0)
    bandmate.receive(SetTempo(150.0), MS)

    assert bandmate.snapshot().tempo_bpm == 93.0


def test_music_runs_on_until_the_clock_that_was_chosen_is_heard():
    bandmate = engine(tempo_bpm=90.0)
    step_ns = 60 * SECOND / 90 / 4

    outgoing = run_offline(bandmate, [(0, NoteOn(60)), (SECOND, SetClock("midi"))], 4 * SECOND)

    expected = [round(i * step_ns) + 20 * MS for i in range(24)]
    assert onsets(outgoing) == pytest.approx(expected, abs=1)
    picture = bandmate.snapshot()
    assert (picture.clock, picture.clock_state, picture.tempo_bpm) == ("midi", "holding", 90.0)


def test_a_clock_that_is_near_the_beat_moves_it_no_further_than_it_is_away():
    bandmate = engine()
    told = [(0, NoteOn(60)), (SECOND - 60 * MS, SetClock("midi"))]
    told += [(SECOND - 60 * MS, Sync(SECOND - 95 * MS, 7.0, 100.0))]

    outgoing = run_offline(bandmate, told, 2 * SECOND)

    before = [i * 125 * MS + 20 * MS for i in range(8)]  # the next would have come at 1020 ms
    after = [SECOND - 95 * MS + i * 150 * MS + 20 * MS for i in range(1, 8)]
    assert onsets(outgoing) == [*before, *after]
    assert bandmate.snapshot().clock_state == "locked"


def test_our_own_clock_goes_on_at_the_tempo_and_place_of_the_one_that_led():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 100.0)), (SECOND, SetClock("internal"))]
    told += [(2 * SECOND, Sync(2 * SECOND, 64.0, 60.0)), (2 * SECOND, Halt())]

    outgoing = run_offline(bandmate, told, 3 * SECOND)

    assert onsets(outgoing) == [i * 150 * MS + 20 * MS for i in range(20)]
    picture = bandmate.snapshot()
    assert (picture.clock, picture.clock_state) == ("internal", "locked")
    run_offline(bandmate, [(3 * SECOND, SetTempo(150.0))], 3 * SECOND)
    assert bandmate.snapshot().tempo_bpm == 150.0


def test_bars_that_were_counted_for_nobody_end_with_the_clock_that_led():
    bandmate = engine(clock="midi")
    told = [(0, NoteOn(60)), (0, Sync(0, 0.0, 120.0)), (SECOND, Stop())]
    told += [(2 * SECOND, SetClock("internal"))]

    run_offline(bandmate, told, 3 * SECOND)
    assert not bandmate.snapshot().running
    outgoing = run_offline(bandmate, [(3 * SECOND + 7, NoteOn(62))], 3 * SECOND + 20 * MS + 7)

    assert onsets(outgoing) == [3 * SECOND + 20 * MS + 7], "a first bar begins with the note"
    assert bandmate.snapshot().bar == 0


def test_a_clock_that_was_chosen_and_is_never_heard_does_not_play_for_ever():
    bandmate = engine()
    run_offline(bandmate, [(0, NoteOn(60)), (SECOND, SetClock("midi"))], SECOND)

    bandmate.due(10**30)

    assert not bandmate.snapshot().running


def follow_player(tempo_bpm, beats, told=(), seed=0, **config):
    """An engine that was told 100 and follows a player of quarters and eighths."""
    rng = np.random.default_rng(seed)
    places = [place for beat in range(beats) for place in ([beat, beat + 0.5], [beat])[beat % 2]]
    played = [SECOND + place * 60 * SECOND / tempo_bpm + rng.normal(0, 12 * MS) for place in places]
    notes = [(round(at_ns), NoteOn(60 + number % 3)) for number, at_ns in enumerate(sorted(played))]
    bandmate = engine(FakePolicy(), clock="follow", tempo_bpm=100.0, **config)
    script = sorted([*notes, *told], key=lambda each: each[0])
    return bandmate, run_offline(bandmate, script, notes[-1][0])


@pytest.mark.parametrize("tempo_bpm", [84.0, 92.0, 113.0, 126.0])
def test_a_player_who_is_followed_has_their_tempo_and_beat_after_four_bars(tempo_bpm):
    bandmate, _ = follow_player(tempo_bpm, 17)

    picture = bandmate.snapshot()
    assert picture.tempo_bpm == pytest.approx(tempo_bpm, rel=0.03)
    beats = ((picture.step_began_ns - SECOND) / SECOND * tempo_bpm / 60 - picture.step / 4) % 1
    assert min(beats, 1 - beats) * 60 * SECOND / tempo_bpm < 60 * MS
    assert picture.bar == 4


def test_the_beat_of_a_player_who_pauses_is_held():
    bandmate, _ = follow_player(90.0, 24)
    before = bandmate.snapshot().tempo_bpm
    last_ns = bandmate.told_ns

    run_offline(bandmate, [], last_ns + 3 * SECOND)

    assert bandmate.snapshot().running
    assert bandmate.snapshot().tempo_bpm == before


def test_a_tempo_that_is_told_is_where_the_search_begins_anew():
    bandmate, _ = follow_player(90.0, 24)

    bandmate.receive(SetTempo(140.0), bandmate.told_ns)
    run_offline(bandmate, [(bandmate.told_ns + SECOND, NoteOn(60))], bandmate.told_ns + 2 * SECOND)

    assert bandmate.snapshot().tempo_bpm == 140.0


def test_the_grid_of_a_player_moves_by_a_quarter_of_a_step_at_most():
    told = [(9 * SECOND, SetMeter(3, 4)), (13 * SECOND, SetClock("internal"))]
    told += [(15 * SECOND, SetClock("follow"))]

    bandmate, outgoing = follow_player(96.0, 48, told, clock_out=True)

    gaps = [later - earlier for earlier, later in pairwise(ticks(outgoing))]
    tick_ns = 2.5 * SECOND / 96
    assert max(gaps) < (1 + 6 / 4) * 1.05 * tick_ns
    assert replay(bandmate.recording(), FakePolicy()) == outgoing


@few
@given(st.lists(st.tuples(gaps_ns, gaps_ns, events), max_size=30), st.booleans())
def test_a_take_that_follows_the_player_replays_exactly(steps, clock_out):
    bandmate = engine(FakePolicy(), clock="follow", clock_out=clock_out)
    outgoing, now = [], 0
    for gap_ns, late_ns, event in steps:
        now += gap_ns + late_ns
        outgoing += bandmate.due(now)
        bandmate.receive(event, now - late_ns)
    outgoing += bandmate.due(now + SECOND)

    recording = from_lines(list(to_lines(bandmate.recording())))
    assert replay(recording, FakePolicy()) == outgoing


@few
@given(
    st.lists(st.tuples(gaps_ns, gaps_ns, syncs | st.just(Halt()) | events), max_size=30),
    st.booleans(),
)
def test_a_led_take_replays_exactly_also_from_its_lines(steps, clock_out):
    bandmate = engine(FakePolicy(), clock="midi", clock_out=clock_out)
    outgoing, now = [], 0
    for gap_ns, late_ns, event in steps:
        now += gap_ns + late_ns
        outgoing += bandmate.due(now)
        bandmate.receive(event, now - late_ns)
    outgoing += bandmate.due(now + SECOND)

    recording = from_lines(list(to_lines(bandmate.recording())))
    assert replay(recording, FakePolicy()) == outgoing
    due = [each.due_ns for each in outgoing]
    assert due == sorted(due)


@few
@given(
    st.lists(st.tuples(gaps_ns, syncs | st.just(Halt()) | events), max_size=30),
    st.lists(st.integers(0, 200 * MS), max_size=60),
)
def test_polling_changes_neither_notes_nor_ticks(steps, polls):
    def play(waits):
        bandmate = engine(FakePolicy(), clock="midi", clock_out=True)
        outgoing, now, at = [], 0, 0
        for gap_ns, event in steps:
            at += gap_ns
            while (now := now + next(waits, 10**12)) <= at:
                outgoing += bandmate.due(now)
            bandmate.receive(event, at)
            now = at
        return outgoing + bandmate.due(at + SECOND) + bandmate.close(at + SECOND)

    assert play(iter(polls)) == play(iter([]))


@few
@given(st.lists(st.tuples(gaps_ns, syncs | st.just(Halt()) | events), max_size=30))
def test_every_on_gets_its_off_under_a_wild_clock(steps):
    bandmate = engine(FakePolicy(), clock="midi", clock_out=True)
    now, outgoing = 0, []
    for gap_ns, event in steps:
        now += gap_ns
        bandmate.receive(event, now)
        outgoing += bandmate.due(now)
    outgoing += bandmate.close(now)

    ons, offs = balance(outgoing)
    assert ons == offs
    assert bandmate.next_wake() is None


def test_a_note_that_is_ended_before_its_moment_is_not_played():
    bandmate = engine()
    first = run_offline(bandmate, [(0, NoteOn(60))], 143 * MS)
    assert bandmate.next_wake() == 145 * MS, "the second is decided, and not yet due"

    bandmate.receive(Stop(), 143 * MS)

    sent = bandmate.due(SECOND)
    assert [(each.due_ns, each.message) for each in sent] == [
        (143 * MS, NoteOff(first[0].message.pitch))
    ]


def test_clock_out_says_start_then_24_ticks_a_quarter_then_stop():
    bandmate = engine(clock_out=True)

    outgoing = run_offline(bandmate, [(0, NoteOn(60)), (SECOND - 1, Stop())], 2 * SECOND)

    said = [each for each in outgoing if isinstance(each.message, RealTime)]
    assert (said[0].due_ns, said[0].message) == (0, RealTime.START)
    assert (said[-1].due_ns, said[-1].message) == (SECOND - 1, RealTime.STOP)
    at = ticks(outgoing)
    assert at[0] == MS
    assert at[1:] == [round(i * SECOND / 48) for i in range(1, 48)]


def test_clock_out_follows_a_change_of_tempo():
    bandmate = engine(clock_out=True, tempo_bpm=60.0)

    outgoing = run_offline(bandmate, [(0, NoteOn(60)), (SECOND, SetTempo(120.0))], 2 * SECOND)

    at = ticks(outgoing)
    assert at[24] == SECOND
    assert at[48] == pytest.approx(1.5 * SECOND, abs=2)


def test_clock_out_under_a_clock_goes_on_from_its_place():
    bandmate = engine(clock_out=True, clock="midi")

    outgoing = run_offline(bandmate, [(0, Sync(0, 20.0, 120.0))], 100 * MS)

    assert [each.message for each in outgoing[:2]] == [SongPosition(20), RealTime.CONTINUE]
    assert len(ticks(outgoing)) == 5


def test_no_clock_is_sent_unasked():
    outgoing = run_offline(engine(), [(0, NoteOn(60)), (SECOND, Stop())], 2 * SECOND)

    assert not [each for each in outgoing if isinstance(each.message, RealTime)]


def tapped(*gaps_ms, **config):
    bandmate, now = engine(**config), SECOND
    bandmate.receive(Tap(), now)
    for gap_ms in gaps_ms:
        now += gap_ms * MS
        bandmate.receive(Tap(), now)
    return bandmate.snapshot().tempo_bpm


@pytest.mark.parametrize(
    ("gaps_ms", "tempo_bpm"),
    [
        ([600, 600], 120.0),
        ([600, 600, 600], 100.0),
        ([600, 1200, 600], 100.0),
        ([600, 300, 300, 600, 600], 100.0),
        ([600, 20, 580, 600], 100.0),
        ([600, 600, 600, 4000, 500, 500, 500], 120.0),
        ([600] * 6 + [400] * 4, 150.0),
    ],
    ids=["too few", "four", "one missed", "one twice", "bounce", "anew after a pause", "faster"],
)
def test_tempo_is_the_median_of_the_last_taps(gaps_ms, tempo_bpm):
    assert tapped(*gaps_ms) == pytest.approx(tempo_bpm)


def test_taps_do_not_move_a_clock_that_leads():
    assert tapped(600, 600, 600, clock="midi") == 120.0


@few
@given(st.integers(150, 3000), st.lists(st.floats(-0.04, 0.04), min_size=6, max_size=6))
def test_taps_of_an_unsteady_hand_are_a_tempo_near_it(gap_ms, slips):
    gaps = [round(gap_ms * (1 + slip)) for slip in slips]

    assert 20 <= tapped(*(min(max(gap, 150), 3000) for gap in gaps)) <= 400
