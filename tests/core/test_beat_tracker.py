"""Tempo and beat from onsets alone, of players that are simulated here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.beat_tracker import FASTEST_BPM, SLOWEST_BPM, BeatTracker

SECOND = 1_000_000_000


def follow(places, bpm, told=None, steps=4, beside_ms=0.0, seed=0):
    """The tracker, and when the beats lay, after onsets at places in beats; `bpm` at each beat."""
    rng = np.random.default_rng(seed)
    bpm = np.broadcast_to(np.asarray(bpm, float), (int(max(places)) + 2,))
    beats = SECOND + np.concatenate([[0.0], np.cumsum(60 * SECOND / bpm)])
    tracker = BeatTracker(told or bpm[0], steps)
    onsets = np.interp(places, np.arange(len(beats)), beats)
    for at_ns in np.sort(onsets + rng.normal(0, beside_ms * 1e6, len(onsets))):
        tracker.hear(round(at_ns), 0.0)
    return tracker, beats


def off(tracker, beats):
    """Relative error of the tempo at the last beat, and error of its place in ms."""
    beat = tracker.beat()
    period_ns = beats[-1] - beats[-2]
    away = (beats[-2] - beat.at_ns + beat.period_ns / 2) % beat.period_ns - beat.period_ns / 2
    return abs(beat.period_ns / period_ns - 1), abs(away) / 1e6


MARCH = [place for bar in range(8) for place in (4 * bar + np.array([0, 1, 1.5, 2, 3]))]
JIG = [beat + eighth / 3 for beat in range(24) for eighth in ((0, 1, 2), (0, 2))[beat % 2]]


@pytest.mark.parametrize("bpm", [66, 80, 97, 120, 144])
def test_a_steady_player_is_followed_whatever_tempo_was_told(bpm):
    for told in (bpm * 0.92, bpm, bpm * 1.08, 120.0):
        tempo_error, away_ms = off(*follow(MARCH, bpm, told, beside_ms=15.0))

        assert tempo_error < 0.03
        assert away_ms < 60.0


@pytest.mark.parametrize("bpm", [70, 100, 120])
def test_beats_of_six_sixteenths_are_followed(bpm):
    tempo_error, away_ms = off(*follow(JIG, bpm, 95.0, steps=6, beside_ms=12.0))

    assert tempo_error < 0.03
    assert away_ms < 60.0


def test_a_tempo_that_drifts_is_followed():
    bpm = np.linspace(90, 110, 33)

    tempo_error, away_ms = off(*follow(MARCH, bpm, beside_ms=10.0))

    assert tempo_error < 0.04
    assert away_ms < 60.0


def test_a_player_who_begins_off_the_beat_is_understood():
    pickup = [0.5, *(np.array(MARCH) + 1)]

    tempo_error, away_ms = off(*follow(pickup, 100, beside_ms=10.0))

    assert tempo_error < 0.03
    assert away_ms < 60.0


def test_the_tempo_that_was_told_settles_which_level_of_the_meter_is_the_beat():
    """Even notes 400 ms apart are quarters at 150, or eighths at 75."""
    evenly = np.arange(24.0)

    fast, slow = (follow(evenly, 150, told)[0].beat() for told in (150.0, 75.0))

    assert fast.period_ns == pytest.approx(0.4 * SECOND, rel=0.03)
    assert slow.period_ns == pytest.approx(0.8 * SECOND, rel=0.03)


def test_a_chord_is_one_onset():
    spread = np.concatenate([np.array(MARCH) + 0.01 * voice for voice in range(4)])

    alone, struck = follow(MARCH, 90)[0].beat(), follow(spread, 90)[0].beat()

    assert struck == alone


def test_nothing_is_believed_before_the_first_onset():
    assert BeatTracker(120.0, 4).beat() is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.one_of(st.integers(0, 3 * SECOND), st.integers(0, 10**15)), max_size=40),
    st.floats(13.0, 600.0),
    st.sampled_from([4, 6]),
)
def test_whatever_is_played_there_is_a_beat(gaps_ns, told, steps):
    tracker, now = BeatTracker(told, steps), 0
    for gap_ns in gaps_ns:
        now += gap_ns
        tracker.hear(now, 0.3)

        beat = tracker.beat()
        assert 0.98 * 60e9 / FASTEST_BPM < beat.period_ns < 1.02 * 60e9 / SLOWEST_BPM
        assert abs(beat.at_ns - now) < 2 * 60e9 / SLOWEST_BPM
