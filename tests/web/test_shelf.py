"""Earlier takes over real sockets: the list, a take of it, and nothing else."""

import io
import json
import os
import pickle
from urllib.parse import quote, urlsplit

import music21
import pretty_midi
import pytest

from melodyrl.cli import take_shelf
from melodyrl.cli.take_shelf import TakeShelf
from melodyrl.errors import FileError
from melodyrl.web.shelf_reader import MOST_TAKES
from tests.web.shelves import keep, shelf_of, write
from tests.web.stand_in import StandIn
from tests.web.test_server import get

FIRST = "2026-01-31 20-15-00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data") / "takes"


@pytest.fixture(scope="module")
def port(folder):
    daemon = StandIn(shelf=shelf_of(folder))
    port = urlsplit(daemon.start()).port
    yield port
    daemon.stop()


def test_takes_are_listed_newest_first_with_what_was_played(port):
    answer, body = get(port, "/takes")

    assert answer.status == 200
    listed = json.loads(body)
    assert listed["kept"] is True
    broken, cut, long, short = listed["takes"]
    assert (short["name"], short["began"], short["length_s"]) == (FIRST, "2026-01-31 20:15", 3)
    assert (short["player_notes"], short["machine_notes"], short["has_ended"]) == (3, 3, True)
    assert (long["length_s"], long["player_notes"]) == (12, 12)
    assert (cut["has_ended"], cut["problem"]) == (False, "")
    assert broken["problem"].startswith("Line 1 is not one of a session of ours")


@pytest.mark.parametrize("name", [FIRST, "2026-02-01 09-00-00 (2)", "2026-02-02 10-00-00"])
def test_take_of_the_list_is_a_midi_file_with_both_parts(port, name):
    answer, body = get(port, f"/takes/{quote(name)}.mid")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "audio/midi"
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename*=UTF-8''{quote(name)}.mid"
    )
    parts = pretty_midi.PrettyMIDI(io.BytesIO(body)).instruments
    assert [len(part.notes) for part in parts] == [12, 12] if "(2)" in name else [3, 3]


def test_take_of_the_list_is_told_note_by_note(port):
    answer, body = get(port, f"/takes/{quote(FIRST)}/notes")
    broken, sentence = get(port, f"/takes/{quote('2026-02-03 11-00-00')}/notes")

    tracks = json.loads(body)["tracks"]
    assert {each["name"]: [n[2] for n in each["notes"]] for each in tracks} == {
        "player": [60, 64, 67],
        "melodyrl": [72, 76, 79],
    }
    assert (answer.status, broken.status) == (200, 500)
    assert sentence.startswith(b"Line 1 is not one of a session of ours")


def test_take_of_the_list_is_a_score(port):
    answer, body = get(port, f"/takes/{quote(FIRST)}.musicxml")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/vnd.recordare.musicxml+xml"
    assert answer.headers["Content-Disposition"].endswith(f"{quote(FIRST)}.musicxml")
    parts = music21.converter.parseData(body.decode(), format="musicxml").parts
    assert [each.partName for each in parts] == ["melodyrl", "player"]


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "..%2foutside",
        "%2e%2e%2foutside",
        "..%5coutside",
        "%2e%2e/outside",
        "takes/../../outside",
        "secret.txt",
        "secret",
        "2026",
        "*",
        f"{quote(FIRST)}.take",
        f"{quote(FIRST)}%00",
        "%ff",
    ],
)
def test_name_that_the_list_does_not_give_finds_nothing(port, name):
    endings = (".mid", ".musicxml", "/notes", "")
    for path in (f"/takes/{name}{ending}" for ending in endings):
        answer, body = get(port, path)

        assert answer.status == 404
        assert b"MThd" not in body
        assert b"<score" not in body
        assert b"tracks" not in body
        assert b"secret" not in body


def test_take_that_is_broken_is_one_sentence(port):
    answer, body = get(port, f"/takes/{quote('2026-02-03 11-00-00')}.mid")

    assert answer.status == 500
    assert body.startswith(b"Line 1 is not one of a session of ours")
    assert body.count(b"\n") == 1


