"""`melodyrl accompany`: adds a part to a recorded performance, as if it had been played live."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from melodyrl.cli.hearing import Hearing, hear, played_meter
from melodyrl.cli.playing import Playing, open_chord_policy, open_policy, parse_split
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Mode, Nanos
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.offline import heard, run_offline
from melodyrl.core.engine.swing import delay
from melodyrl.core.midi.messages import Message
from melodyrl.core.midi.smf import (
    Note,
    Performance,
    add_track,
    notes_of,
    read_performance,
    write_bytes,
)
from melodyrl.core.music import Key, Ticks, parse_key

_REPLY_NS = 20_000_000_000
"""Time after the end of a performance in which its last phrase is answered: five bars or more from
60 quarter notes a minute on."""


@dataclass(frozen=True, kw_only=True)
class Accompany(Playing):
    """Hear a MIDI file exactly as live, and write it with our part added."""

    performance: Annotated[Positional[Path], arg(metavar="IN.mid")]
    """The performance: a MIDI file with chords, or chords and a tune; for --mode chords a tune."""
    mode: Mode = "solo"
    """solo: a melody over its chords; answer: replies to its phrases; harmony: a second voice;
    chords: chords to its tune."""
    chord_policy: str = "shipped"
    """Who chooses in the mode chords: shipped, greedy, or the path of a policy file."""
    split: str | None = None
    """Pitch that parts the performance, such as C4: harmony alone below it, the tune from it up."""
    output: Annotated[Path | None, arg(aliases=("-o",))] = None
    """The MIDI file to write; IN-melodyrl.mid where none is given."""
    key: str | None = None
    """The key, such as Am or "C major"; listened for where none is given."""

    def run(self) -> None:
        """Play the performance to the engine, and write both."""
        performance = read_performance(self.performance)
        key = None if self.key is None else parse_key(self.key)
        notes = self._answer(hear(performance, self.performance.name), performance, key)
        output = self.output or self.performance.with_stem(f"{self.performance.stem}-melodyrl")
        write_bytes(output, add_track(performance, "melodyrl", notes))
        print(f"{output}: {len(notes)} notes added")

    def _answer(self, hearing: Hearing, performance: Performance, key: Key | None) -> list[Note]:
        config = self.config(hearing.tempo_bpm, hearing.meter, key)
        # It is the sixteenths of the file that swing and stray, whatever its tempi: here all is
        # straight and exact.
        straight = config.knobs | {"swing": 0.0, "humanize": 0.0}
        split = None if self.split is None else parse_split(self.split)
        config = replace(config, mode=self.mode, split=split, knobs=straight)
        engine = Engine(
            config, open_policy(self.policy), chord_policy=open_chord_policy(self.chord_policy)
        )
        rest_ns = _REPLY_NS if self.mode == "answer" else 0
        until_ns = Nanos(hearing.end_ns + rest_ns + config.listen_ns - 1)
        outgoing = run_offline(engine, hearing.events, until_ns)
        outgoing += engine.close(until_ns)
        if self.mode == "harmony":  # second voices come and go with the notes that they are to
            return notes_of(heard(outgoing, Nanos(0)))
        # Each decision is taken listen_ns after its sixteenth, on which it belongs.
        messages = [
            self._sent(performance, _sixteenth(performance, at_ns), message)
            for at_ns, message in heard(outgoing, config.listen_ns)
        ]
        return notes_of(messages)

    def _sent(
        self, performance: Performance, sixteenth: Ticks, message: Message
    ) -> tuple[Nanos, Message]:
        """When a message of a sixteenth leaves, and how loud it is."""
        step_ticks, hand = performance.ppqn // 4, Hand(self.seed, 1)
        step, time = sixteenth // step_ticks, performance.tempo_map
        step_ns = time.ns(Ticks(sixteenth + step_ticks)) - time.ns(sixteenth)
        late_ns = hand.late_ns(step, self.humanize, step_ns)
        (touched,) = hand.touched([message], step, self.humanize)
        return Nanos(_swung(performance, sixteenth, self.swing) + late_ns), touched


def _sixteenth(performance: Performance, at_ns: Nanos) -> Ticks:
    """The nearest sixteenth of the bar, wherever the tempo has just changed."""
    tick = performance.tempo_map.tick(Nanos(max(at_ns, 0)))
    bar = performance.bar_tick(tick)
    steps = ((tick - bar) * 8 + performance.ppqn) // (2 * performance.ppqn)
    return Ticks(bar + steps * performance.ppqn // 4)


def _swung(performance: Performance, sixteenth: Ticks, swing: float) -> Nanos:
    """The moment to which a sixteenth swings."""
    step_ticks = performance.ppqn / 4
    step = round((sixteenth - performance.bar_tick(sixteenth)) / step_ticks)
    late_steps = delay(step, played_meter(performance.meter_at(sixteenth)), swing)
    return performance.tempo_map.ns(Ticks(sixteenth + round(late_steps * step_ticks)))
