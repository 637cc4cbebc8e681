"""The mode answer: a phrase of the player gets a reply in its rhythm and shape."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL
from tests.fakes import BrokenPolicy, FakePolicy
from tests.strategies import MS
from tests.wire import balance

STEP = 125 * MS  # a sixteenth at 120 quarter notes a minute
PHRASE = ((60, 4), (62, 2), (64, 2), (67, 6), (65, 2), (64, 4))


def engine(policy=None, **config):
    settings = {"mode": "answer", "key": Key(0), "seed": 3, **config}
    return Engine(EngineConfig(**settings), policy or GreedyPolicy(FULL))


def played(notes=PHRASE, begin=0, velocity=80):
    """Notes (pitch, sixteenths) one after the other, each let go a little early."""
    told, at = [], begin
    for pitch, length in notes:
        told.append((Nanos(at * STEP), NoteOn(pitch, velocity)))
        told.append((Nanos((at + length) * STEP - 20 * MS), NoteOff(pitch)))
        at += length
    return told


def chord(pitches, begin, length):
    return [
        *((Nanos(begin * STEP), NoteOn(pitch)) for pitch in pitches),
        *((Nanos((begin + length) * STEP), NoteOff(pitch)) for pitch in pitches),
    ]


def replied(told, bars=6, **config):
    """(sixteenth, pitch) of each note of ours."""
    bandmate = engine(**config)
    outgoing = run_offline(
        bandmate, sorted(told, key=lambda each: each[0]), Nanos(bars * 16 * STEP)
    )
    ons, offs = balance(outgoing)
    assert ons == offs
    begun = [each for each in outgoing if isinstance(each.message, NoteOn)]
    return [(round((each.due_ns - 20 * MS) / STEP), each.message.pitch) for each in begun]


def steps_of(notes):
    return list(np.cumsum([0, *(length for _, length in notes)])[:-1])


def test_a_phrase_is_answered_in_its_rhythm_and_shape():
    ours = replied(played())

    begins = [step for step, _ in ours]
    assert [step - begins[0] for step in begins] == steps_of(PHRASE)
    went = np.sign(np.diff([pitch for pitch, _ in PHRASE]))
    assert np.sign(np.diff([pitch for _, pitch in ours])).tolist() == went.tolist()


def test_the_reply_waits_for_a_beat_of_silence_and_for_the_call_s_place_in_the_half_bar():
    first = replied(played())[0][0]
    late = replied([*played(((60, 2),)), *played(begin=4)])[0][0]

    assert first == 24  # 20 sixteenths of call, a beat of silence
    assert late == 32  # 24, a beat of silence, and on to the next place of its kind


def test_a_reply_is_given_once():
    assert len(replied(played(), bars=12)) == len(PHRASE)


def test_a_single_note_and_a_chord_are_no_phrase():
    assert replied(played(((60, 4),))) == []
    assert replied(chord((48, 52, 55), 0, 16)) == []


def test_a_chord_that_is_held_below_is_harmony_and_no_part_of_the_phrase():
    told = [*chord((48, 52, 55), 0, 60), *played(tuple((p + 12, n) for p, n in PHRASE), begin=2)]

    ours = replied(told)

    begins = [step for step, _ in ours]
    assert [step - begins[0] for step in begins] == steps_of(PHRASE)


def test_the_reply_ends_at_rest_in_the_harmony():
    told = [*chord((48, 52, 55), 0, 60), *played(tuple((p + 12, n) for p, n in PHRASE), begin=2)]

    for seed in range(12):
        assert replied(told, seed=seed)[-1][1] % 12 in {0, 4, 7}


def test_playing_on_cuts_the_reply_short_and_is_a_new_call():
    again = ((67, 2), (65, 2), (64, 4))
    told = [*played(), *played(again, begin=27)]

    ours = replied(told, bars=8)

    before = [step for step, _ in ours if step < 27]
    after = [step for step, _ in ours if step > 35]
    assert before == [24]
    assert [step - after[0] for step in after] == steps_of(again)


def test_a_phrase_moved_up_is_answered_as_much_higher():
    up = replied(played(tuple((pitch + 5, length) for pitch, length in PHRASE)), key=Key(5))

    assert up == [(step, pitch + 5) for step, pitch in replied(played())]


def test_the_reply_is_as_loud_as_the_call():
    bandmate = engine()
    outgoing = run_offline(bandmate, played(velocity=33), Nanos(96 * STEP))

    assert {each.message.velocity for each in outgoing if isinstance(each.message, NoteOn)} == {33}


def test_a_long_reply_outlasts_the_bars_of_silence_that_end_the_music():
    notes = tuple((60 + (number * 5) % 12, 4) for number in range(16))

    assert len(replied(played(notes), bars=14)) == 16


@given(st.lists(st.tuples(st.integers(40, 90), st.integers(1, 9)), max_size=20), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_called_every_note_of_the_reply_ends_and_replays(notes, fails):
    policy = BrokenPolicy() if fails else FakePolicy()
    bandmate = engine(policy)
    outgoing = run_offline(bandmate, played(notes), Nanos(200 * STEP))
    outgoing += bandmate.close(Nanos(200 * STEP))

    ons, offs = balance(outgoing)
    assert ons == offs
    again = BrokenPolicy() if fails else FakePolicy()
    assert replay(bandmate.recording(), again)[: len(outgoing)] == outgoing


@pytest.mark.parametrize("offset_ms", [-40, 0, 40])
def test_hands_that_are_early_or_late_are_heard_at_the_nearest_sixteenth(offset_ms):
    told = played()
    moved = [told[0], *((Nanos(max(at + offset_ms * MS, 0)), each) for at, each in told[1:])]

    begins = [step for step, _ in replied(moved)]

    assert [step - begins[0] for step in begins] == steps_of(PHRASE)
