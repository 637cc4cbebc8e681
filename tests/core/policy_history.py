"""A melody kept whole, in plain Python: what a reward is when nothing has been forgotten."""

import itertools
import math
from dataclasses import dataclass, field

import numpy as np

from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import Context, Melody, advance, shift
from rewards import diversity, form, guard, harmony, rhythm, smoothness

NONE = -128
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
LEVELS_16 = [0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4]
LEVELS_12 = [0, 4, 3, 4, 2, 4, 3, 4, 2, 4, 3, 4]


@dataclass
class Played:
    """One decision of the past, at absolute pitch."""

    kind: str
    pitch: int | None
    chord: frozenset[int]
    changed: bool
    place: int
    """Step in the bar."""
    move: int | None
    """Steps of the scale from the note before."""


@dataclass
class History:
    """All decisions of one lane; every input of a reward is worked out from all of them."""

    base: int = 60
    bar_steps: int = 16
    past: list[Played] = field(default_factory=list)

    def notes(self) -> list[int]:
        return [p.pitch for p in self.past if p.pitch is not None]

    def offsets(self) -> list[int]:
        return [pitch - self.base for pitch in self.notes()]

    def sounding(self) -> bool:
        return bool(self.past) and self.past[-1].kind != "rest"

    def age(self) -> int:
        steps = 0
        for at in range(len(self.past) - 1, -1, -1):
            steps += 1
            rests = self.past[at].kind == "rest"
            if self.past[at].kind == "onset":
                break
            if rests and at > 0 and self.past[at - 1].kind != "rest":
                break
            if rests and at == 0:
                # Nothing had sounded before: the rest has no beginning, it only grows.
                break
        return min(steps, 64)

    def pending(self) -> bool:
        pending, pitch = False, None
        for p in self.past:
            if p.kind == "onset":
                pitch = p.pitch
            if p.kind == "onset" or (p.kind == "hold" and p.changed):
                assert pitch is not None
                pending = bool(p.chord) and (pitch - self.base) % 12 not in self._relative(p)
        return pending

    def _relative(self, p: Played) -> set[int]:
        """Chords are kept as pitch classes, so a change of base changes nothing."""
        return {(pc - self.base) % 12 for pc in p.chord}

    def density(self) -> float:
        keep = math.exp(-1 / 32)
        density = 1.25
        for p in self.past:
            density = keep * density + (1 - keep) * (4.0 if p.kind == "onset" else 0.0)
        return density

    def since(self) -> int:
        onsets = [at for at, p in enumerate(self.past) if p.kind == "onset"]
        return min(len(self.past) - onsets[-1], 64) if onsets else 0

    def gaps(self) -> np.ndarray:
        """Faded counts of the classes of gaps between onsets."""
        late = np.zeros(8)
        onsets = [at for at, p in enumerate(self.past) if p.kind == "onset"]
        for before, after in itertools.pairwise(onsets):
            late *= 0.8
            late[int(rhythm.age_class(after - before))] += 1.0
        return late

    def move(self, pitch: int | None, minor: bool) -> int | None:
        if pitch is None or not self.notes():
            return None
        return degree(pitch - self.base, minor) - degree(self.notes()[-1] - self.base, minor)

    def kind(self, lag: int, pitch: int | None, move: int | None, at: int | None = None) -> int:
        """What a pitch, or none, is to what happened lag bars before; at: of which decision."""
        now = len(self.past) if at is None else at
        before = now - lag * self.bar_steps
        if before < 0:
            return form.QUIET
        then = self.past[before]
        if then.pitch is None:
            return form.QUIET if pitch is None else form.NEW
        if pitch is None:
            return form.GONE
        if pitch == then.pitch:
            return form.SAME
        return form.MOVED if move is not None and move == then.move else form.STRUCK

    def run(self, lag: int) -> int:
        run = 0
        for at, p in enumerate(self.past):
            kind = self.kind(lag, p.pitch, p.move, at)
            if kind == form.SAME:
                run = min(max(run, 0) + 1, form.LONGEST)
            elif kind == form.MOVED:
                run = max(min(run, 0) - 1, -form.LONGEST)
            elif kind != form.QUIET:
                run = 0
        return run

    def form(self, pitch: int | None, minor: bool) -> float:
        move, total = self.move(pitch, minor), 0.0
        for number, lag in enumerate(form.LAGS):
            run_class = int(form.RUN_CLASS[self.run(lag)])
            total += float(form.fitted()[number, run_class, self.kind(lag, pitch, move)])
        return min(max(total, -1.0), 1.0)

    def rewards(self, context: Context, lane: int, target: float, preset: Preset) -> np.ndarray:
        """(A, K), one action and one term at a time."""
        rows = [
            self._reward(context, lane, target, preset, action)
            for action in range(preset.actions.count)
        ]
        return np.array(rows, np.float32)

    def _reward(
        self, context: Context, lane: int, target: float, preset: Preset, action: int
    ) -> list[float]:
        kind = kind_of(preset, action)
        chord = {pc for pc in range(12) if context.chord[lane, pc]}
        scale = {pc for pc in range(12) if context.scale[lane, pc]}
        heard = [NONE] * 8 + self.offsets()
        values = dict.fromkeys(preset.terms, 0.0)
        if kind == "onset":
            note = int(preset.actions.offsets[action])
            moved = NONE if heard[-1] == NONE else note - heard[-1]
            before = NONE if heard[-2] == NONE else heard[-1] - heard[-2]
            pay = float(
                harmony.onset(
                    harmony.centred() if preset.is_full else harmony.fitted(),
                    note % 12 in chord,
                    note % 12 in scale,
                    int(context.level[lane]),
                    moved,
                    self.pending(),
                    bool(context.final[lane]),
                    note % 12 == 0,
                    bool(chord),
                )
            )
            values["harmony"] = pay
            values["smoothness"] = float(
                smoothness.smoothness(bool(context.minor[lane]), heard[-1], before, moved)
            )
            window = np.array(heard[-7:])
            values["diversity"] = float(diversity.novelty(window, note))
            against = float(guard.guard(window, note))
            edge = -max(abs(note - 17) - 9, 0) / 9 if preset.is_full else 0.0
            values["guard"] = max(against + max(edge, -1.0), -1.0)
        elif kind == "hold" and self.sounding():
            pc = heard[-1] % 12
            changed = bool(context.chord_changed[lane])
            pay = harmony.sustain(pc in chord, self.pending(), changed, bool(chord))
            values["harmony"] = float(pay)
        if preset.is_full:
            place = int(context.step[lane])
            events = rhythm.rhythm(
                place,
                int(context.bar_steps[lane]),
                self.age(),
                self.density(),
                target,
                context.bar[lane] % 4 == 3,
                self.since(),
                self.gaps(),
            )
            values["rhythm"] = float(events[["onset", "hold", "rest"].index(kind)])
            offset = int(preset.actions.offsets[action])
            pitch = self.base + offset if kind == "onset" else None
            values["form"] = self.form(pitch, bool(context.minor[lane]))
        return [values[term] for term in preset.terms]

    def play(self, context: Context, lane: int, preset: Preset, action: int) -> None:
        kind = kind_of(preset, action)
        pitch = self.base + int(preset.actions.offsets[action]) if kind == "onset" else None
        chord = frozenset((pc + self.base) % 12 for pc in range(12) if context.chord[lane, pc])
        changed = bool(context.chord_changed[lane])
        move = self.move(pitch, bool(context.minor[lane]))
        self.past.append(Played(kind, pitch, chord, changed, int(context.step[lane]), move))


