"""A follower of MIDI clock, on simulated clocks: how near it keeps to them, and what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Halt, Sync
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.midi.clock import RealTime, SongPosition
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Key
from melodyrl.live.delay_locked import DelayLockedLoop
from melodyrl.live.follower import MidiFollower
from tests.fakes import BusyPolicy
from tests.live.doubles import MS

SECOND = 1_000 * MS
BEAT = 24
TICK_MS = 2500 / 120
few = settings(max_examples=15, deadline=None, derandomize=True)
"""The same clocks each time: what chance does to one in hundreds says nothing of a change."""
seeds = st.integers(0, 2**32 - 1)


def clock(tempo_bpm, jitter_ms=0.0, lost=0.0, seed=0, origin_ns=SECOND):
    """Moments of the ticks of a clock whose tempo at each tick is given, and their arrivals.

    Arrivals are sorted, as a cable keeps them; a lost tick is nan. The first beat arrives whole.
    """
    rng = np.random.default_rng(seed)
    periods = 2.5e9 / np.asarray(tempo_bpm, float)
    moments = origin_ns + np.concatenate([[0.0], np.cumsum(periods)[:-1]])
    arrivals = np.maximum.accumulate(moments + rng.normal(0.0, jitter_ms * MS, len(moments)))
    arrivals[BEAT:][rng.random(len(moments) - BEAT) < lost] = np.nan
    return moments, arrivals


def track(tempo_bpm, **clock_is):
    """Relative error of the tempo, and error of the place in ms, after each tick of a clock."""
    tempo_bpm = np.asarray(tempo_bpm, float)
    moments, arrivals = clock(tempo_bpm, **clock_is)
    loop = DelayLockedLoop(120.0)
    tempo_error, place_ms = np.full(len(moments), np.nan), np.full(len(moments), np.nan)
    for i, arrived_ns in enumerate(arrivals):
        if not np.isnan(arrived_ns):
            loop.hear(round(arrived_ns))
            there_ns = loop.at_ns + (i - loop.tick) * loop.period_ns
            place_ms[i] = (there_ns - moments[i]) / MS
            tempo_error[i] = loop.tempo_bpm / tempo_bpm[i] - 1
    return tempo_error, place_ms


def worst(errors):
    return np.nanmax(np.abs(errors))


def away_ms(place_ms, tempo_bpm):
    """Distance to the nearest tick: a lost tick is counted half a beat later, never misplaced."""
    tick_ms = 2500.0 / tempo_bpm
    return np.abs((place_ms + tick_ms / 2) % tick_ms - tick_ms / 2)


@few
@given(seeds, st.floats(60, 160))
def test_three_ms_of_jitter_and_one_tick_in_a_hundred_lost(seed, tempo_bpm):
    tempo_error, place_ms = track([tempo_bpm] * BEAT * 60, jitter_ms=3.0, lost=0.01, seed=seed)

    steady = slice(8 * BEAT, None)
    assert np.nanquantile(np.abs(tempo_error[steady]), 0.99) < 0.005
    assert np.nanquantile(away_ms(place_ms[steady], tempo_bpm), 0.99) < 3.0


@few
@given(seeds, st.floats(50, 200))
def test_the_jitter_of_a_daw_leaves_a_millisecond(seed, tempo_bpm):
    tempo_error, place_ms = track([tempo_bpm] * BEAT * 30, jitter_ms=1.5, seed=seed)

    steady = slice(4 * BEAT, None)
    assert worst(tempo_error[steady]) < 0.005
    assert np.nanquantile(np.abs(place_ms[steady]), 0.99) < 1.5


@pytest.mark.parametrize(
    ("before", "after"),
    [(90, 140), (140, 90), (120, 125), (120, 90), (120, 60), (60, 120), (100, 101), (50, 160)],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_jump_of_the_tempo_is_followed_within_two_beats(before, after, seed):
    tempos = [before] * BEAT * 16 + [after] * BEAT * 12

    tempo_error, place_ms = track(tempos, jitter_ms=1.0, seed=seed)

    followed = slice(BEAT * 18, None)
    assert worst(tempo_error[followed]) < 0.01
    assert worst(place_ms[followed]) < 3.0


@pytest.mark.parametrize("beats", [8, 32])
def test_a_ramp_of_the_tempo_is_followed(beats):
    ramp = np.linspace(90, 140, beats * BEAT)
    tempos = np.concatenate([[90] * BEAT * 8, ramp, [140] * BEAT * 8])

    _, place_ms = track(tempos, jitter_ms=1.0)

    assert worst(place_ms[4 * BEAT :]) < 6.0
    assert worst(place_ms[-4 * BEAT :]) < 1.5


def test_lost_ticks_are_counted_so_that_the_bar_stays():
    _, place_ms = track([120.0] * BEAT * 200, jitter_ms=1.0, lost=0.01, seed=3)

    settled = np.abs(place_ms[~np.isnan(place_ms)])
    assert np.mean(settled < 2.0) > 0.8
    assert np.max(settled) < 3 * 2500 / 120


def test_a_stalled_driver_that_hands_on_ticks_in_a_bunch_moves_nothing():
    moments, arrivals = clock([120.0] * BEAT * 20)
    arrivals[BEAT * 10 : BEAT * 10 + 3] = moments[BEAT * 10] + 58 * MS
    loop = DelayLockedLoop(120.0)

    for arrived_ns in arrivals:
        loop.hear(round(arrived_ns))

    assert loop.tick == len(moments) - 1
    assert loop.at_ns == pytest.approx(moments[-1], abs=0.5 * MS)


def hear(follower, script):
    """Everything that the engine is told: (at_ns, event)."""
    told = []
    for at_ns, message in script:
        while (wake := follower.next_wake()) is not None and wake <= at_ns:
            told += [(wake, event) for event in follower.due(wake)]
        told += [(at_ns, event) for event in follower.hear(message, at_ns)]
    return told


def song(tempo_bpm, beats, at_ns=SECOND, start=(RealTime.START,)):
    period_ns = 2.5e9 / tempo_bpm
    script = [(at_ns - 2 * MS, message) for message in start]
    return script + [(round(at_ns + i * period_ns), RealTime.TICK) for i in range(beats * BEAT)]


def test_the_first_tick_after_start_is_the_first_step():
    assert hear(MidiFollower(100.0), song(100.0, 1)) == [(SECOND, Sync(SECOND, 0.0, 100.0))]


def test_ticks_without_a_start_begin_nothing():
    assert hear(MidiFollower(120.0), song(120.0, 4, start=())) == []


def test_a_steady_clock_costs_one_event_a_bar():
    told = hear(MidiFollower(120.0), song(120.0, 40))

    assert [event.step for _, event in told] == pytest.approx([16.0 * i for i in range(10)])


def test_a_wrong_first_guess_is_corrected_before_the_second_step():
    told = hear(MidiFollower(120.0), song(80.0, 1))

    at_ns, sync = told[1]
    assert at_ns < SECOND + 142 * MS, "when the second step would have been decided"
    assert sync.tempo_bpm == pytest.approx(80.0, rel=1e-6)


def test_the_tempo_that_ticks_had_before_the_start_is_known():
    waiting = song(80.0, 8, start=())
    at_ns = waiting[-1][0] + 5 * MS

    told = hear(
        MidiFollower(120.0),
        [
            *waiting,
            (at_ns, RealTime.START),
            *[(round(waiting[-1][0] + i * 2.5e9 / 80.0), RealTime.TICK) for i in range(1, 4)],
        ],
    )

    assert told[0][1].step == 0.0
    assert told[0][1].tempo_bpm == pytest.approx(80.0, rel=1e-6)


def test_continue_goes_on_from_the_song_position():
    start = (SongPosition(70), RealTime.CONTINUE)

    ((_, sync),) = hear(MidiFollower(120.0), song(120.0, 1, start=start))

    assert sync.step == 70.0


def test_stop_halts_and_continue_goes_on_where_it_stopped():
    first = song(120.0, 2)
    stopped = first[-1][0] + MS
    again = song(120.0, 1, stopped + SECOND, (RealTime.CONTINUE,))

    told = hear(MidiFollower(120.0), [*first, (stopped, RealTime.STOP), *again])

    assert told[1] == (stopped, Halt())
    assert told[2][1].step == 8.0


def test_a_second_start_begins_again_and_a_doubled_one_does_no_harm():
    first = song(120.0, 2, start=(RealTime.START, RealTime.START))
    again = song(120.0, 1, first[-1][0] + 21 * MS)

    told = hear(MidiFollower(120.0), first + again)

    assert [type(event) for _, event in told] == [Sync, Halt, Sync]
    assert [event.step for _, event in told if isinstance(event, Sync)] == [0.0, 0.0]


def test_a_position_while_it_runs_is_where_the_next_tick_is():
    first = song(120.0, 2)
    locate = [(first[-1][0] + MS, SongPosition(64))]

    told = hear(MidiFollower(120.0), first + locate + song(120.0, 1, first[-1][0] + 21 * MS, ()))

    assert [type(event) for _, event in told] == [Sync, Halt, Sync]
    assert told[2][1].step == 64.0


def test_a_clock_that_falls_silent_is_held_and_taken_up_again_at_its_place():
    script = song(120.0, 12)
    gap = [told for told in script if not 3.0 * SECOND < told[0] < 5.0 * SECOND]

    told = hear(MidiFollower(120.0), gap)

    held = [(at_ns, event) for at_ns, event in told if event.is_held]
    assert len(held) == 1
    assert held[0][0] == pytest.approx(3.25 * SECOND, abs=30 * MS)
    back = next(event for at_ns, event in told if at_ns > held[0][0])
    assert not back.is_held
    assert back.step == pytest.approx((back.anchor_ns - SECOND) / (125 * MS), abs=0.01)


def test_a_song_that_began_while_another_clock_led_is_where_it_is():
    follower = MidiFollower(120.0)
    hear(follower, song(120.0, 6))

    (sync,) = follower.join(SECOND + 3 * SECOND)

    assert sync.tempo_bpm == pytest.approx(120.0)
    assert (sync.anchor_ns - SECOND) / (125 * MS) == pytest.approx(sync.step, abs=0.01)
    assert not sync.is_held


def test_a_song_that_has_fallen_silent_meanwhile_is_held():
    follower = MidiFollower(120.0)
    hear(follower, song(120.0, 6))

    (sync,) = follower.join(SECOND + 4 * SECOND)

    assert sync.is_held


def test_a_song_that_does_not_run_says_nothing_when_its_clock_is_chosen():
    follower = MidiFollower(120.0)
    hear(follower, [*song(120.0, 6), (4 * SECOND + MS, RealTime.STOP)])

    assert follower.join(5 * SECOND) == []


def follow(arrivals, until_ns):
    follower = MidiFollower(120.0)
    script = [(SECOND - MS, RealTime.START)]
    script += [(round(each), RealTime.TICK) for each in arrivals if not np.isnan(each)]
    told = [(0, NoteOn(60)), *hear(follower, script)]
    engine = Engine(EngineConfig(key=Key(0), clock="midi"), BusyPolicy())
    return engine, run_offline(engine, told, until_ns)


@few
@given(seeds)
def test_notes_land_on_the_grid_of_a_jittery_clock_and_replay_exactly(seed):
    tempos = [90.0] * BEAT * 16 + [140.0] * BEAT * 16
    moments, arrivals = clock(tempos, jitter_ms=1.5, seed=seed)

    engine, outgoing = follow(arrivals, round(moments[-1]))

    grid = moments[::6] + 20 * MS
    onsets = np.array([e.due_ns for e in outgoing if isinstance(e.message, NoteOn)])
    after_jump = (onsets > moments[BEAT * 16]) & (onsets < moments[BEAT * 18])
    off_ms = np.array([np.min(np.abs(grid - each)) for each in onsets]) / MS
    settled = off_ms[8:][~after_jump[8:]]
    assert np.median(settled) < 1.0
    assert np.quantile(settled, 0.95) < 3.0
    assert abs(len(onsets) - len(grid)) <= 2, "each step is played once"
    assert replay(engine.recording(), BusyPolicy()) == outgoing


def test_an_hour_of_jittery_clock_is_a_small_recording():
    minutes = 4
    moments, arrivals = clock([120.0] * BEAT * 120 * minutes, jitter_ms=1.5, seed=1)

    engine, _ = follow(arrivals, round(moments[-1]))

    an_hour = len(engine.recording().events) * 60 / minutes
    assert an_hour < 10_000, "of 173,000 ticks, and of 200,000 events that are kept"


@pytest.mark.parametrize("pause_ms", [12, 30, 47, 70, 1.5 * TICK_MS, 2.5 * TICK_MS, 3 * TICK_MS])
@pytest.mark.parametrize("seed", range(5))
def test_a_clock_that_stands_still_for_a_moment_has_lost_no_tick(pause_ms, seed):
    """Neither where half a tick is by chance told as one or none, nor for three whole ones."""
    moments, arrivals = clock([120.0] * BEAT * 20, jitter_ms=1.5, seed=seed)
    late = slice(BEAT * 10, None)
    moments[late] += pause_ms * MS
    arrivals[late] += pause_ms * MS
    loop = DelayLockedLoop(120.0)

    for arrived_ns in arrivals:
        loop.hear(round(arrived_ns))

    assert loop.tick == len(moments) - 1
    assert loop.at_ns == pytest.approx(moments[-1], abs=1.5 * MS)
