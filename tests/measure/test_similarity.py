import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.measure.similarity import pairwise, similarities
from tests.measure.tunes import tune

SONG = [60, 62, 64, 65, 67]


def alike(a, b):
    return float(similarities([a], [b])[0])


def test_a_tune_and_its_transposition_are_one():
    assert alike(tune(SONG), tune(SONG)) == 1
    assert alike(tune(SONG), tune(np.add(SONG, 2), tonic=2)) == 1


def test_each_way_to_differ_costs():
    other_pitch = tune([60, 62, 64, 65, 69])
    other_length = tune(SONG, [4, 4, 4, 4, 8])
    one_note_more = tune([*SONG, 60])
    nothing_alike = tune([61, 63, 66, 68, 70], 2)

    assert alike(tune(SONG), other_pitch) == pytest.approx(1 - 0.5 / 5)
    assert alike(tune(SONG), other_length) == pytest.approx(1 - 0.5 / 5)
    assert alike(tune(SONG), one_note_more) == pytest.approx(1 - 1 / 6)
    assert alike(tune(SONG), nothing_alike) == 0


def test_pairs_of_many_are_compared_at_once():
    tunes = [tune(SONG), tune([60, 62, 64, 65, 69]), tune(SONG)]

    assert pairwise(tunes) == pytest.approx([0.9, 1.0, 0.9])


def by_the_book(a, b) -> float:
    """Edit distance, one cell at a time."""
    table = np.zeros((len(a) + 1, len(b) + 1))
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            cost = ((x[0] != y[0]) + (x[1] != y[1])) / 2
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + cost)
    return table[-1, -1]


notes = st.lists(st.tuples(st.integers(60, 64), st.integers(1, 3)), min_size=1, max_size=12)


@given(notes, notes)
def test_it_is_the_edit_distance_and_symmetric(a, b):
    first, second = (tune(*zip(*each, strict=True)) for each in (a, b))
    distance = by_the_book(a, b)

    found = similarities([first, second], [second, first])

    assert found == pytest.approx([1 - distance / max(len(a), len(b))] * 2)