def degree(offset: int, minor: bool) -> int:
    tones = MINOR if minor else MAJOR
    return 7 * (offset // 12) + sum(tone <= offset % 12 for tone in tones) - 1


def kind_of(preset: Preset, action: int) -> str:
    if action == preset.actions.hold:
        return "hold"
    return "rest" if action == preset.actions.rest else "onset"


class Walk:
    """Lanes led at random through chords, changes, silences, meters and keys."""

    def __init__(self, preset: Preset, lanes: int, seed: int) -> None:
        self.preset, self.rng = preset, np.random.default_rng(seed)
        self.melody = Melody.start(lanes)
        self.context = Context.silent(lanes)
        self.histories = [History() for _ in range(lanes)]
        self.target = self.rng.uniform(0.4, 3.0, lanes).astype(np.float32)
        self.time = 0
        if preset.is_full:
            self.context.bar_steps[:] = self.rng.choice([16, 12], lanes)
        for history, steps in zip(self.histories, self.context.bar_steps, strict=True):
            history.bar_steps = int(steps)
        for lane in range(lanes):
            self._choose_scale(lane)
        self._frame()

    def play(self, action: np.ndarray) -> None:
        for lane, history in enumerate(self.histories):
            history.play(self.context, lane, self.preset, int(action[lane]))
        advance(self.melody, self.context, self.preset.actions, action)
        self.time += self.preset.steps_per_action
        if self.preset.is_full and self.rng.random() < 0.03:
            self._change_tonic()
        self._frame()

    def _change_tonic(self) -> None:
        lane = int(self.rng.integers(len(self.histories)))
        up = int(self.rng.integers(-3, 4))
        self.histories[lane].base += up
        shift(self.melody, np.array([lane]), -up)
        self._choose_scale(lane)

    def _choose_scale(self, lane: int) -> None:
        c = self.context
        kind = 0 if not self.preset.is_full else int(self.rng.integers(3))
        c.scale[lane] = False
        c.minor[lane] = kind == 1
        if kind < 2:
            c.scale[lane, list((MAJOR, MINOR)[kind])] = True

    def _frame(self) -> None:
        c, rng = self.context, self.rng
        c.step[:] = self.time % c.bar_steps
        c.bar[:] = self.time // c.bar_steps % 8
        levels = zip(c.step, c.bar_steps, strict=True)
        c.level[:] = [(LEVELS_12 if n == 12 else LEVELS_16)[s] for s, n in levels]
        c.final[:] = rng.random(len(c.final)) < 0.1
        changes = rng.random(len(c.final)) < (0.1 if self.preset.is_full else 0.4)
        c.chord_age[:] = np.where(changes, 0, c.chord_age + 1)
        c.chord_changed[:] = changes
        for lane in np.flatnonzero(changes):
            c.previous_chord[lane] = c.chord[lane]
            c.chord[lane] = False
            if rng.random() < 0.8:
                root = int(rng.choice(MAJOR))
                c.chord[lane, [root, (root + 3 + root % 2) % 12, (root + 7) % 12]] = True
                c.bass[lane] = root
            else:
                c.bass[lane] = -1
