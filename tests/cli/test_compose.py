import music21
import pretty_midi
import pytest
from PIL import Image

from melodyrl.cli.compose import Compose, find_key
from melodyrl.core.music import parse_key, parse_progression
from melodyrl.errors import ConfigError, FileError


def compose(tmp_path, progression="Am F C G", **options):
    path = tmp_path / "tune.mid"
    Compose(progression=progression, output=path, **{"policy": "greedy", **options}).run()
    return path


def test_a_tune_has_two_named_tracks_as_long_as_its_bars(tmp_path):
    read = pretty_midi.PrettyMIDI(str(compose(tmp_path, bars=8, tempo=100)))

    assert [part.name for part in read.instruments] == ["chords", "melodyrl"]
    chords, tune = read.instruments
    assert len({note.start for note in chords.notes}) == 8
    assert max(note.end for note in tune.notes) <= 8 * 4 * 0.6 + 1e-6
    assert len(tune.notes) > 16
    assert read.get_tempo_changes()[1].tolist() == pytest.approx([100])


@pytest.mark.parametrize(("meter", "quarters"), [("4/4", 4), ("3/4", 3), ("6/8", 3)])
def test_music21_reads_the_meter_the_key_and_notes_on_the_grid(tmp_path, meter, quarters):
    score = music21.converter.parse(compose(tmp_path, meter=meter, key="Em", bars=4))

    assert [part.partName for part in score.parts] == ["chords", "melodyrl"]
    found = {each.ratioString for each in score.recurse().getElementsByClass("TimeSignature")}
    assert found == {meter}
    assert score.recurse().getElementsByClass("KeySignature")[0].sharps == 1
    tune = score.parts[1].flatten().notes
    assert all(float(note.offset * 4).is_integer() for note in tune)
    assert max(note.offset + note.quarterLength for note in tune) <= 4 * quarters


def test_the_same_seed_makes_the_same_bytes_and_another_one_another_tune(tmp_path):
    first, again, other = (compose(tmp_path, seed=seed).read_bytes() for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_knob_changes_the_tune(tmp_path):
    sparse = pretty_midi.PrettyMIDI(str(compose(tmp_path, density=0.25)))
    sparse_notes = len(sparse.instruments[1].notes)
    dense = pretty_midi.PrettyMIDI(str(compose(tmp_path, density=4.0, rhythm=1.0)))

    assert len(dense.instruments[1].notes) > sparse_notes


def test_the_tune_follows_the_chords(tmp_path):
    read = pretty_midi.PrettyMIDI(str(compose(tmp_path, "C C#m7 Bb E7", bars=64, policy="rules")))
    chords, tune = read.instruments

    def rate(bars_later):
        within = []
        for note in tune.notes:
            at = (note.start + 2.0 * bars_later) % read.get_end_time() + 1e-3
            held = {each.pitch % 12 for each in chords.notes if each.start <= at < each.end}
            if note.start % 1.0 < 1e-3:
                within.append(note.pitch % 12 in held)
        return sum(within) / len(within)

    assert rate(0) > 0.8
    assert rate(1) < rate(0) - 0.3


@pytest.mark.parametrize(("meter", "quarters"), [("4/4", 2.0), ("3/4", 3.0), ("6/8", 1.5)])
@pytest.mark.parametrize("policy", ["shipped", "rules"])
def test_the_tune_comes_to_rest_on_the_last_strong_beat(tmp_path, policy, meter, quarters):
    for seed in range(3):
        path = compose(tmp_path, "C Am F G", policy=policy, meter=meter, seed=seed, key="C")
        chords, tune = pretty_midi.PrettyMIDI(str(path)).instruments

        last = max(tune.notes, key=lambda note: note.start)
        assert last.end - last.start == pytest.approx(0.5 * quarters, abs=1e-3)
        assert last.end == pytest.approx(max(note.end for note in chords.notes), abs=1e-3)
        assert last.pitch % 12 == 7  # of G the one tone that is of the tonic's triad


def test_a_picture_is_drawn_with_a_bar_for_each_chord(tmp_path):
    picture = tmp_path / "tune.png"
    compose(tmp_path, "C | N.C. | F#m7b5/C | %", bars=12, picture=picture)

    with Image.open(picture) as image:
        colours = {colour for _, colour in image.getcolors(1 << 24)}
        assert image.format == "PNG"
        assert image.width > 8 * 100
    assert {(0x8F, 0xA9, 0xC7), (0xD1, 0x49, 0x5B)} <= colours


@pytest.mark.parametrize(
    ("progression", "key"),
    [("Am F C G", "Am"), ("Dm7 G7 Cmaj7 Cmaj7", "C"), ("G D Em C", "G"), ("F#m D A E", "F#m")],
)
def test_the_key_is_found_in_the_whole_chart(progression, key):
    assert find_key(parse_progression(progression)) == parse_key(key)


@pytest.mark.parametrize(
    "options",
    [
        {"progression": "Am H"},
        {"progression": ""},
        {"bars": 0},
        {"bars": 10**9},
        {"tempo": 0},
        {"tempo": float("nan")},
        {"meter": "5/4"},
        {"key": "H"},
        {"density": 99},
        {"harmony": float("nan")},
        {"temperature": -1},
        {"swing": 1.1},
        {"humanize": 1.1},
        {"seed": -1},
    ],
)
def test_a_value_out_of_range_is_refused_in_one_sentence(tmp_path, options):
    with pytest.raises(ConfigError) as caught:
        compose(tmp_path, **options)

    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_policy_that_is_not_there_and_a_folder_as_output_are_refused(tmp_path):
    with pytest.raises(FileError):
        compose(tmp_path, policy=str(tmp_path / "no.safetensors"))
    with pytest.raises(FileError, match="cannot be written"):
        Compose(progression="C", output=tmp_path, policy="greedy").run()
