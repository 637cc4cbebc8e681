"""What a choice at a place in the music rests on, worked out part by part, so that it can be left.

A part takes a tenth of a millisecond: a note that comes while one is worked out waits no longer,
and finds those that are done.
"""

from dataclasses import dataclass, replace

import numpy as np

from melodyrl.core.engine.grid import Position
from melodyrl.core.policy.feel import pace
from melodyrl.core.policy.habit import Leaning, lean
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.judge import judge, judge_harmony
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.observe import observe, observe_harmony
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import BoolArray, Context, FloatArray, Melody, shift

_PARTS = 4


@dataclass(slots=True, eq=False)
class Sight:
    """What a view is worked out from, all of one lane."""

    melody: Melody
    context: Context
    wanted: FloatArray
    """The density that is asked for, in onsets a beat, (1,)."""
    w: FloatArray
    """Weights of the reward terms, (K,)."""
    intent: Intent
    ground: tuple[object, ...]
    """Says all of this but the melody and what the next two say."""
    harmony: tuple[object, ...]
    answer: int
    """What the bar answers."""

    @property
    def density(self) -> FloatArray:
        """The density to play at in the feel of the bar, (1,)."""
        return pace(self.wanted, self.intent.feel)


class View:
    """Features (D,), judgement (A, K), mask (A,) and leaning of one choice; unset until done."""

    features: FloatArray
    judgement: FloatArray
    mask: BoolArray
    leaning: Leaning

    def __init__(self, sight: Sight) -> None:
        self._ground, self._harmony, self._answer = sight.ground, sight.harmony, sight.answer
        self._done = 0
        self.is_thought = False
        """Whether the policy has worked ahead on it."""

    def is_of(self, sight: Sight) -> bool:
        """Whether it can be brought up to date; where not, all is to be worked out anew."""
        is_done = self._done == _PARTS
        return self._ground == sight.ground and (is_done or self._harmony == sight.harmony)

    def go_on(self, sight: Sight) -> bool:
        """Work out the next part of what is missing or no longer true; False where nothing is."""
        if self._done < _PARTS:
            self._work_out(self._done, sight)
            self._done += 1
        elif self._harmony != sight.harmony:
            self._rehear(sight)
        elif self._answer != sight.answer:
            self._lean(sight)
        else:
            return False
        return True

    def _work_out(self, part: int, sight: Sight) -> None:
        melody, context = sight.melody, sight.context
        match part:
            case 0:
                self.features = observe(melody, context, sight.density, FULL)[0]
            case 1:
                self.judgement = judge(melody, context, sight.density, FULL)[0]
            case 2:
                self._lean(sight)
            case _:
                self._permit(sight)

    def _lean(self, sight: Sight) -> None:
        self.leaning = lean(sight.melody, sight.context, sight.density, sight.w, sight.intent)
        self._answer = sight.answer

    def _permit(self, sight: Sight) -> None:
        self.mask = legal(sight.melody, sight.context, FULL.actions)[0]

    def _rehear(self, sight: Sight) -> None:
        """Bring what the chord has a say in up to date; in copies, as others look at what was."""
        melody, context = sight.melody, sight.context
        self.features, self.judgement = self.features.copy(), self.judgement.copy()
        observe_harmony(self.features[None], melody, context, sight.density, FULL)
        judge_harmony(self.judgement[None], melody, context, FULL)
        self._permit(sight)
        self._harmony, self.is_thought = sight.harmony, False


class Footing:
    """A line as it is counted from one base, and views of its next choices."""

    def __init__(self, melody: Melody) -> None:
        self.melody = melody
        self.views: dict[Position, View] = {}

    def moved(self, semitones: int) -> "Footing":
        """The same line, so many semitones higher above its base."""
        melody = self.melody
        melody = replace(melody, recent=melody.recent.copy(), past=melody.past.copy())
        shift(melody, np.array([0]), semitones)
        return Footing(melody)

    def view(self, position: Position, sight: Sight) -> View:
        """The view of a sight at a position: that of before, or a new one to be worked out."""
        view = self.views.get(position)
        if view is None or not view.is_of(sight):
            view = self.views[position] = View(sight)
        return view