@pytest.mark.parametrize(
    "path",
    ["/takes", *(f"/takes/{quote(FIRST)}{each}" for each in (".mid", ".musicxml", "/notes"))],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_takes_are_not_for_strangers(port, path, headers):
    answer, body = get(port, path, **headers)

    assert answer.status == 403
    assert b"MThd" not in body
    assert b"<score" not in body
    assert b"tracks" not in body
    assert b"2026" not in body


def test_where_takes_are_not_kept_the_list_says_so():
    daemon = StandIn()
    port = urlsplit(daemon.start()).port
    answer, body = get(port, "/takes")
    missing, _ = get(port, f"/takes/{quote(FIRST)}.mid")
    daemon.stop()

    assert (answer.status, missing.status) == (200, 404)
    assert (json.loads(body)["kept"], json.loads(body)["takes"]) == (False, [])


def test_folder_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FileError, match=r"^The folder of takes cannot be read \(Not a directory: "):
        TakeShelf(tmp_path / "file").takes(MOST_TAKES)
    assert TakeShelf(tmp_path / "none").takes(MOST_TAKES) == []


def test_only_the_newest_are_given(tmp_path):
    for number in range(4):
        keep(tmp_path, f"take {number}", "today", age_s=number)
    shelf = TakeShelf(tmp_path)

    assert [take.name for take in shelf.takes(2)] == ["take 0", "take 1"]
    assert shelf.file("take 1", "mid", 2) is not None
    assert shelf.file("take 2", "mid", 2) is None


def test_what_is_no_file_or_has_a_strange_name_is_left_out(tmp_path):
    keep(tmp_path, "good", "today")
    keep(tmp_path, "two\nlines", "today")
    (tmp_path / "folder.take").mkdir()
    (tmp_path / "gone.take").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.take")

    assert [take.name for take in TakeShelf(tmp_path).takes(MOST_TAKES)] == ["good"]


def test_take_that_grows_is_read_again_and_one_that_does_not_is_not(tmp_path, monkeypatch):
    keep(tmp_path, "old", "today", age_s=9)
    keep(tmp_path, "now", "today", pitches=(60,), last='{"at')
    read = []
    real = take_shelf.read_session
    monkeypatch.setattr(
        take_shelf, "read_session", lambda path: read.append(path.stem) or real(path)
    )
    shelf = TakeShelf(tmp_path)
    assert [take.player_notes for take in shelf.takes(MOST_TAKES)] == [1, 3]
    keep(tmp_path, "now", "today", pitches=(60, 62))

    assert [take.player_notes for take in shelf.takes(MOST_TAKES)] == [2, 3]
    assert read == ["now", "old", "now"]


def test_take_that_is_too_long_for_the_page_says_what_to_do(tmp_path, monkeypatch):
    keep(tmp_path, "long", "today")
    monkeypatch.setattr(take_shelf, "MOST_BYTES", 100)

    (take,) = TakeShelf(tmp_path).takes(MOST_TAKES)

    assert take.problem == (
        "long.take is too long to be read for the page; save it with `melodyrl takes`."
    )


@pytest.mark.parametrize("at_ns", [-(10**9), 2**62, 10**400])
def test_moment_that_makes_no_sense_breaks_nothing(tmp_path, at_ns):
    keep(tmp_path, "odd", "today", last=f'{{"at_ns": {at_ns}, "event": "NoteOn", "pitch": 60}}')
    shelf = TakeShelf(tmp_path)

    assert [take.player_notes for take in shelf.takes(MOST_TAKES)] == [4]
    assert shelf.file("odd", "mid", MOST_TAKES).startswith(b"MThd")
    if at_ns > 0:
        with pytest.raises(FileError, match=r"^The take lasts more than an hour;"):
            shelf.file("odd", "musicxml", MOST_TAKES)
    else:
        assert b"<score-partwise" in shelf.file("odd", "musicxml", MOST_TAKES)


def test_half_a_character_in_a_file_does_not_break_the_list(tmp_path):
    keep(tmp_path, "odd", "\ud800")
    daemon = StandIn(shelf=TakeShelf(tmp_path))
    answer, body = get(urlsplit(daemon.start()).port, "/takes")
    daemon.stop()

    assert answer.status == 200
    assert json.loads(body)["takes"][0]["began"] == "\ud800"


def test_shelf_travels_to_the_process_of_the_server(tmp_path):
    keep(tmp_path, "one", "today")
    shelf = pickle.loads(pickle.dumps(TakeShelf(tmp_path)))

    assert [take.name for take in shelf.takes(MOST_TAKES)] == ["one"]


def test_file_that_is_not_text_says_so(tmp_path):
    write(tmp_path, "one", "")
    (tmp_path / "one.take").write_bytes(b"\xff\xfe\x00")

    (take,) = TakeShelf(tmp_path).takes(MOST_TAKES)

    assert "cannot be read" in take.problem
