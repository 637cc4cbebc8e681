import pytest
import tyro

from melodyrl.cli import main
from melodyrl.cli.commands import CONFIGURED
from melodyrl.cli.config_file import default_path, with_config
from melodyrl.cli.jam import Jam
from melodyrl.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


def jam(path, text, *own):
    path.write_text(text)
    return tyro.cli(Jam, args=with_config(["jam", *own], CONFIGURED, path)[1:])


def test_every_kind_of_flag_can_be_set(path):
    found = jam(
        path,
        """
        [jam]
        input = ["keystation", "drum pad"]
        listen_channel = [1, 3]
        tempo = 96
        density = 2.5
        seed = 7
        mode = "harmony"
        key = "Am"
        browser = false
        headless = true
        takes = "/somewhere"
        """,
    )

    assert found.input == ("keystation", "drum pad")
    assert found.listen_channel == (1, 3)
    assert (found.tempo, found.density, found.seed) == (96.0, 2.5, 7)
    assert (found.mode, found.key, str(found.takes)) == ("harmony", "Am", "/somewhere")
    assert (found.browser, found.headless) == (False, True)


def test_one_text_does_for_a_flag_that_may_be_given_again(path):
    assert jam(path, '[jam]\ninput = "keystation"').input == ("keystation",)


def test_command_line_holds(path):
    found = jam(path, "[jam]\ntempo = 96\nbrowser = false", "--tempo", "120", "--browser")

    assert (found.tempo, found.browser) == (120.0, True)


def test_no_file_changes_nothing(path):
    assert with_config(["jam", "--seed", "1"], CONFIGURED, path) == ["jam", "--seed", "1"]


def test_other_commands_do_not_read_it(path):
    path.write_text("nonsense")

    assert with_config(["ports"], CONFIGURED, path) == ["ports"]
    assert with_config([], CONFIGURED, path) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[jam]\ntemop = 96", "has temop, which is no flag; did you mean tempo?"),
        ("[jam]\nzzz = 96", "has zzz, which is no flag; there is "),
        ("[jam]\ntempo = 'fast'", "has tempo = 'fast'; it takes a number."),
        ("[jam]\nseed = 1.5", "it takes a whole number."),
        ("[jam]\nseed = true", "it takes a whole number."),
        ("[jam]\nbrowser = 'no'", "it takes true or false."),
        ("[jam]\nkey = 9", "it takes text in quotes."),
        ("[jam]\nmode = 'dance'", "choose solo, answer, harmony, chords, off."),
        ("[jam]\ninput = [1]", "it takes text in quotes."),
        ("[jam]\ntempo = [96]", "it takes a number."),
        ("tempo = 96", "write flags under [jam]."),
        ("[jazz]\ntempo = 96", "write flags under [jam]."),
        ("[jam", "cannot be read as TOML"),
    ],
)
def test_mistake_is_one_sentence(path, text, words):
    path.write_text(text)

    with pytest.raises(ConfigError) as raised:
        with_config(["jam"], CONFIGURED, path)

    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_mistake_ends_with_status_2(capsys):
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_text("[jam]\ntemop = 96")
    try:
        with pytest.raises(SystemExit) as ended:
            main(["jam"])
    finally:
        default_path().unlink()

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"melodyrl: {default_path()} has temop")
