import pytest

from melodyrl.env.corpora import read_corpus, read_leadsheets, tune_of
from melodyrl.env.tune import load, save
from melodyrl.errors import ConfigError

music21 = pytest.importorskip("music21")


@pytest.fixture(scope="module")
def score():
    """A pickup, five bars of quarters, a tied pair, and a last bar."""
    text = "X:1\nT:Sheet\nM:4/4\nL:1/4\nK:G\nD|" + "GABc|" * 5 + "d2-d2|GABG|G4|]\n"
    return music21.converter.parse(text, format="abc")


def test_pickup_stands_at_the_end_of_its_bar(score):
    tune = tune_of(score, "own/sheet")

    assert tune.onset[:3].tolist() == [12, 16, 20]
    assert (tune.bar_steps, tune.beat_steps) == (16, 4)
    assert (tune.tonic, tune.minor) == (7, False)


def test_tied_notes_are_one(score):
    tune = tune_of(score, "own/sheet")

    assert 16 in tune.duration[:-1]
    assert (tune.onset[:-1] + tune.duration[:-1] <= tune.onset[1:]).all()


def test_offsets_stand_on_the_tonic_below_the_tune(score):
    assert tune_of(score, "own/sheet").offsets[:5].tolist() == [7, 12, 14, 16, 17]


def test_tunes_kept_are_tunes_read(score, tmp_path):
    tune = tune_of(score, "own/sheet")

    save([tune], tmp_path / "tunes")
    (read,) = load(tmp_path / "tunes")

    assert (read.pitch == tune.pitch).all()
    assert (read.onset == tune.onset).all()
    assert read.name == tune.name


def test_split_goes_by_the_name_alone(score):
    assert tune_of(score, "own/sheet").split() == tune_of(score, "own/sheet").split()
    parts = [tune_of(score, f"own/{n}").split() for n in range(40)]
    assert set(parts) == {0, 1, 2, 3, 4}


def test_too_short_a_tune_is_passed_over():
    short = music21.converter.parse("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|C4|]\n", format="abc")

    assert tune_of(short, "own/short") is None


def test_leadsheet_brings_its_chords(tmp_path):
    part = music21.stream.Part([music21.meter.TimeSignature("4/4"), music21.key.Key("C")])
    for bar in range(8):
        for beat, name in enumerate("CEGE"):
            part.insert(4 * bar + beat, music21.note.Note(name + "4"))
    for at, figure in ((0, "C"), (4, "Am")):
        part.insert(at, music21.harmony.ChordSymbol(figure))
    music21.stream.Score([part]).write("musicxml", tmp_path / "own.musicxml")

    (tune,) = read_leadsheets(tmp_path)

    assert tune.name == "leadsheets/own"
    assert tune.chords == ((0, 1 | 1 << 4 | 1 << 7), (16, 1 | 1 << 4 | 1 << 9))


def test_unknown_corpus_and_empty_folder_are_named(tmp_path):
    with pytest.raises(ConfigError, match="No corpus 'essen'"):
        next(read_corpus("essen"))
    with pytest.raises(ConfigError, match="give a folder of lead sheets"):
        next(read_leadsheets(tmp_path))
