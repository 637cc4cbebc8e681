"""The policies that there are: listed with their cards, opened by name, chosen by a program."""

import pytest

from melodyrl.cli import main
from melodyrl.cli.playing import open_chord_policy, open_policy
from melodyrl.cli.policy_cards import PolicyCards
from melodyrl.cli.policy_list import PolicyList, choice_of, shipped_file
from melodyrl.cli.programs import parse_programs
from melodyrl.core.engine.events import ChoosePolicy, SetMode
from melodyrl.core.policy.policy import GreedyPolicy, RulePolicy
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.errors import CheckpointError, ConfigError
from tests.core.policy_files import policy_bytes


@pytest.fixture
def folder(tmp_path):
    """Two policies of the player's own, one broken, and a run."""
    figures = {"updates": 30000.0, "reward": 0.1077, "greedy": 0.0878}
    for name, data in {
        "mine": policy_bytes(figures=figures, code_version="<b>\x1b[31m[red]" + "9" * 99),
        "small": policy_bytes(EIGHT_BAR, figures={}),
        "broken": b"no policy",
        "runs/full-1/policy": policy_bytes(),
    }.items():
        path = tmp_path / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def listed(folder, **given):
    return PolicyList(folder, folder / "runs", **given)


def test_shipped_own_and_trained_ones_are_listed_in_this_order(folder):
    names = [place.name for place in listed(folder).places()]

    assert names[:2] == ["shipped", "shipped-chords"]
    assert names[2:5] == ["greedy", "greedy-chords", "rules"]
    assert names[5:] == ["broken", "mine", "small", f"{folder}/runs/full-1"]


def test_a_card_says_what_a_policy_is_and_how_it_measured(folder):
    cards = {each.name: each for each in PolicyCards(listed(folder)).cards()}

    assert (cards["mine"].part, cards["mine"].preset) == ("melody", "full")
    assert cards["mine"].made.startswith("30,000 updates, seed 3, version <b>[31m[red]999")
    assert cards["mine"].made.isprintable()
    assert len(cards["mine"].made) < 80
    assert cards["mine"].figures == "w·r +0.1077 a step (greedy +0.0878)"
    assert (cards["small"].part, cards["small"].preset) == ("", "eight-bar")
    assert "too short to be a safetensors file" in cards["broken"].problem
    assert cards["rules"].made == "not trained: the nearest chord tone on each beat"


def test_a_card_is_read_once_and_again_where_its_file_has_changed(folder, monkeypatch):
    cards = PolicyCards(listed(folder))
    before = cards.cards()
    opened = []
    monkeypatch.setattr("melodyrl.cli.policy_cards.open_place", opened.append)
    monkeypatch.setattr("melodyrl.cli.policy_cards._made", lambda card: "")

    assert cards.cards() == before
    assert opened == []


def test_the_table_shows_every_name_and_why_one_cannot_be_read(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    main(["policies", "--folder", str(folder), "--runs", str(folder / "runs")])

    said = capsys.readouterr().out
    for name in ("shipped", "greedy-chords", "rules", "mine", "small"):
        assert name in said
    assert "[red]" in said  # of a file: shown, and no markup
    assert "\x1b" not in said
    assert "broken: The checkpoint" in said


@pytest.mark.parametrize("name", ["no\nname", "\x1b[31m"])
def test_a_name_that_cannot_be_shown_is_left_out(folder, name):
    (folder / f"{name}.safetensors").write_bytes(policy_bytes())

    assert name not in [place.name for place in listed(folder).places()]


def test_of_two_with_one_name_the_first_is_meant(folder):
    (folder / "rules.safetensors").write_bytes(policy_bytes())

    assert isinstance(listed(folder).open("rules"), RulePolicy)


def test_a_choice_of_the_players_own_is_listed_where_it_is_a_file(folder):
    path = str(folder / "mine.safetensors")

    assert listed(folder, given=(path, "nowhere")).find(path).path == folder / "mine.safetensors"
    with pytest.raises(ConfigError, match="`melodyrl policies` lists what there is"):
        listed(folder).find(path)


def test_no_folders_are_no_fault(tmp_path):
    places = PolicyList(tmp_path / "none", tmp_path / "none").places()

    assert [place.name for place in places][-1] == "rules"


def test_flags_take_the_names_of_the_list_and_paths(folder, monkeypatch):
    monkeypatch.setattr("melodyrl.cli.policy_list.own_folder", lambda: folder)

    assert open_policy("mine").digest == open_policy(str(folder / "mine.safetensors")).digest
    assert isinstance(open_chord_policy("greedy"), GreedyPolicy)
    assert open_chord_policy("shipped").digest == open_chord_policy("shipped-chords").digest
    with pytest.raises(CheckpointError, match="The checkpoint nobody cannot be read"):
        open_policy("nobody")


def test_where_none_is_shipped_the_greedy_one_plays(monkeypatch):
    monkeypatch.setattr("melodyrl.cli.policy_list.shipped_file", lambda name: None)

    assert choice_of("shipped", "melody") == "greedy"
    assert choice_of("shipped", "chords") == "greedy-chords"
    assert isinstance(open_policy("shipped"), GreedyPolicy)


def test_what_ships_is_there():
    assert shipped_file("shipped").name == "melody.safetensors"


def test_programs_count_from_one_and_choose_by_name(folder):
    texts = ["1=shipped", "128 = mine", "2=rules", "2=greedy", "3=mode-off"]

    assert parse_programs(texts, listed(folder)) == {
        0: ChoosePolicy("shipped"),
        127: ChoosePolicy("mine"),
        1: ChoosePolicy("greedy"),
        2: SetMode("off"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shipped", "--program shipped is not a program and its policy; write --program 1=shipped"),
        ("0=shipped", "The program '0' is not one of 1 to 128."),
        ("129=shipped", "The program '129' is not one of 1 to 128."),
        ("one=shipped", "The program 'one' is not one of 1 to 128."),
        ("1=nobody", "There is no policy named 'nobody'"),
    ],
)
def test_a_mistake_in_a_program_is_one_sentence(folder, text, words):
    with pytest.raises(ConfigError) as raised:
        parse_programs([text], listed(folder))

    assert words in str(raised.value)
