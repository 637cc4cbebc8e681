"""Each example runs as it stands, in a folder of its own, and leaves what it says."""

import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """Runs an example by its number, in tmp_path; tells what it printed."""

    def run_it(number: int, *arguments: str) -> str:
        (script,) = (ROOT / "examples").glob(f"{number:02}_*.py")
        told = subprocess.run(
            [sys.executable, "-W", "error", script, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert told.returncode == 0, told.stderr
        return told.stdout

    return run_it


def onsets(path: Path) -> list[list[int]]:
    """Pitches that each track begins, in order."""
    tracks = mido.MidiFile(path).tracks
    return [[m.note for m in track if m.type == "note_on" and m.velocity] for track in tracks]


def test_the_readme_has_a_line_for_each_and_they_are_numbered():
    names = sorted(path.name for path in (ROOT / "examples").glob("*.py"))

    text = (ROOT / "examples/README.md").read_text()
    assert [name for name in names if f"[{name}]({name})" not in text] == []
    assert [int(name[:2]) for name in names] == list(range(1, len(names) + 1))


def test_composing_gives_two_tunes_that_differ_and_their_pictures(run, tmp_path):
    told = run(1)

    assert told.count("8 bars, A minor") == 2
    assert onsets(tmp_path / "ballad.mid")[-1] != onsets(tmp_path / "reel.mid")[-1]
    with Image.open(tmp_path / "reel.png") as drawn:
        assert drawn.size[0] > 100


def test_a_players_file_is_accompanied_and_kept(run, tmp_path):
    run(2)
    told = run(2, "chords.mid")

    before, after = onsets(tmp_path / "chords.mid"), onsets(tmp_path / "duet.mid")
    assert after[: len(before)] == before
    assert len(after[-1]) > 4
    assert f"{len(after[-1])} notes added" in told


def test_the_environment_prints_two_melodies_and_the_greedy_one_earns_more(run):
    told = run(3)

    chance, greedy = told.strip().split("\n\n")
    assert len(chance.splitlines()) == len(greedy.splitlines()) == 9
    earned = [sum(map(float, each.splitlines()[-1].split()[1::2])) for each in (chance, greedy)]
    assert earned[0] < 0 < earned[1]


@pytest.mark.slow
def test_a_policy_is_trained_and_plays(run, tmp_path):
    run(4, "20")

    assert "| last | 20 |" in (tmp_path / "runs/tiny/README.md").read_text()
    assert len(onsets(tmp_path / "tiny.mid")[-1]) > 4


def test_a_heart_is_painted(run, tmp_path):
    told = run(5)

    with Image.open(tmp_path / "heart.gif") as drawing, Image.open(tmp_path / "heart.png") as last:
        assert drawing.n_frames > 50
        assert last.size == drawing.size
    right = float(told.split("strokes, ")[1].split("%")[0])
    assert right >= 95


def test_a_drum_pattern_is_completed_differently_each_time_around_the_players_hits(run, tmp_path):
    told = run(6)

    grids = [grid.split("\n", 1)[1] for grid in told.split("seed ")[1:]]
    assert len(set(grids)) == 3
    for grid in grids:
        kick = next(line for line in grid.splitlines() if line.startswith("kick"))
        assert "".join(kick.split()[1:]).count("x") == 3
    files = {(tmp_path / f"groove-{seed}.mid").read_bytes() for seed in (1, 2, 3)}
    assert len(files) == 3


@pytest.mark.slow
def test_two_learners_are_compared(run):
    told = run(7, "2560")

    lines = told.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["random", "one-step"]
    assert sum(line.startswith("Q-learning") for line in lines) >= 5
    assert sum(line.startswith("DQN") for line in lines) >= 5
