import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.engine.key_finder import KeyFinder
from melodyrl.core.music import Key, parse_chord, parse_key, recognise, scale_mask
from melodyrl.errors import ConfigError

HEARD = st.lists(
    st.integers(36, 84) | st.lists(st.integers(36, 84), min_size=2, max_size=4) | st.none()
)

TUNE = (
    ("G", (62, 71, 69, 67)),
    ("C", (64, 65, 64, 60)),
    ("G", (71, 69, 67, 65)),
    ("C", (64, 62, 60)),
)
"""Four bars, each of a chord and a tune above it."""


def told(things, up=0):
    """The key after each thing: a pitch, a chord (a list of pitches) or a bar line (None)."""
    finder, keys = KeyFinder(), []
    for thing in things:
        match thing:
            case None:
                finder.bar()
            case int():
                finder.hear(thing + up)
            case [*pitches]:
                for pitch in pitches:
                    finder.hear(pitch + up)
                chord = recognise([pitch + up for pitch in pitches])
                assert chord is not None
                finder.hear_chord(chord)
        keys.append(finder.key)
    return keys


def bars(symbols):
    """Each chord in close position above C3, one a bar."""
    things = []
    for symbol in symbols.split():
        things += [[48 + pitch_class for pitch_class in parse_chord(symbol).pitch_classes], None]
    return things


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Am", Key(9, minor=True)),
        ("C major", Key(0)),
        ("F# minor", Key(6, minor=True)),
        ("Eb", Key(3)),
        ("B♭ maj", Key(10)),
    ],
)
def test_keys_are_parsed(text, key):
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "H", "C dorian", "minor"])
def test_what_is_no_key_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError, match="is not a key; write one such as"):
        parse_key(text)


@given(st.integers(0, 11), st.booleans())
def test_each_key_is_read_back_from_its_own_name(tonic, minor):
    assert parse_key(Key(tonic, minor).name) == Key(tonic, minor)


def test_scales_are_seven_notes_and_relative_keys_share_them():
    assert scale_mask(minor=False).bit_count() == 7
    assert Key(9, minor=True).scale_mask == Key(0).scale_mask


def test_there_is_no_key_before_anything_is_heard():
    finder = KeyFinder()
    finder.bar()

    assert finder.key is None


def test_one_note_is_taken_for_the_tonic_of_its_major_key():
    assert told([64]) == [Key(4)]


@pytest.mark.parametrize(
    ("symbol", "key"),
    [
        ("C", Key(0)),
        ("Am", Key(9, minor=True)),
        ("Fmaj7", Key(5)),
        ("Bdim", Key(0)),
        ("Bm7b5", Key(9, minor=True)),
    ],
)
def test_the_first_chord_makes_the_first_guess(symbol, key):
    finder = KeyFinder()
    finder.hear_chord(parse_chord(symbol))

    assert finder.key == key


@pytest.mark.parametrize(
    ("symbols", "key"),
    [
        ("C F G7 C", Key(0)),
        ("Am F C G Am F C G", Key(9, minor=True)),
        ("Dm7 G7 Cmaj7 Cmaj7 Dm7 G7 C C", Key(0)),
        ("C F G C D A D G A D", Key(2)),
        ("Am Dm E Am C Eb Ab Bb Eb Ab Bb Eb", Key(3)),
        ("Dm G7 C", Key(0)),
        ("Am F#dim Gm", Key(7, minor=True)),
        ("C F C F C F", Key(0)),
    ],
)
def test_the_key_follows_the_chords(symbols, key):
    assert told(bars(symbols))[-1] == key


def test_a_borrowed_chord_does_not_change_the_key():
    assert set(told(bars("C F G C C Fm C C E7 Am D7 G C"))) == {Key(0)}


@pytest.mark.parametrize(("is_line", "key"), [(True, Key(0)), (False, Key(7))])
def test_where_a_line_goes_tells_keys_apart_that_its_notes_and_chords_do_not(is_line, key):
    finder = KeyFinder()
    for symbol, tune in TUNE:
        chord = parse_chord(symbol)
        for pitch_class in chord.pitch_classes:
            finder.hear(48 + pitch_class)
        finder.hear_chord(chord)
        for pitch in tune:
            finder.hear(pitch, is_line=is_line)
        finder.bar()

    assert finder.key == key


@given(HEARD, st.integers(-12, 12))
def test_the_key_is_found_alike_in_all_twelve(things, up):
    moved = [key and Key((key.tonic + up) % 12, key.minor) for key in told(things)]

    assert told(things, up) == moved


def test_a_tune_that_moves_up_a_semitone_is_followed_after_two_bars():
    finder = KeyFinder()
    for symbol in ("C", "Am", "F", "G", "C", "Am", "F", "G"):
        finder.hear_chord(parse_chord(symbol))
        finder.bar()
    for symbol in ("Db", "Bbm"):
        assert finder.key == Key(0)
        finder.hear_chord(parse_chord(symbol))
        finder.bar()

    assert finder.key is not None
    assert finder.key.scale_mask == Key(1).scale_mask
