import pytest
import tyro
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.cli.commands import CONFIGURED
from melodyrl.cli.config_file import with_config
from melodyrl.cli.controls_file import (
    default_path,
    parse_controls,
    read_controls,
    with_controls,
    write_controls,
)
from melodyrl.cli.jam import Jam
from melodyrl.core.engine.controls import meaning
from melodyrl.core.engine.events import TARGETS
from melodyrl.errors import ConfigError, FileError

FREE = [each for each in range(128) if meaning(each) is None]
pairs = st.lists(st.tuples(st.sampled_from(FREE), st.sampled_from(TARGETS)), max_size=9)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "controls.toml"


@pytest.fixture
def kept():
    """The player's own file, gone again at the end."""
    yield default_path()
    default_path().unlink(missing_ok=True)


@given(pairs)
def test_bindings_are_read_as_they_were_kept(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("kept") / "controls.toml"
    bindings = with_controls((), pairs)
    write_controls(path, ((5, "panic"),))

    write_controls(path, bindings)

    assert read_controls(path) == bindings
    assert list(path.parent.iterdir()) == [path]


def test_no_file_is_no_binding(path):
    assert read_controls(path) == ()


@pytest.mark.parametrize(
    "text",
    [
        "21",
        '21 = "loudness"',
        "21 = 4",
        '21 = ["harmony"]',
        '64 = "harmony"',
        '128 = "harmony"',
        '-1 = "harmony"',
        'fast = "harmony"',
        '21 = "harmony"\n22 = "harmony"',
        '21 = "harmony"\n021 = "rhythm"',
        "a = " + "[" * 5000,
        "\0",
    ],
)
def test_a_broken_file_is_one_sentence(path, text):
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(FileError) as raised:
        read_controls(path)

    sentence = str(raised.value)
    assert sentence.startswith(f"The controls kept in {path} are left out (")
    assert sentence.endswith("mend the file or delete it.")
    assert "\n" not in sentence


def test_bytes_that_are_no_text_are_one_sentence(path):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(FileError, match="are left out"):
        read_controls(path)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FileError, match="cannot be kept in"):
        write_controls(tmp_path / "file" / "controls.toml", ())


def test_flags_hold_before_what_was_learned(kept):
    write_controls(kept, ((21, "rhythm"), (22, "harmony"), (23, "panic")))

    bindings = Jam(map=("21=harmony", "7 = density"))._bindings()

    assert bindings == ((7, "density"), (21, "harmony"), (23, "panic"))


def test_a_broken_file_does_not_end_the_music(kept, capsys):
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("21 = 4")

    assert Jam(map=("21=harmony",))._bindings() == ((21, "harmony"),)
    assert capsys.readouterr().out.count("\n") == 1


def test_controls_may_stand_in_the_config_file_and_the_command_line_holds(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[jam]\nmap = ["21=harmony", "22=mode-chords"]')
    given = with_config(["jam", "--map", "21=rhythm"], CONFIGURED, path)[1:]

    found = tyro.cli(Jam, args=given)

    assert parse_controls(found.map) == ((21, "rhythm"), (22, "mode-chords"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("harmony", "--map harmony is not a controller and what it turns"),
        ("harmony=21", "The controller 'harmony' is not one of 0 to 127."),
        ("21=solo", "Controller 21 cannot turn 'solo'; choose harmony, "),
        ("64=harmony", "Controller 64 is the sustain pedal"),
        ("1234=harmony", "not one of 0 to 127."),
    ],
)
def test_a_mistake_in_a_flag_is_one_sentence(text, words):
    with pytest.raises(ConfigError) as raised:
        parse_controls([text])

    assert words in str(raised.value)
    assert str(raised.value).endswith(".")
