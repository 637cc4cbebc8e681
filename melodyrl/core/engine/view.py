"""What a choice at a place in the music rests on, worked out part by part, so that it can be left.

A part takes a tenth of a millisecond: a note that comes while one is worked out waits no longer,
and finds those that are done.
"""

from dataclasses import dataclass, replace

import numpy as np

from melodyrl.core.policy.feel import pace
from melodyrl.core.policy.habit import Leaning, lean, line_in, settle
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.judge import judge, judge_harmony, judge_rhythm
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.observe import observe, observe_density, observe_harmony
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.question import Question
from melodyrl.core.policy.state import BoolArray, Context, FloatArray, Melody, shift

_PARTS = 4

Harmony = tuple[int, ...]
"""All numbers that the chord has a say in."""


@dataclass(slots=True, eq=False)
class Sight:
    """What a view is worked out from, all of one lane."""

    melody: Melody
    context: Context
    wanted: FloatArray
    """The density that is asked for, in onsets a beat, (1,)."""
    w: FloatArray
    """Weights of the reward terms, (K,)."""
    temperature: float
    intent: Intent
    ground: tuple[object, ...]
    """Says all of this but the melody and what the next three say."""
    step: int
    """The sixteenth, counted from the first."""
    harmony: Harmony
    bar: tuple[int, int, bytes]
    """The feel of the bar, what it answers, and its manner."""

    @property
    def density(self) -> FloatArray:
        """The density to play at in the feel of the bar, (1,)."""
        return pace(self.wanted, self.intent.feel)


class View:
    """Features (D,), judgement (A, K) and mask (A,) of one choice; unset until done.

    And the leaning, and the `line_in` the chord.
    """

    features: FloatArray
    judgement: FloatArray
    mask: BoolArray
    leaning: Leaning
    line: FloatArray

    def __init__(self, sight: Sight, like: "View | None" = None) -> None:
        """Where given, it is like one that is done, but for the chord."""
        self._ground, self._bar = sight.ground, sight.bar
        self._done, self._like = 0, like
        self._w, self._temperature = sight.w, sight.temperature
        self._questions: dict[bytes | None, Question] = {}

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return self._done == _PARTS

    def is_of(self, sight: Sight) -> bool:
        """Whether it is true, or can be brought up to date; where not, all is to be worked out."""
        return self._ground == sight.ground and (self.is_done or self._bar == sight.bar)

    def is_true(self, sight: Sight) -> bool:
        """Whether nothing is missing, and all is as it would be worked out now."""
        return self.is_done and self._bar == sight.bar

    def go_on(self, sight: Sight) -> bool:
        """Work out the next part of what is missing or no longer true; False where nothing is."""
        if self._done == _PARTS:
            if self._bar == sight.bar:
                return False
            self._take_up(sight)
        elif self._like is not None:
            self._rehear(sight, self._like)
            self._done, self._like = _PARTS, None
        else:
            self._work_out(self._done, sight)
            self._done += 1
        return True

    def question(self, allowed: bytes | None) -> Question:
        """The choice among what is legal, and where given allowed, see `Voice.choose`.

        The view must be true, so that `go_on` has nothing to do.
        """
        question = self._questions.get(allowed)
        if question is None:
            mask = self.mask if allowed is None else _both(self.mask, allowed)
            habit = settle(self.leaning, self.line, mask[None])[0]
            by = self._w, self._temperature, habit
            question = Question(self.features, self.judgement, mask, *by)
            self._questions[allowed] = question
        return question

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
                self.mask = legal(melody, context, FULL.actions)[0]

    def _lean(self, sight: Sight) -> None:
        self.leaning = lean(sight.melody, sight.context, sight.density, sight.w, sight.intent)
        self.line = line_in(self.leaning, sight.context)

    def _take_up(self, sight: Sight) -> None:
        """Take up what the bar is to be; in copies, as others look at what was."""
        melody, context = sight.melody, sight.context
        if sight.bar[0] != self._bar[0]:
            self.features, self.judgement = self.features.copy(), self.judgement.copy()
            observe_density(self.features[None], melody, context, sight.density, FULL)
            judge_rhythm(self.judgement[None], melody, context, sight.density, FULL)
        self._lean(sight)
        self._bar = sight.bar
        self._questions.clear()

    def _rehear(self, sight: Sight, like: "View") -> None:
        """Take over from another view what the chord has no say in, and work out the rest."""
        melody, context = sight.melody, sight.context
        self.features, self.judgement = like.features.copy(), like.judgement.copy()
        self.leaning, self._bar = like.leaning, like._bar
        self.line = line_in(like.leaning, context)
        observe_harmony(self.features[None], melody, context, sight.density, FULL)
        judge_harmony(self.judgement[None], melody, context, FULL)
        self.mask = legal(melody, context, FULL.actions)[0]


class Footing:
    """A line as it is counted from one base, and views of its next choices."""

    def __init__(self, melody: Melody) -> None:
        self.melody = melody
        self._views: dict[int, dict[Harmony, View]] = {}

    def forget(self) -> None:
        """The views are of no use any more."""
        self._views.clear()

    def moved(self, semitones: int) -> "Footing":
        """The same line, so many semitones higher above its base."""
        melody = self.melody
        melody = replace(melody, recent=melody.recent.copy(), past=melody.past.copy())
        shift(melody, np.array([0]), semitones)
        return Footing(melody)

    def view(self, sight: Sight) -> View:
        """The view of a sight: that of before, or a new one to be worked out."""
        views = self._views.setdefault(sight.step, {})
        view = views.get(sight.harmony)
        if view is None or not view.is_of(sight):
            done = (each for each in views.values() if each.is_done and each.is_of(sight))
            view = views[sight.harmony] = View(sight, next(done, None))
        return view


def _both(legal: BoolArray, allowed: bytes) -> BoolArray:
    among = np.frombuffer(allowed, np.bool_)
    mask = legal & among
    return mask if mask.any() else among
