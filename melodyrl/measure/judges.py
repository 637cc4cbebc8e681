"""Judges that have read people's tunes, and try to tell other melodies from them.

They need a corpus, which is never shipped: where none is given, nobody judges.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from melodyrl.env.tune import Tune
from melodyrl.measure.bands import FEWEST
from melodyrl.measure.discriminate import discriminate, folds
from melodyrl.measure.figures import NAMES, OF_CHORDS, Figures, Floats, together
from melodyrl.measure.people import unread
from melodyrl.measure.row import Row
from melodyrl.measure.trigram import Trigram

MOST = 1500
"""Stretches of each side that are judged."""

TELLING = 6
"""Statistics named as what gives a player away."""

WITH_CHORDS = "leadsheets"
"""The corpus that has chord symbols."""

NoteJudge = Callable[[Sequence[Tune], Sequence[Tune]], float]
"""(people's stretches, others) -> area under its curve, by the notes themselves."""

_MELODIC = [place for place, name in enumerate(NAMES) if name not in OF_CHORDS]


@dataclass(frozen=True, slots=True)
class Apart:
    """Areas under the curves of the judge of statistics and of the one that reads notes."""

    statistics: float
    notes: float | None


@dataclass(frozen=True, slots=True)
class Judges:
    """People's stretches by corpus, and who reads their notes."""

    corpora: Mapping[str, Figures]
    reads_notes: NoteJudge | None = None

    def judged(self, row: Row, found: Figures) -> Row:
        """The row with what the judges say of its stretches."""
        human, ours = together(list(self.corpora.values())).thinned(MOST), found.thinned(MOST)
        with_chords = self.corpora.get(WITH_CHORDS)
        return replace(
            row,
            auc=_area(human, ours, _MELODIC),
            auc_chords=None if with_chords is None else _area(with_chords, ours, None),
            auc_notes=self._by_notes(human, ours),
            tells=_tells(human, ours),
        )

    def among_people(self) -> dict[str, Apart]:
        """How well each corpus is told from all the others: people are not one crowd either."""
        told: dict[str, Apart] = {}
        for name, found in self.corpora.items():
            others = [each for other, each in self.corpora.items() if other != name]
            if others:
                rest, own = together(others).thinned(MOST), found.thinned(MOST)
                told[name] = Apart(_area(rest, own, _MELODIC), self._by_notes(rest, own))
        return told

    def _by_notes(self, human: Figures, ours: Figures) -> float | None:
        if self.reads_notes is None:
            return None
        return self.reads_notes(human.stretches, ours.stretches)


def judges(tunes: Sequence[Tune], model: Trigram, reads_notes: NoteJudge | None = None) -> Judges:
    """Judges that have read these tunes, the corpora of too few stretches left out.

    By a model that had read them people's surprise was .1 bits too low, and gave all others away.
    """
    found = unread(tunes, model)
    enough = {name: each for name, each in found.items() if len(each.stretches) >= FEWEST}
    return Judges(enough, reads_notes)


def _tells(human: Figures, ours: Figures) -> dict[str, float]:
    alone = {NAMES[place]: _area(human, ours, [place]) for place in _MELODIC}
    known = {name: area for name, area in alone.items() if area == area}
    return dict(sorted(known.items(), key=lambda each: -each[1])[:TELLING])


def _area(human: Figures, ours: Figures, columns: list[int] | None) -> float:
    chosen = slice(None) if columns is None else np.array(columns)
    return discriminate(
        _columns(human, chosen), _columns(ours, chosen), _folds(human), _folds(ours)
    )


def _columns(found: Figures, chosen: slice | np.ndarray) -> Floats:
    return found.values[:, chosen]


def _folds(found: Figures) -> np.ndarray:
    return folds([part.name for part in found.stretches])
