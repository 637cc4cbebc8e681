import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.music import (
    QUALITIES,
    Chord,
    mask_of,
    parse_chord,
    parse_pitch_class,
    parse_progression,
    pitch_classes,
    pitch_name,
    recognise,
)
from melodyrl.errors import ConfigError

PITCHES = st.lists(st.integers(24, 96), min_size=1, max_size=7)


def test_pitches_are_named_with_middle_c_as_c4():
    assert [pitch_name(pitch) for pitch in (0, 60, 61, 70, 127)] == [
        "C-1",
        "C4",
        "C#4",
        "Bb4",
        "G9",
    ]


@pytest.mark.parametrize(("text", "pitch_class"), [("C", 0), ("Bb", 10), ("F#", 6), ("e♭", 3)])
def test_pitch_classes_are_parsed(text, pitch_class):
    assert parse_pitch_class(text) == pitch_class


@pytest.mark.parametrize("text", ["", "H", "C5", "#", "Cx"])
def test_what_is_no_pitch_class_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError, match="is not the name of a note"):
        parse_pitch_class(text)


@pytest.mark.parametrize(
    ("symbol", "name", "pitch_classes"),
    [
        ("C", "C", {0, 4, 7}),
        ("F#m7b5/C", "F#m7b5/C", {6, 9, 0, 4}),
        ("Bbmaj7", "Bbmaj7", {10, 2, 5, 9}),
        ("C6/9", "C69", {0, 4, 7, 9, 2}),
        ("G7/B", "G7/B", {7, 11, 2, 5}),
        ("A-7", "Am7", {9, 0, 4, 7}),
        ("Ab+", "Abaug", {8, 0, 4}),
        ("CM7", "Cmaj7", {0, 4, 7, 11}),
        ("Cm(maj7)", "CmMaj7", {0, 3, 7, 11}),
        ("C/D", "C/D", {0, 4, 7, 2}),
        ("B♭ø", "Bbm7b5", {10, 1, 4, 8}),
    ],
)
def test_symbols_are_parsed(symbol, name, pitch_classes):
    chord = parse_chord(symbol)

    assert chord.name == name
    assert chord.mask == mask_of(pitch_classes)
    assert set(chord.pitch_classes) == pitch_classes


@pytest.mark.parametrize("symbol", ["", "H7", "Cfoo", "am", "C/", "C/H", "/C", "C//E"])
def test_what_is_no_chord_is_refused_in_one_sentence(symbol):
    with pytest.raises(ConfigError, match="is not a chord symbol; write one such as"):
        parse_chord(symbol)


def test_a_mask_and_its_pitch_classes_are_one():
    assert pitch_classes(mask_of((64, 60, 67, 72))) == (0, 4, 7)


@given(st.integers(0, 11), st.sampled_from(list(QUALITIES)), st.integers(0, 11))
def test_each_chord_is_read_back_from_its_own_name(root, quality, bass):
    chord = Chord(root, quality, bass)

    assert parse_chord(chord.name) == chord


def test_a_progression_is_one_chord_a_bar():
    chords = parse_progression("| Am | F % | N.C. G7 |")

    assert [chord and chord.name for chord in chords] == ["Am", "F", "F", None, "G7"]


@pytest.mark.parametrize("text", ["", "|", "%", "N.C. N.C.", "Am F what"])
def test_a_progression_without_chords_or_with_strange_ones_is_refused(text):
    with pytest.raises(ConfigError):
        parse_progression(text)


@pytest.mark.parametrize(
    ("pitches", "tonic", "minor", "name"),
    [
        ((60,), None, False, "C"),
        ((64,), 0, False, "Em"),
        ((71, 83), 0, False, "Bdim"),
        ((70,), 0, False, "Bb"),
        ((62,), 9, True, "Dm"),
        ((60, 64), None, False, "C"),
        ((64, 72), None, False, "C/E"),
        ((62, 69), 0, False, "Dm"),
        ((62, 69), None, False, "D"),
        ((60, 65), None, False, "F/C"),
        ((60, 70), None, False, "C7"),
        ((60, 64, 67), None, False, "C"),
        ((64, 67, 72), None, False, "C/E"),
        ((57, 60, 64, 67), None, False, "Am7"),
        ((60, 64, 67, 69), None, False, "C6"),
        ((60, 64, 70), None, False, "C7"),
        ((60, 64, 67, 65), None, False, "C"),
        ((62, 67, 72), None, False, "Gsus4/D"),
        ((59, 62, 65), 0, False, "Bdim"),
        ((60, 63, 66, 69), None, False, "Cdim7"),
    ],
)
def test_what_is_held_is_recognised(pitches, tonic, minor, name):
    chord = recognise(pitches, tonic, minor)

    assert chord is not None
    assert chord.name == name


def test_silence_is_no_chord():
    assert recognise(()) is None


@given(st.integers(0, 11), st.sampled_from([q for q in QUALITIES if q not in ("5",)]))
def test_a_chord_in_root_position_is_recognised_by_its_notes(root, quality):
    chord = recognise([36 + root, *(60 + root + interval for interval in QUALITIES[quality])])

    assert chord is not None
    assert chord.bass == root
    assert chord.mask == Chord(root, quality, root).mask


@given(PITCHES, st.none() | st.integers(0, 11), st.booleans(), st.integers(-12, 12))
def test_recognition_is_the_same_in_all_keys(pitches, tonic, minor, up):
    chord = recognise(pitches, tonic, minor)
    moved = recognise(
        [pitch + up for pitch in pitches], None if tonic is None else (tonic + up) % 12, minor
    )

    assert chord is not None
    assert moved == chord.transposed(up)
