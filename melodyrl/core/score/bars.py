"""The bars of a take: what an engine that hears it again counts, and where that lies in time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import KNOBS, Forget, Learn, Nanos, SetMode
from melodyrl.core.engine.recorder import Recording
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.engine.swing import delay
from melodyrl.core.music import Chord, Key, Meter
from melodyrl.core.music.chord import parse_chord
from melodyrl.core.music.key import parse_key
from melodyrl.core.music.meter import parse_meter
from melodyrl.core.music.tempo import sixteenth_ns
from melodyrl.core.policy.policy import RulePolicy
from melodyrl.core.policy.presets import FULL

_NEAR = 2  # sixteenths
_LONGEST = 64  # sixteenths that are written of what sounds on when no bar is counted any more


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that was counted; the sixteenths of a score are counted from its beginning."""

    start: int
    meter: Meter
    tempo_bpm: float
    chords: tuple[tuple[int, Chord], ...] = ()
    """Sixteenth of the bar and the chord that was heard from there on."""

    @property
    def end(self) -> int:
        """The sixteenth after its last one."""
        return self.start + self.meter.steps_per_bar


@dataclass(frozen=True, slots=True)
class Step:
    """A sixteenth that was counted: its moment as it sounds, swing included, and its place."""

    at_ns: int
    length_ns: int
    place: int


class Bars:
    """The bars of a take, one after another: where the music rested no time is left."""

    def __init__(self, bars: list[Bar], steps: list[Step], key: Key | None) -> None:
        self.bars, self.key = bars, key
        """The key that was in force longest; None where nothing was heard."""
        self._steps = steps
        self._moments = [step.at_ns for step in steps]

    def is_counted(self, at_ns: int) -> bool:
        """Whether a sixteenth was counted next to a moment."""
        index = bisect_right(self._moments, at_ns)
        around = self._steps[max(index - 1, 0) : index + 1]
        return any(abs(at_ns - step.at_ns) < _NEAR * step.length_ns for step in around)

    def place(self, at_ns: int) -> int:
        """The sixteenth nearest to a moment; of one in which none was counted, the next one."""
        index = max(bisect_right(self._moments, at_ns) - 1, 0)
        step = self._steps[index]
        later = max(round((at_ns - step.at_ns) / self._length(index)), 0)
        is_last = index + 1 == len(self._steps)
        room = _LONGEST if is_last else self._steps[index + 1].place - step.place
        return step.place + min(later, room)

    def _length(self, index: int) -> int:
        """Nanoseconds to the next sixteenth, which swing makes longer or shorter."""
        step = self._steps[index]
        if index + 1 < len(self._steps):
            after = self._steps[index + 1]
            apart = after.at_ns - step.at_ns
            if after.place == step.place + 1 and 0 < apart < 2 * step.length_ns:
                return apart
        return step.length_ns


def bars_of(recording: Recording) -> Bars:
    """What was counted while a recording was made."""
    bars: list[Bar] = []
    steps: list[Step] = []
    keys: Counter[str] = Counter()
    before: Snapshot | None = None
    for seen in _counted(recording):
        meter = parse_meter(seen.meter)
        if before is None or not _follows(seen, before):
            bars.append(Bar(bars[-1].end if bars else 0, meter, seen.tempo_bpm))
        if seen.chord and (before is None or seen.chord != before.chord):
            here = seen.step, parse_chord(seen.chord)
            bars[-1] = replace(bars[-1], chords=(*bars[-1].chords, here))
        keys.update([seen.key] if seen.key else [])
        steps.append(_step(seen, meter, bars[-1].start))
        before = seen
    return Bars(bars, steps, parse_key(keys.most_common(1)[0][0]) if keys else None)


def _counted(recording: Recording) -> Iterator[Snapshot]:
    """The engine at each sixteenth. It only listens: what it played is known."""
    engine = Engine(_listening(recording.config), RulePolicy(FULL))
    last: tuple[int, int, int] | None = None
    for at_ns, event in (*recording.events, (recording.until_ns, None)):
        while (wake_ns := engine.next_wake()) is not None and wake_ns <= at_ns:
            engine.due(wake_ns)
            seen = engine.snapshot()
            place = seen.bar, seen.step, seen.step_began_ns
            if seen.running and place != last:
                last = place
                yield seen
        if event is not None and not isinstance(event, SetMode | Learn | Forget):
            engine.receive(event, Nanos(at_ns))


def _listening(config: EngineConfig) -> EngineConfig:
    knobs = tuple(pair for pair in config.bindings if pair[1] in KNOBS)
    return replace(config, mode="off", bindings=knobs, clock_out=False)


def _follows(seen: Snapshot, before: Snapshot) -> bool:
    """Whether it is the next sixteenth of the same bar."""
    return (seen.bar, seen.step) == (before.bar, before.step + 1)


def _step(seen: Snapshot, meter: Meter, bar_start: int) -> Step:
    length_ns = sixteenth_ns(seen.tempo_bpm)
    late = delay(seen.step, meter, dict(seen.knobs)["swing"])
    at_ns = seen.step_began_ns + round(late * length_ns)
    return Step(at_ns, length_ns, bar_start + seen.step)
