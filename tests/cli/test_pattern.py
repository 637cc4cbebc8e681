import mido
import pytest

from melodyrl.cli import main

GRID = "kick x... .... x... ....\nsnare .... x... .... ....\n"


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.txt"
    path.write_text(GRID)
    return path


def test_a_grid_becomes_a_midi_file_on_channel_ten(tmp_path, grid, capsys):
    out, text = tmp_path / "fill.mid", tmp_path / "fill.txt"

    main(["pattern", str(grid), "--seed", "3", "--bars", "2", "-o", str(out), "--text", str(text)])

    shown = capsys.readouterr().out
    assert text.read_text() == shown
    kick = next(line for line in shown.splitlines() if line.startswith("kick")).split()[1:]
    assert (kick[0][0], kick[2][0]) == ("x", "x")
    file = mido.MidiFile(out)
    notes = [m for track in file.tracks for m in track if m.type in ("note_on", "note_off")]
    ons = [m for m in notes if m.type == "note_on"]
    assert {message.channel for message in notes} == {9}
    assert len(ons) == len(notes) / 2 == 2 * hits(shown)
    assert file.length == pytest.approx(2 * 4 * 60 / 100, abs=0.01)


def hits(shown: str) -> int:
    """Hits in a grid."""
    cells = "".join("".join(line.split()[1:]) for line in shown.splitlines())
    return cells.count("x") + cells.count("o")


def test_the_same_seed_gives_the_same_bytes(tmp_path, grid):
    files = []
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        files.append(tmp_path / name)
        main(["pattern", str(grid), "--seed", str(seed), "-o", str(files[-1])])

    one, two, other = (file.read_bytes() for file in files)
    assert one == two != other


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.txt"], "nowhere.txt cannot be read"),
        (["--bars", "0"], "--bars 0"),
        (["--temperature", "2"], "--temperature 2"),
        (["--seed", "-1"], "--seed -1"),
        (["--policy", "nowhere.safetensors"], "nowhere.safetensors"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(arguments, complaint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["pattern", *arguments])

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
