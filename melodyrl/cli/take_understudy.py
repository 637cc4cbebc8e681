"""Plays along with the take that is being kept, to know what comes: in the page's own process."""

import json
from pathlib import Path

from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.cli.take_cast import Finder, cast_of
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetPolicy
from melodyrl.core.engine.foresight import Foresight
from melodyrl.core.engine.session import from_lines
from melodyrl.core.engine.takes import event_of
from melodyrl.core.midi.notes import Note
from melodyrl.errors import FileError

AT_ONCE = 256
"""Lines that are read before others get a turn: there are many where a page opens late."""


class TakeUnderstudy:
    """A `web.understudy.Understudy`. It reads what is on disk, up to a quarter second late."""

    def __init__(self, path: Path) -> None:
        """`path` is the file of the session that is played; it need not be there yet."""
        self._path = path
        self._kept = KeptPolicies(path.parent)
        self._read = 0
        self._lines: list[str] = []
        self._rest = b""
        self._foresight: Foresight | None = None
        self._finder: Finder | None = None
        self._is_lost = False

    def coming(self, from_ns: int, until_ns: int) -> list[Note] | None:
        """See the protocol."""
        if self._is_lost:
            return None
        try:
            has_caught_up = self._catch_up()
        except (FileError, ValueError, LookupError, TypeError):
            # A policy that is nowhere, or a file that is not of this version: what comes is not
            # known, and no reason not to play.
            self._is_lost = True
            return None
        if self._foresight is None or not has_caught_up:
            return None
        return self._foresight.coming(Nanos(from_ns), Nanos(until_ns))

    def _catch_up(self) -> bool:
        """Take in what was written meanwhile; whether that is all."""
        self._lines += self._new_lines()
        now, self._lines = self._lines[:AT_ONCE], self._lines[AT_ONCE:]
        for line in now:
            self._take_in(line)
        return not self._lines

    def _new_lines(self) -> list[str]:
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                data = file.read()
        except OSError:
            return []
        self._read += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [line.decode() for line in whole]

    def _take_in(self, line: str) -> None:
        if self._foresight is None:
            self._foresight = self._begin(line)
            return
        record = json.loads(line)
        if "event" in record:
            at_ns, event = event_of(record)
            if isinstance(event, SetPolicy) and self._finder:
                self._foresight.admit(self._finder.policy(event.part, event.digest))
            self._foresight.tell(event, at_ns)
        elif record.get("fate") == "sent":
            self._foresight.pass_by(Nanos(record["due_ns"]))

    def _begin(self, first_line: str) -> Foresight:
        session = from_lines([first_line])
        cast = cast_of(session, self._kept)
        self._finder = Finder(self._kept, session.policy, None)
        config = session.recording.config
        return Foresight(Engine(config, cast.melody, chord_policy=cast.chords))
