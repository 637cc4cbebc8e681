import json
from importlib.resources import files

import pytest

from rewards import form, guard, rhythm, smoothness
from rewards.tables import numbers, version

TERMS = ["smoothness", "diversity", "guard", "rhythm", "form"]


@pytest.mark.parametrize("term", TERMS)
def test_tables_are_of_one_fit_and_hold_aggregates_only(term):
    text = files("rewards").joinpath("tables", f"{term}.json").read_text("utf-8")

    assert version(term) == version("guard")
    assert len(text) < 50_000
    assert sum(json.loads(text)["tunes"].values()) > 1000


def test_tables_have_the_shapes_that_are_read():
    assert numbers("smoothness", "human").shape == (2, 12, 8, 27)
    assert numbers("guard", "human").shape == (sum(guard.SIZES),)
    assert numbers("rhythm", "human").shape == (2, 2, 16, 8, 3)
    assert numbers("form", "human").shape == (3, form.CLASSES, 5)
    assert form.fitted().shape == (3, form.CLASSES, 6)
    assert smoothness.fitted().shape == (2, 12, 8, 27)
    assert rhythm.fitted().shape == (2, 2, 16, 8, 3)


def test_shared_table_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        numbers("guard", "human")[0] = 1
