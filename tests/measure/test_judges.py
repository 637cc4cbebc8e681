import numpy as np
import pytest

from melodyrl.env.fit import HELD_OUT
from melodyrl.measure.figures import SURPRISE
from melodyrl.measure.judges import judges
from melodyrl.measure.people import FOLDS
from melodyrl.measure.trigram import count, trigram
from tests.measure.tunes import wandering

TUNES = [wandering(f"folk/{number}", number, notes=200) for number in range(40)]
FIFTHS = [[tune for tune in TUNES if tune.split() == part] for part in range(FOLDS)]
COUNTED = count(tune for tune in TUNES if tune.split() != HELD_OUT)


def surprise_of(part: int):
    """What judges find of a fifth of the tunes, and its stretches."""
    found = judges(TUNES, trigram(COUNTED)).corpora["folk"]
    names = {tune.name for tune in FIFTHS[part]}
    rows = [n for n, stretch in enumerate(found.stretches) if stretch.name in names]
    assert rows
    return found.of(SURPRISE)[rows], [found.stretches[n].pitch for n in rows]


@pytest.mark.parametrize("part", range(FOLDS))
def test_no_tune_is_measured_by_a_model_that_has_read_it(part):
    unread = COUNTED if part == HELD_OUT else COUNTED - count(FIFTHS[part])

    bits, pitches = surprise_of(part)

    assert bits == pytest.approx([trigram(unread).bits(pitch) for pitch in pitches])


def test_a_tune_surprises_more_who_has_not_read_it():
    bits, pitches = surprise_of((HELD_OUT + 1) % FOLDS)

    assert bits.mean() > np.mean([trigram(COUNTED).bits(pitch) for pitch in pitches]) + 0.01
