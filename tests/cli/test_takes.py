import io
from datetime import datetime

import mido
import music21
import pytest

from melodyrl.cli import main
from melodyrl.cli.take_folder import new_path
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.session import LAST_LINE, Sent, first_line, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL

SECOND = 1_000_000_000


@pytest.fixture
def folder(tmp_path):
    """A folder with one take of four seconds by the greedy policy."""
    engine = Engine(EngineConfig(tempo_bpm=120.0), GreedyPolicy(FULL))
    lines = [first_line(engine.recording(), "greedy", "2026-01-31 20:15")]
    told = [(0, NoteOn(57)), (0, NoteOn(60)), (0, NoteOn(64)), (4 * SECOND, NoteOff(57))]
    for at_ns, event in told:
        engine.receive(event, Nanos(at_ns))
        lines.append(event_line((engine.told_ns, event)))
        lines += [
            sent_line(Sent(Nanos(at_ns), each.due_ns, each.message))
            for each in engine.due(Nanos(at_ns))
        ]
    path = tmp_path / "2026-01-31 20-15-00.take"
    path.write_text("\n".join([*lines, LAST_LINE]) + "\n")
    return tmp_path


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["takes", *arguments])
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_takes_are_listed_with_what_was_played(folder, capsys):
    main(["takes", "--folder", str(folder)])

    listed = capsys.readouterr().out
    assert listed.startswith("  1  2026-01-31 20:15  0:04  120 bpm  4/4  3 notes of yours, ")
    assert listed.count("\n") == 1


def test_folder_without_takes_says_how_they_come(tmp_path, capsys):
    main(["takes", "--folder", str(tmp_path / "none")])

    assert "`melodyrl jam` keeps them" in capsys.readouterr().out


def test_take_is_saved_with_both_parts_and_the_tempo(folder, tmp_path, capsys):
    main(["takes", "1", "--folder", str(folder), "-o", str(tmp_path / "take.mid")])

    file = mido.MidiFile(file=io.BytesIO((tmp_path / "take.mid").read_bytes()))
    assert [track.name for track in file.tracks[1:]] == ["player", "melodyrl"]
    assert all(any(m.type == "note_on" for m in track) for track in file.tracks[1:])
    assert [m.tempo for m in file.tracks[0] if m.type == "set_tempo"] == [500_000]


def test_take_is_saved_as_a_score_where_its_name_says_so(folder, tmp_path):
    main(["takes", "1", "--folder", str(folder), "-o", str(tmp_path / "take.musicxml")])

    score = music21.converter.parse(str(tmp_path / "take.musicxml"), format="musicxml")
    assert {part.partName for part in score.parts} == {"player", "melodyrl"}
    symbols = score.parts[0].flatten().getElementsByClass(music21.harmony.ChordSymbol)
    assert [symbol.figure for symbol in symbols] == ["Am"]


def test_take_is_played_again_by_the_policy_that_played_it(folder, capsys):
    main(["takes", "1", "--folder", str(folder), "--replay"])

    assert "byte for byte those that were sent" in capsys.readouterr().out


def test_take_that_another_policy_played_is_refused(folder, capsys):
    err = refused(capsys, "1", "--folder", str(folder), "--replay", "--policy", "rules")

    assert "another one now" in err


def test_take_that_is_not_there_is_one_sentence(folder, capsys):
    assert "There is no take 2; there are 1." in refused(capsys, "2", "--folder", str(folder))


def test_file_that_is_no_take_does_not_hide_the_others(folder, capsys):
    (folder / "broken.take").write_text("nonsense\n")

    main(["takes", "--folder", str(folder)])

    listed = capsys.readouterr().out
    assert "broken.take: Line 1 is not one of a session of ours" in listed
    assert "2026-01-31 20:15" in listed


def test_two_sessions_of_one_second_have_files_of_their_own(tmp_path):
    now = datetime(2026, 1, 31, 20, 15)
    first = new_path(tmp_path, now)
    first.touch()

    assert new_path(tmp_path, now).name == "2026-01-31 20-15-00 (2).take"
