from dataclasses import replace

import pytest

from melodyrl.measure.aims import aims
from melodyrl.measure.evaluation import Evaluator
from melodyrl.measure.judges import judges
from melodyrl.measure.people import people
from melodyrl.measure.plain import text
from tests.measure.tunes import TINY, untrained, wandering


def evaluator(settings=TINY, corpus=()):
    known = people()
    asked = judges(corpus, known.trigram) if corpus else None
    return Evaluator(untrained(), known, settings, asked)


def test_every_player_and_people_have_a_row(found):
    names = [row.name for row in found.rows]

    for name in ("random", "n-gram sampler", "one-step greedy", "policy", "people, held out"):
        assert name in names


def test_the_cost_is_what_is_played(evaluated):
    assert evaluated[1] == pytest.approx(evaluator().cost(), rel=0.02)


def test_players_do_what_their_names_say(found):
    rows = {row.name: row for row in found.rows}

    assert rows["random chord tone"].statistics["chord tones"].mean == 1
    assert rows["scale"].statistics["steps"].mean > 0.9
    assert rows["nearest chord tone"].statistics["mean interval"].mean < 2
    assert rows["one-step greedy"].reward.mean > rows["random"].reward.mean


def test_all_aims_can_be_told(found):
    told = aims(found, people())

    assert len(told) == 13
    assert all(aim.found for aim in told)


def test_without_a_corpus_nobody_judges(found):
    assert not found.is_judged
    assert all(row.auc is None for row in found.rows)


def test_with_a_corpus_judges_tell_random_notes_from_tunes():
    corpus = [wandering(f"{source}/{n}", n, 128) for source in ("a", "b") for n in range(40)]

    stages = evaluator(corpus=corpus).stages(lambda what, steps: None)
    first = next(stages)

    assert first.is_judged
    assert first.rows[0].name == "random"
    assert first.rows[0].auc > 0.9
    assert len(first.rows[0].tells) == 6


def test_same_seed_same_bytes_and_another_seed_others():
    def row_of(seed):
        return text(next(evaluator(replace(TINY, seed=seed)).stages(lambda what, steps: None)))

    assert row_of(0) == row_of(0)
    assert row_of(0) != row_of(1)


def test_each_stage_adds_to_what_there_was():
    stages = evaluator().stages(lambda what, steps: None)

    assert [len(next(stages).rows) for _ in range(3)] == [1, 2, 3]
