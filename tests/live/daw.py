"""A real DAW without a window: Ardour on a JACK server, led by tests/machines/ardour.lua."""

import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import mido

from tests.live.hearing import HURRY

SCRIPT = Path(__file__).parents[1] / "machines" / "ardour.lua"
RATE = 48_000
CLOCK_OUT = "ardour:MIDI Clock out"

_LUA = "ardour7-lua"
_STARTS = 4
"""Times that it is started: jackd now and then drops a client that connects just as another leaves,
and Ardour does both."""
_LOOK_S, _LOOKS = 0.02, 100
_LONG_S = 20.0
"""Longest wait for an answer, and for what was asked for to be done."""


class DawError(Exception):
    """Ardour cannot do what it was told, or hangs, as it does now and then where it is stopped."""


class Ardour:
    """One session; a context manager."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self._env = {**env, "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        self._env.pop("DISPLAY", None)
        self._folder = folder

    @staticmethod
    def is_here() -> bool:
        """Whether it is installed."""
        return shutil.which(_LUA) is not None

    def __enter__(self) -> "Ardour":
        for number in range(_STARTS):
            self._start(self._folder / f"session-{number}")
            with suppress(DawError):
                self._answer()
                if self._is_on_jack():
                    return self
            self.__exit__()
        raise self._failed("cannot stay on the JACK server")

    def __exit__(self, *_: object) -> None:
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_LONG_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def do(self, lua: str) -> str:
        """The value of a line of Lua."""
        self._process.stdin.write(lua + "\n")
        self._process.stdin.flush()
        return self._answer()

    def tempo(self, bpm: float) -> None:
        """Of the whole song. While it plays, its clock ticks on at it from where it is."""
        self.do(f"daw.tempo({bpm})")

    def locate(self, song_s: float) -> None:
        """Go to a moment of the song."""
        sample = round(song_s * RATE)
        self.do(f"daw.locate({sample})")
        self._until(lambda state: state[2] == sample)

    def record(self) -> None:
        """Play and record from where it is."""
        self.do("daw.arm()")
        self.do("daw.roll()")

    def roll_to(self, song_s: float) -> None:
        """Wait until the song is there."""
        sample, to_go_s = song_s * RATE, song_s - self._state()[2] / RATE
        self._until(lambda state: state[2] >= sample, to_go_s + _LONG_S)

    def stop(self) -> None:
        """Stop, and come back when it has."""
        self.do("daw.stop()")
        self._until(lambda state: not any(state[:2]))

    def recorded(self, track: str, begins_s: float, bpm: float) -> list[tuple[float, mido.Message]]:
        """What a track recorded from a moment of the song on: moments, in seconds, and messages.

        Ardour writes notes by the tempo `bpm` that the song has when it stops, also those from
        before a change.
        """
        least = round(begins_s * RATE) - RATE // 10
        for _ in range(_LOOKS):
            sample, _, file = self.do(f"daw.recorded({track!r}, {least})").partition("\t")
            if file:
                break
            time.sleep(_LOOK_S)  # it is there a moment after it has stopped
        else:
            raise self._failed(f"recorded nothing from {begins_s:.1f} s on")
        self.do("daw.save()")
        at_s = int(sample) / RATE
        return [(at_s + quarters * 60 / bpm, each) for quarters, each in _messages(file)]

    def _start(self, session: Path) -> None:
        self._answers: queue.Queue[str] = queue.Queue()
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [*HURRY, _LUA, str(SCRIPT), str(session), "take", "ardour"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._env,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, output: "subprocess.IO[str]") -> None:
        for line in output:
            self._lines.append(line.rstrip("\n"))
            if line.startswith("@@"):
                self._answers.put(self._lines[-1])
        self._answers.put("@@error Ardour has ended")

    def _answer(self) -> str:
        try:
            word, _, value = self._answers.get(timeout=_LONG_S).partition(" ")
        except queue.Empty:
            raise self._failed("does not answer") from None
        if word != "@@ok":
            raise self._failed(value)
        return value

    def _failed(self, why: str) -> DawError:
        return DawError("\n".join([f"Ardour: {why}", *self._lines[-10:]]))

    def _state(self) -> tuple[bool, bool, int]:
        """Whether it plays, whether it records, and the sample of the song where it is."""
        plays, records, sample = self.do("daw.state()").split()
        return plays == "true", records == "true", int(sample)

    def _until(
        self, is_so: Callable[[tuple[bool, bool, int]], bool], within_s: float = _LONG_S
    ) -> None:
        end_s = time.monotonic() + within_s
        while not is_so(self._state()):
            if time.monotonic() > end_s:
                raise self._failed(f"is still at {self._state()}")
            time.sleep(_LOOK_S)

    def _is_on_jack(self) -> bool:
        """Whether others see its ports before long, and it is still there."""
        for _ in range(_LOOKS):
            time.sleep(_LOOK_S)
            ask = subprocess.run(["jack_lsp"], env=self._env, capture_output=True, check=False)
            if CLOCK_OUT in ask.stdout.decode():
                break
        return not any("JACK HALTED" in line for line in self._lines)


def _messages(path: str) -> list[tuple[float, mido.Message]]:
    file, ticks, found = mido.MidiFile(path), 0, []
    for message in mido.merge_tracks(file.tracks):
        ticks += message.time
        if not message.is_meta:
            found.append((ticks / file.ticks_per_beat, message.copy(time=0)))
    return found
