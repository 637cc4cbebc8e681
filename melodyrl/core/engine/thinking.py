"""What is worked out while nothing is due: what choices will rest on, and answers to notes."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import inf

from melodyrl.core.engine.band import Band, arpeggio_ns
from melodyrl.core.engine.events import Mode, Nanos
from melodyrl.core.engine.foretold import Foretold
from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.transport import Transport
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Chord


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step of the grid, and between which moments a note that begins is heard at it."""

    position: Position
    from_ns: Nanos
    until_ns: Nanos


class Thinking:
    """Thinks of the present step and the next. It plays nothing, and draws nothing."""

    def __init__(self, band: Band, transport: Transport) -> None:
        self._band, self._transport = band, transport
        self.forget()

    def forget(self) -> None:
        """Something happens now; what was thought about may not come any more."""
        self._thoughts: Iterator[None] | None = None
        self._foretold = Foretold()

    def thoughts(self, mode: Mode, now_ns: Nanos, wake_ns: Nanos | None) -> Iterator[None]:
        """A part of some 0.1 ms at each turn; the same iterator until `forget`.

        `wake_ns` is when something is due next, None where nothing is.
        """
        if self._thoughts is None:
            self._thoughts = self._think(mode, now_ns, self._foretold)
        self._foretold.until_ns = inf if wake_ns is None else wake_ns
        return self._thoughts

    def foretell(self, note: NoteOn, at_ns: Nanos) -> NoteOn | None:
        """The answer to a note that begins at a moment, where nothing happens before that."""
        pitch = self._foretold.find(note.pitch, at_ns)
        return None if pitch is None else self._band.harmony.sounded(pitch, note)

    def _think(self, mode: Mode, now_ns: Nanos, foretold: Foretold) -> Iterator[None]:
        wake_ns = self._transport.wake()
        if wake_ns is None or self._transport.is_resting:
            return
        self._band.tonality.weigh()
        # a note may come before the next step begins, or before it is decided
        here = self._transport.position().step
        places = [self._place(step, now_ns, wake_ns) for step in (here, here + 1)]
        is_new = False
        for _ in self._think_of(mode, places, foretold):
            is_new = True
            yield
        if is_new:
            self._band.voice.foretell()
            yield

    def _think_of(self, mode: Mode, places: list[Ahead], foretold: Foretold) -> Iterator[None]:
        if mode == "harmony":
            yield from self._think_of_notes(places, foretold)
            for place in places:
                for up in (12, -12):  # after a leap that is wider, the line follows by octaves
                    yield from self._think_of_line(place, self._band.listener.chord, up)
        elif mode == "solo" or self._band.replies.is_replying:
            decided = places[-1]
            yield from self._think_of_line(decided, self._hear(decided.until_ns))

    def _think_of_notes(self, places: list[Ahead], foretold: Foretold) -> Iterator[None]:
        for place, pitch, chord in self._occasions(places):
            answer = yield from self._think_of_note(place, pitch, chord)
            if answer is not None:
                foretold.keep(pitch, place.from_ns, place.until_ns, answer)
            yield

    def _occasions(self, places: list[Ahead]) -> Iterator[tuple[Ahead, int, Chord | None]]:
        """When and of which pitch the next note may be, and which chord it will be heard to make.

        The likeliest comes first.
        """
        listener, harmony = self._band.listener, self._band.harmony
        heard: dict[tuple[int, int], Chord | None] = {}
        for place in places:
            parts = self._parted(place)
            for pitch in filter(listener.is_tune, harmony.coming()):
                for part, turn in parts:
                    if (pitch, turn) not in heard:
                        heard[pitch, turn] = self._hear(part.from_ns, pitch)
                    yield part, pitch, heard[pitch, turn]

    def _think_of_note(
        self, place: Ahead, pitch: int, chord: Chord | None
    ) -> Generator[None, None, int | None]:
        """Think of the answer to a note; what it will be, where known, see `Harmony.think`."""
        band = self._band
        moment = band.moment(place.position, self._transport, chord)
        if moment is None:
            return None
        answer = yield from band.harmony.think(pitch, moment, band.listener.fingers)
        # at the first step the key may be another once the note is heard
        return answer if place.position.step > 0 else None

    def _think_of_line(self, place: Ahead, chord: Chord | None, up: int = 0) -> Iterator[None]:
        """Think of what the line does at a place, so many semitones above its base."""
        moment = self._band.moment(place.position, self._transport, chord)
        while moment is not None and self._band.voice.think(moment, up):
            yield
        yield

    def _hear(self, at_ns: Nanos, pitch: int | None = None) -> Chord | None:
        """The chord that is read at a moment, where given with a note that begins then."""
        listener, key = self._band.listener, self._band.tonality.key
        return listener.foretell(at_ns, arpeggio_ns(self._transport), key, pitch)

    def _place(self, step: int, now_ns: Nanos, wake_ns: Nanos) -> Ahead:
        """A step, from now on and until the next one is decided."""
        transport = self._transport
        from_ns, until_ns = transport.first_in(step), transport.first_in(step + 1)
        return Ahead(transport.position_of(step), max(now_ns, from_ns), min(until_ns, wake_ns))

    def _parted(self, place: Ahead) -> list[tuple[Ahead, int]]:
        """A place in parts in which a note is heard alike, each with what tells its turn."""
        listener, window_ns = self._band.listener, arpeggio_ns(self._transport)
        turns = listener.turns(place.from_ns, place.until_ns, window_ns)
        ends = [*(at_ns for at_ns, _ in turns[1:]), place.until_ns]
        return [
            (Ahead(place.position, from_ns, until_ns), turn)
            for (from_ns, turn), until_ns in zip(turns, ends, strict=True)
        ]
