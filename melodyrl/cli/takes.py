"""`melodyrl takes`: what was played is kept; list it, save it as .mid, play it again."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.cli.take_cast import cast_of
from melodyrl.cli.take_file import take_file
from melodyrl.cli.take_folder import default_folder, read_session, take_paths
from melodyrl.cli.take_shelf import summary
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.session import Session, same_again
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn
from melodyrl.core.midi.smf import write_bytes
from melodyrl.core.score.musicxml import score_bytes
from melodyrl.errors import ConfigError, FileError, PortError
from melodyrl.live.ports import Ports
from melodyrl.live.systems import SPOKEN, Api, output_names


@dataclass(frozen=True)
class Takes:
    """List what was played with `melodyrl jam`, newest first; save or replay one of them."""

    number: Positional[int | None] = None
    """Which take: 1 is the newest. Without it they are listed."""
    out: Annotated[Path | None, arg(aliases=("-o",))] = None
    """Save it as this .mid, or where the name ends in .musicxml as a score: both parts on the bars
    that were played."""
    replay: bool = False
    """Let the same policy play it again from what it heard, and compare every byte."""
    output: str | None = None
    """With --replay: part of the name of an instrument to play it on."""
    policy: str | None = None
    """With --replay: the policy file, where it has moved since."""
    chord_policy: str | None = None
    """With --replay: the policy file of the mode chords, likewise."""
    folder: Path | None = None
    """Folder of the takes, where it is not the usual one."""
    api: Api = "auto"
    """MIDI system of the instrument."""

    def run(self) -> None:
        """Do what was asked."""
        paths = take_paths(self.folder or default_folder())
        if self.number is None:
            self._list(paths)
            return
        if not 1 <= self.number <= len(paths):
            raise ConfigError(f"There is no take {self.number}; there are {len(paths)}.")
        session = read_session(paths[self.number - 1])
        if self.out is not None:
            self._save(session, self.out)
        if self.replay:
            self._replay(session)
        if self.out is None and not self.replay:
            print(_described(self.number, session))

    def _list(self, paths: list[Path]) -> None:
        if not paths:
            print(f"No takes yet in {self.folder or default_folder()}: `melodyrl jam` keeps them.")
        for number, path in enumerate(paths, start=1):
            try:
                print(_described(number, read_session(path)))
            except FileError as error:
                print(f"{number:3}  {path.name}: {error}")

    def _save(self, session: Session, path: Path) -> None:
        recording = session.recording
        write = score_bytes if path.suffix in _SCORES else take_file
        write_bytes(path, write(take_of(recording, session.ours), recording))
        print(f"Wrote {path}")

    def _replay(self, session: Session) -> None:
        kept = KeptPolicies(self.folder or default_folder())
        cast = cast_of(session, kept, self.policy, self.chord_policy)
        wire = same_again(session, cast.melody, cast.chords, cast.others)
        print(f"Played again: {len(wire)} messages, byte for byte those that were sent.")
        if self.output is not None:
            self._perform(wire, self.output)

    def _perform(self, wire: list[tuple[Nanos, Message]], wanted: str) -> None:
        """Send in time; whatever happens, every note is ended."""
        system = _system_of(wanted, self.api)
        ports = Ports(system, "melodyrl-take", lambda event, at_ns: None)
        sounding: set[tuple[int, int]] = set()
        try:
            ports.connect_output(wanted)
            print(ports.sentence, flush=True)
            _play(wire, ports, sounding)
        finally:
            for pitch, channel in sounding:
                ports.send(NoteOff(pitch, channel))
            time.sleep(_DRAIN_S)
            ports.close()


_SCORES = (".musicxml", ".xml")

_DRAIN_S = 0.1
"""In which the last messages leave: two JACK periods of 1024 frames are 46 ms."""


def _play(wire: list[tuple[Nanos, Message]], ports: Ports, sounding: set[tuple[int, int]]) -> None:
    began_ns = time.monotonic_ns()
    for at_ns, message in wire:
        time.sleep(max(0, began_ns + at_ns - wire[0][0] - time.monotonic_ns()) / 1e9)
        match message:
            case NoteOn(pitch, _, channel):
                sounding.add((pitch, channel))
            case NoteOff(pitch, channel):
                sounding.discard((pitch, channel))
            case _:
                pass
        ports.send(message)


def _system_of(wanted: str, api: Api) -> str:
    for system, name in output_names(api):
        if wanted.casefold() in name.casefold():
            return system
    raise PortError(f'There is no {SPOKEN[api]} output named "{wanted}"; see `melodyrl ports`.')


def _described(number: int, session: Session) -> str:
    kept, config = summary(session, ""), session.recording.config
    cut = "" if session.has_ended else "  (still playing, or cut off)"
    return (
        f"{number:3}  {session.began}  {kept.length_s // 60}:{kept.length_s % 60:02}  "
        f"{config.tempo_bpm:g} bpm  {config.meter.name}  {kept.player_notes} notes of yours, "
        f"{kept.machine_notes} of melodyrl's{cut}"
    )
