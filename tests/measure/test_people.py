import json

import pytest

from melodyrl.env.fit import HELD_OUT
from melodyrl.errors import ConfigError
from melodyrl.measure.figures import NAMES
from melodyrl.measure.people import fit_people, parse, people, write_people
from melodyrl.measure.statistics import STATISTICS
from tests.measure.tunes import tune, wandering

TUNES = [wandering(f"own/{n}", n, notes=128) for n in range(60)]


def test_what_ships_knows_every_statistic():
    known = people()

    assert tuple(known.bands) == NAMES
    assert set(known.held_out.statistics) == set(NAMES)
    assert known.bands["chord tones"].corpora.keys() == {"leadsheets"}
    assert len(known.bands["steps"].corpora) == 5


def test_people_lie_in_their_own_bands_and_surprise_by_about_three_bits():
    known = people()

    assert known.held_out.inside.mean > 0.88
    assert known.held_out.centres_inside == len(NAMES)
    assert known.held_out.statistics["surprise"].mean == pytest.approx(2.9, abs=0.2)


def test_nothing_of_a_single_tune_ships():
    """Names of tunes are in no file of counts."""
    assert set(people().tunes) == {
        "airdsAirs",
        "bach",
        "leadsheets",
        "oneills1850",
        "ryansMammoth",
    }


def test_same_tunes_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_people(fit_people(TUNES), tmp_path / name)

    first, second = (next((tmp_path / name).iterdir()).read_bytes() for name in ("a", "b"))

    assert first == second
    assert parse(first.decode()).tunes == {"own": 60}


def test_held_out_tunes_do_not_move_the_bands():
    kept = [each for each in TUNES if each.split() != HELD_OUT]
    odd = [
        tune([60, 80] * 64, 4, each.name) if each.split() == HELD_OUT else each for each in TUNES
    ]

    with_odd, without = fit_people(odd), fit_people(TUNES)

    assert len(kept) < len(TUNES)
    assert json.dumps(with_odd["bands"]) == json.dumps(without["bands"])
    assert with_odd["trigram"] == without["trigram"]
    assert with_odd["held_out"] != without["held_out"]


def test_too_few_tunes_are_refused_in_a_sentence():
    with pytest.raises(ConfigError, match="Too few"):
        fit_people(TUNES[:10])


def test_every_statistic_has_a_definition_to_show():
    assert all(measure.__doc__ for measure in STATISTICS.values())
