"""A split point: the left hand is harmony alone, the right hand is the tune."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import MODES, Nanos, SetSplit
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key, parse_chord
from melodyrl.errors import ConfigError
from tests.core.test_key import TUNE
from tests.fakes import BusyPolicy, FakePolicy
from tests.strategies import MS, timed
from tests.wire import balance

STEP = 125 * MS
BAR = 16 * STEP
SPLIT = 60
LEFT = (45, 48, 52)  # Am


def engine(mode, split=SPLIT, policy=None, **config):
    settings = {"mode": mode, "split": split, "key": Key(0), "seed": 3, **config}
    return Engine(EngineConfig(**settings), policy or BusyPolicy())


def struck(at_ns, *pitches):
    return [(Nanos(at_ns), NoteOn(pitch)) for pitch in pitches]


def begun(outgoing):
    return [each for each in outgoing if isinstance(each.message, NoteOn)]


def test_the_left_hand_gets_no_second_voice_and_the_right_hand_does():
    told = [*struck(0, *LEFT), *struck(BAR, 60), *struck(2 * BAR, 59)]

    answers = begun(run_offline(engine("harmony"), told, Nanos(3 * BAR)))

    assert [each.due_ns for each in answers] == [BAR]


def test_without_a_split_every_note_gets_one():
    told = [*struck(0, *LEFT), *struck(BAR, 60)]

    assert len(begun(run_offline(engine("harmony", None), told, Nanos(2 * BAR)))) == 4


def test_the_tune_of_the_right_hand_tells_the_key():
    told = []
    for bar, (symbol, tune) in enumerate(TUNE):
        notes = [(0, 48 + pitch_class) for pitch_class in parse_chord(symbol).pitch_classes]
        notes += [(4 * beat * STEP + 100 * MS, pitch) for beat, pitch in enumerate(tune)]
        for at_ns, pitch in notes:
            end_ns = BAR if pitch < SPLIT else at_ns + 3 * STEP
            told += [(Nanos(bar * BAR + at_ns), NoteOn(pitch))]
            told += [(Nanos(bar * BAR + end_ns - MS), NoteOff(pitch))]
    bandmate = engine("off", key=None)

    run_offline(bandmate, sorted(told, key=lambda each: each[0]), Nanos(4 * BAR + 20 * MS))

    assert bandmate.snapshot().key == "C major"


@pytest.mark.parametrize(("split", "chord"), [(None, "F"), (SPLIT, "Am")])
def test_the_chord_is_read_from_the_left_hand_alone(split, chord):
    bandmate = engine("off", split)

    run_offline(bandmate, [*struck(0, *LEFT), *struck(BAR, 65, 69, 72)], Nanos(2 * BAR))

    assert bandmate.snapshot().chord == chord


def test_a_tune_over_a_left_hand_leaves_its_arpeggio_alone():
    """C, E and G one after the other are a chord; the tune between them is none of it."""
    bandmate = engine("off")
    told = [
        (Nanos(at * STEP), event)
        for at, pitch in ((0, 48), (1, 71), (2, 52), (3, 69), (4, 55), (5, 66))
        for event in (NoteOn(pitch), NoteOff(pitch))
    ]

    run_offline(bandmate, told, Nanos(BAR))

    assert bandmate.snapshot().chord == "C"


def phrase(*pitches, begin=0):
    return [
        (Nanos((begin + 4 * number) * STEP + length), event)
        for number, pitch in enumerate(pitches)
        for length, event in ((0, NoteOn(pitch)), (3 * STEP, NoteOff(pitch)))
    ]


def test_a_phrase_of_the_right_hand_is_answered_while_the_left_hand_plays_on():
    comping = [told for bar in range(4) for told in phrase(*(LEFT[:1] * 4), begin=16 * bar)]
    told = sorted([*phrase(64, 67, 72), *comping], key=lambda each: each[0])

    replies = begun(run_offline(engine("answer"), told, Nanos(4 * BAR)))

    assert len(replies) == 3


def test_a_phrase_of_the_left_hand_is_not_answered():
    assert begun(run_offline(engine("answer"), phrase(45, 48, 52), Nanos(4 * BAR))) == []


def test_the_left_hand_is_no_tune_that_gets_chords():
    assert begun(run_offline(engine("chords"), phrase(45, 48, 52), Nanos(2 * BAR))) == []
    assert begun(run_offline(engine("chords"), phrase(69, 72, 76), Nanos(2 * BAR)))


def test_a_split_that_is_set_while_a_second_voice_sounds_leaves_it_its_end():
    bandmate = engine("harmony", None)
    told = [*struck(0, 64), (Nanos(STEP), SetSplit(72)), (Nanos(2 * STEP), NoteOff(64))]

    ons, offs = balance(run_offline(bandmate, told, Nanos(BAR)))

    assert ons == offs
    assert sum(ons.values()) == 1


@settings(max_examples=25, deadline=None)
@given(timed(most=25), st.sampled_from(MODES))
def test_with_a_split_that_moves_a_replay_is_exact_and_every_note_ends(told, mode):
    bandmate = engine(mode, policy=FakePolicy())
    until_ns = Nanos((told[-1][0] if told else 0) + 2 * BAR)
    outgoing = run_offline(bandmate, told, until_ns)

    recording = from_lines(list(to_lines(bandmate.recording())))

    assert replay(recording, FakePolicy()) == outgoing
    ons, offs = balance([*outgoing, *bandmate.close(until_ns)])
    assert ons == offs


def test_the_snapshot_says_where_and_nonsense_does_not_move_it():
    bandmate = engine("solo")
    bandmate.receive(SetSplit(200), Nanos(0))
    assert (bandmate.snapshot().split, bandmate.snapshot().dropped) == (SPLIT, 1)

    bandmate.receive(SetSplit(None), Nanos(0))
    assert bandmate.snapshot().split is None


@pytest.mark.parametrize("split", [20, 109, 60.5])
def test_a_split_beyond_the_piano_is_refused(split):
    with pytest.raises(ConfigError, match="split"):
        engine("solo", split)
