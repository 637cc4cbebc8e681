"""One melodic line of ours: what it has played, what it knows of the moment, and its choices."""

from dataclasses import dataclass

import numpy as np

from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.mind import Mind
from melodyrl.core.engine.register import lifted
from melodyrl.core.engine.snapshot import WAYS, Bar
from melodyrl.core.engine.view import Footing, Harmony, Sight, View
from melodyrl.core.music import Chord, Key, Meter, rotate
from melodyrl.core.music.meter import PHRASE_BARS
from melodyrl.core.policy.answers import FRESH
from melodyrl.core.policy.feel import EVERYONE, FEELS
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.question import Question
from melodyrl.core.policy.state import Context, Melody, advance

ACTIONS = FULL.actions
_OLDEST = np.iinfo(np.int16).max
_ALL_MASKS = (np.arange(1 << 12)[:, None] >> np.arange(12) & 1).astype(np.bool_)  # (4096, 12)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the player's music is at a grid step."""

    position: Position
    meter: Meter
    key: Key
    chord: Chord | None
    announced: int = 0
    """Mask of the chord that is known to come next, 0 where none is."""
    concludes: bool = False
    """Whether this is the last bar."""


class Voice:
    """A line that chooses among the actions of the full preset, above a base of its own.

    The arrays of its one lane are written in place, step after step. What a choice rests on can be
    worked out ahead of it (`think`); that changes nothing but the time it takes.
    """

    def __init__(self, mind: Mind) -> None:
        self._mind = mind
        self.begin()

    def begin(self) -> None:
        """Forget all that was played."""
        self._here = Footing(Melody.start(1, self._mind.density))
        self._elsewhere: dict[int, Footing] = {}
        self._context = Context.silent(1)
        self._intent = Intent.start(1)
        self._moment: Moment | None = None
        self._chord = self._previous = 0
        self._chord_step = 0
        self._thought: Question | None = None
        self._played: int | None = None
        self.base: int | None = None

    def move_base(self, base: int) -> None:
        """Count pitches from another base; what was played keeps its sound."""
        self._go_on()
        if self.base is not None and base != self.base:
            self._here = self._elsewhere.get(base) or self._here.moved(self.base - base)
            self._elsewhere = {}
        self.base = base

    def frame(self, moment: Moment) -> None:
        """Take in the moment before a choice. The base must have been set."""
        self._go_on()
        self._face(moment)
        _, _, self._chord, self._previous, self._chord_step, _ = self._harmony

    def _face(self, moment: Moment) -> None:
        """Look at a moment; the context is written where it is needed first.

        A note that was thought about is sent before that.
        """
        self._ground = moment.position, moment.meter, moment.key
        self._harmony = self._hear(moment)
        self._moment = moment

    def choose(self, allowed: bytes | None = None) -> int:
        """The action to take now, among the legal ones, and where given the allowed.

        What is allowed has a byte for each action, 1 or 0: without numpy it is compared sooner.
        Where no legal action is allowed, any allowed one is taken. A line that is free to do what
        it likes has an intent for each bar.
        """
        if allowed is None:
            self._write()
            self._mind.intend(self._intent, self._here.melody, self._context)
        return self._mind.decide(self._look().question(allowed))

    def think(self, moment: Moment, up: int = 0, allowed: bytes | None = None) -> bool:
        """Work out a part of what a choice would rest on; whether there is more to be worked out.

        Without a base nothing is. It is the choice at a moment that may come, after the base had
        moved `up` by some semitones. It changes nothing that is played.
        """
        self._go_on()
        if self.base is None:
            return False
        self._face(moment)
        footing = self._at(self.base + up)
        sight = self._sight(footing)
        view = footing.view(sight)
        if not view.is_true(sight):
            self._write()
            view.go_on(sight)
            return True
        self._thought = view.question(allowed)
        self._mind.think(self._thought)
        return False

    def foretell(self, up: int = 0) -> int | None:
        """The pitch that would be chosen at what was just thought out, where that is known.

        To ask helps as well: the network has 0.9 MB of weights, and having run it the processor's
        cache holds little else.
        """
        if self._thought is None or self.base is None:
            return None
        action = self._mind.foretell(self._thought)
        return None if action is None else _pitch(action, self.base + up)

    def play(self, action: int) -> int | None:
        """Take an action; the pitch where it begins a note."""
        self._go_on()
        self._played = action
        return None if self.base is None else _pitch(action, self.base)

    def lifted(self, pitch: int) -> int:
        """Where a pitch of the line sounds in the register that is asked for."""
        return lifted(pitch, self._mind.knobs["register"])

    def wait(self, *, holds: bool) -> None:
        """Let a sixteenth pass: hold the note that sounds, or rest."""
        idle = ACTIONS.hold if holds else ACTIONS.rest
        if idle is not None:
            self.play(idle)

    @property
    def bar(self) -> Bar | None:
        """What the present bar is to be, where that was drawn."""
        feel, answer = int(self._intent.feel[0]), self._answer
        if feel == EVERYONE:
            return None
        if answer == FRESH:
            return Bar(FEELS[feel - 1], None, None)
        return Bar(FEELS[feel - 1], int(self._intent.lag[0]), WAYS[int(self._intent.way[0])])

    @property
    def _answer(self) -> int:
        return int(self._intent.answer[0])

    @property
    def is_sounding(self) -> bool:
        """Whether the line takes a note of its own to be sounding."""
        self._go_on()
        return bool(self._here.melody.sounding[0])

    def _go_on(self) -> None:
        """Let the line have played what it chose: a note is sent before this takes its time."""
        if self._played is not None:
            self._write()
            advance(self._here.melody, self._context, ACTIONS, np.array([self._played]))
            self._played = None
            self._here.forget()
            self._elsewhere.clear()
            self._thought = None

    def _at(self, base: int) -> Footing:
        """The line as it would be counted from a base."""
        if self.base is None or base == self.base:
            return self._here
        if base not in self._elsewhere:
            self._elsewhere[base] = self._here.moved(self.base - base)
        return self._elsewhere[base]

    def _look(self) -> View:
        """The view of the moment that was framed, as far as possible from before."""
        sight = self._sight(self._here)
        view = self._here.view(sight)
        if not view.is_true(sight):
            self._write()
            while view.go_on(sight):
                pass
        return view

    def _sight(self, footing: Footing) -> Sight:
        mind, intent = self._mind, self._intent
        return Sight(
            footing.melody,
            self._context,
            mind.density,
            mind.w,
            mind.temperature,
            intent,
            (self._ground, mind.turns),
            self._ground[0].step,
            self._harmony,
            (int(intent.feel[0]), self._answer, intent.manner.tobytes()),
        )

    def _hear(self, moment: Moment) -> Harmony:
        """The chord of a moment, what is announced, and how it came to be.

        In order: bass and mask of the chord announced, of the chord, of the one before it, the step
        at which it was new, and whether that is this one.
        """
        mask = moment.chord.mask if moment.chord else 0
        bass = moment.chord.bass if moment.chord else -1
        if mask == self._chord:
            return bass, moment.announced, mask, self._previous, self._chord_step, 0
        return bass, moment.announced, mask, self._chord, moment.position.step, 1

    def _write(self) -> None:
        """Write the moment that is looked at into the context."""
        if (moment := self._moment) is not None:
            self._moment = None
            self._frame_ground(moment)
            self._frame_chord(moment, self._harmony)

    def _frame_ground(self, moment: Moment) -> None:
        context, position = self._context, moment.position
        context.scale[0] = _ALL_MASKS[rotate(moment.key.scale_mask, -moment.key.tonic)]
        context.minor[0] = moment.key.minor
        context.step[0] = position.step_in_bar
        context.bar_steps[0] = moment.meter.steps_per_bar
        context.level[0] = moment.meter.level(position.step_in_bar)
        context.bar[0] = position.bar % PHRASE_BARS
        context.final[0] = is_final(position, moment.meter)

    def _frame_chord(self, moment: Moment, harmony: Harmony) -> None:
        context, tonic = self._context, moment.key.tonic
        bass, announced, mask, previous, since, changed = harmony
        context.chord[0] = _ALL_MASKS[rotate(mask, -tonic)]
        context.next_chord[0] = _ALL_MASKS[rotate(announced, -tonic)]
        context.previous_chord[0] = _ALL_MASKS[rotate(previous, -tonic)]
        context.bass[0] = (bass - tonic) % 12 if moment.chord else -1
        # music that begins anew counts from 0, and may have known the chord before
        context.chord_age[0] = min(max(moment.position.step - since, 0), _OLDEST)
        context.chord_changed[0] = changed


def _pitch(action: int, base: int) -> int | None:
    """What an action sounds, where it begins a note."""
    return None if action < ACTIONS.first_pitch else base + int(ACTIONS.offsets[action])


def is_final(position: Position, meter: Meter) -> bool:
    """Whether it is the place of a cadence: the last strong beat of the fourth and eighth bar."""
    return position.bar % 4 == 3 and position.step_in_bar == meter.cadence_step


def nearest_tonic(tonic: int, pitch: int) -> int:
    """The pitch of a class nearest to a pitch, the lower of two that are as near."""
    up = (tonic - pitch) % 12
    return pitch + up if up < 6 else pitch + up - 12
