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


SPELT = ("", "m", "dim", "aug", "sus4", "sus2", "7", "maj7", "m7", "m7b5", "dim7", "7sus4", "mMaj7")
SPELT += ("6", "m6", "69", "m69", "9", "maj9", "m9", "add9", "madd9")

SAME_NOTES = {
    "Cm7/Eb": "Eb6",
    "Cm7b5/Eb": "Ebm6",
    "Cdim7/Eb": "Ebdim7",
    "Cdim7/F#": "F#dim7",
    "Cdim7/A": "Adim7",
    "Caug/E": "Eaug",
    "Caug/Ab": "Abaug",
    "C6/E": "Am7/E",
    "C6/G": "Am7/G",
    "C6/A": "Am7",
    "Cm6/Eb": "Am7b5/Eb",
    "Cm6/G": "Am7b5/G",
    "Cm6/A": "Am7b5",
    "Csus4/F": "Fsus2",
    "Csus2/D": "Gsus4/D",
    "Csus2/G": "Gsus4",
    "C69/D": "D9sus4",
}
"""The same notes have two names: the one that is read has the bass for its root, or is commoner."""

SAME_WITHOUT_FIFTH = {
    "C6": "Am/C",
    "C6/E": "Am/E",
    "C6/A": "Am",
    "Cm6": "Adim/C",
    "Cm6/Eb": "Adim/Eb",
    "Cm6/A": "Adim",
    "C7sus4": "Fsus4/C",
    "C7sus4/F": "Fsus4",
    "C7sus4/Bb": "Bbsus2",
    "C69/D": "Am/D",
    "Cm69/D": "Adim/D",
}


def voicings(quality, has_fifth):
    """Each inversion on C as its chord and pitches: the bass low, all tones above, two doubled."""
    tones = [each for each in QUALITIES[quality] if has_fifth or each != 7]
    for bass in tones:
        above = [60 + each for each in tones]
        yield Chord(0, quality, bass), [36 + bass, *above, 72 + tones[0], 72 + tones[1]]


@pytest.mark.parametrize("quality", SPELT)
@pytest.mark.parametrize(
    ("has_fifth", "other_names"), [(True, SAME_NOTES), (False, SAME_WITHOUT_FIFTH)]
)
def test_every_inversion_is_read_in_every_key(quality, has_fifth, other_names):
    if not has_fifth and (7 not in QUALITIES[quality] or len(QUALITIES[quality]) < 4):
        return  # without its fifth it is itself, or two notes
    for chord, pitches in voicings(quality, has_fifth):
        wanted = parse_chord(other_names.get(chord.name, chord.name))
        for up in range(12):
            assert recognise([pitch + up for pitch in pitches]) == wanted.transposed(up)


@pytest.mark.parametrize("symbol", ["G/C", "G7/C", "F/G", "Bb/C", "Ab/Bb", "Dm7/G", "Gm/C", "C/C#"])
def test_a_whole_chord_over_a_foreign_bass_is_a_slash_chord(symbol):
    chord = parse_chord(symbol)
    pitches = [36 + chord.bass, *(60 + chord.root + each for each in QUALITIES[chord.quality])]

    read = recognise(pitches)

    assert read is not None
    assert read.mask == chord.mask
    assert read.bass == chord.bass


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
