"""`melodyrl jam`: play with it, through MIDI ports, on the page, or both."""

import logging
import os
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import UseAppendAction

from melodyrl.cli.mode_keys import parse_mode_keys
from melodyrl.cli.playing import Playing, parse_split
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import VARY_BARS, Bindings, ClockSource, Mode, Nanos
from melodyrl.errors import ConfigError, FileError, PortError
from melodyrl.live.systems import Api

if TYPE_CHECKING:
    from melodyrl.cli.company import Company
    from melodyrl.core.engine.events import Part, Wish
    from melodyrl.core.policy.policy import Policy
    from melodyrl.live.daemon import Daemon
    from melodyrl.live.fills import Fills
    from melodyrl.live.inbox import Inbox
    from melodyrl.live.journal import Journal
    from melodyrl.live.keeper import Keeper
    from melodyrl.live.leader import Leader
    from melodyrl.web.backstage import Backstage

READY: dict[ClockSource, str] = {
    "internal": "Play. Ctrl-C ends.",
    "midi": "Play. Waits for the clock. Ctrl-C ends.",
    "link": "Play. It is in the Link session of this network. Ctrl-C ends.",
    "follow": "Play. It follows your beat. Ctrl-C ends.",
}

WARM_NS = 2_000_000_000
"""Playing time before the first note, offline: a few decisions of every kind."""


@dataclass(frozen=True, kw_only=True)
class Jam(Playing):
    """Play with it: hold chords and it improvises over them. Ctrl-C ends."""

    headless: bool = False
    """No page: ports only, for a DAW."""
    mode: Mode = "solo"
    """solo: improvises over the chords you hold; answer: replies to each phrase you play; harmony:
    a second voice for each note; chords: chords to the tune you play."""
    chord_policy: str = "shipped"
    """Who chooses in the mode chords: shipped, greedy, a name that `melodyrl policies` lists, or
    the path of a policy file."""
    tempo: float = 120.0
    """Quarter notes a minute, 20 to 400; with another --clock the guess before its first beat."""
    clock: ClockSource = "internal"
    """Who leads. internal: this tempo, from your first note on. midi: the MIDI clock that arrives
    at an input: its tempo, start, stop, continue and song position; plays only while it runs.
    follow: you, from your first note on; --tempo is the guess. link: the Ableton Link session of
    this network. The page changes it while it plays."""
    clock_out: bool = False
    """Send a MIDI clock with start and stop for others to follow."""
    meter: str = "4/4"
    """4/4, 3/4 or 6/8."""
    key: str | None = None
    """Key such as "Am" or "F major"; listened for where none is given."""
    split: str | None = None
    """Pitch that parts your keyboard, such as C4: below it your left hand, which is harmony alone;
    from it up your right, which is the tune. Unparted where none is given."""
    input: Annotated[tuple[str, ...], UseAppendAction] = ()
    """Part of the name of a keyboard to listen to (see `melodyrl ports`); may be given again."""
    listen_channel: Annotated[tuple[int, ...], UseAppendAction] = ()
    """MIDI channel to listen to, 1 to 16; may be given again. All where none is given."""
    output: str | None = None
    """Part of the name of an instrument to play on."""
    channel: int = 1
    """MIDI channel to play on, 1 to 16."""
    drums: bool = False
    """A drummer plays beside it, from your first note on; the page turns it on and off."""
    drum_pattern: Path | None = None
    """What it begins with, as `melodyrl pattern` reads and writes it: your cells stay, the others
    are its own. Without one it fills the whole pattern."""
    drum_vary: int = 0
    """Bars after which it varies its cells by itself: 1, 2, 4 or 8; 0 for never."""
    drum_channel: int = 10
    """MIDI channel of the drums, 1 to 16."""
    drum_note: Annotated[tuple[str, ...], UseAppendAction] = ()
    """A drum and its note, where your instrument has it elsewhere than General MIDI, such as
    kick=35; may be given again."""
    map: Annotated[tuple[str, ...], UseAppendAction] = ()
    """A control of your keyboard and what it turns, such as 21=harmony or 22=mode-chords; may be
    given again. What was learned on the page comes before, so that this holds."""
    program: Annotated[tuple[str, ...], UseAppendAction] = ()
    """A program change of your keyboard, 1 to 128, and the policy or mode that it chooses, such as
    1=shipped or 2=mode-chords; may be given again. Program changes do nothing else."""
    mode_keys: str | None = None
    """Pitch such as C1 of the lowest of five keys in a row that switch modes and are not heard as
    music: solo, answer, harmony, chords, off. None where none is given."""
    thru: bool = False
    """Send on what you play as well, on its own channel."""
    port_name: str = "melodyrl"
    """Name of the virtual ports."""
    api: Api = "auto"
    """MIDI system: auto takes the first that answers of ALSA, JACK, CoreMIDI."""
    keep_takes: bool = True
    """Keep all that is played (see `melodyrl takes`)."""
    takes: Path | None = None
    """Folder to keep it in, where it is not the usual one."""
    host: str = "127.0.0.1"
    """Address to serve the page on."""
    web_port: int = 8765
    """Port to serve the page on."""
    lan: bool = False
    """Show the page to this network as well (IPv4): a phone needs the link that is printed."""
    browser: bool = True
    """Open the page in the browser."""
    osc: int | None = None
    """UDP port at which to be told by OSC (the extra osc), on the address of --host."""
    verbose: bool = False
    """Say at the end how late notes were sent."""

    def run(self) -> None:
        """Play until Ctrl-C or SIGTERM, then release every note."""
        from melodyrl.live.clock import MonotonicClock
        from melodyrl.live.daemon import Daemon, StopSignal
        from melodyrl.live.inbox import Inbox
        from melodyrl.live.ports import open_ports

        if self.lan and self.headless:
            raise ConfigError(
                "--lan has no page to show with --headless: give --no-lan or --no-headless."
            )
        logging.basicConfig(level=logging.INFO if self.verbose else logging.WARNING)
        inbox = Inbox()
        company = self._company(inbox)
        engine = self._engine(company.begin)
        with StopSignal() as signals, ExitStack() as stack:
            ports = open_ports(
                self.port_name,
                company.hear(self.program, parse_mode_keys(self.mode_keys)),
                self.api,
                listen_to=self.input,
                play_on=self.output,
                channels=frozenset(each - 1 for each in self.listen_channel),
            )
            stack.callback(ports.close)
            if self.headless and not ports.are_open:
                raise PortError(f"{ports.sentence} Leave out --headless to play on the page.")
            journal = self._journal(engine, company, stack)
            daemon = Daemon(
                engine,
                inbox,
                ports,
                MonotonicClock(),
                leader=self._leader(engine),
                record=journal.record if journal else lambda item: None,
                thru=self.thru,
            )
            _say(ports.sentence if ports.are_open else f"{ports.sentence} Play on the page.")
            fills = self._fills(inbox, stack)
            daemon.publish_to(fills.see)
            if not self.headless:
                watchers = [self._keeper(engine, stack).see, fills.see]
                self._open_page(company, daemon, watchers, journal, stack)
            self._begin(daemon, company, stack)
            _say(READY[self.clock])
            signals.wait()

    def _engine(self, policies: "dict[Part, Policy]") -> Engine:
        """The engine with these flags, ready to decide."""
        from melodyrl.cli.drum_flags import parse_drum_notes
        from melodyrl.core.engine.offline import run_offline
        from melodyrl.core.midi.messages import NoteOn
        from melodyrl.core.music.key import parse_key
        from melodyrl.core.music.meter import parse_meter

        self._check()
        key = None if self.key is None else parse_key(self.key)
        split = None if self.split is None else parse_split(self.split)
        config = replace(
            self.config(self.tempo, parse_meter(self.meter), key),
            mode=self.mode,
            split=split,
            channel=self.channel - 1,
            drums=self.drums,
            pattern=self._pattern(),
            vary_bars=self.drum_vary,
            drum_channel=self.drum_channel - 1,
            drum_pitches=parse_drum_notes(self.drum_note),
            clock=self.clock,
            clock_out=self.clock_out,
            bindings=self._bindings(),
        )
        policy, chord_policy = policies["melody"], policies["chords"]

        # the first decisions of a process are slow: another engine takes them
        warm_up = Engine(replace(config, clock="internal"), policy, chord_policy=chord_policy)
        run_offline(warm_up, [(Nanos(0), NoteOn(60))], Nanos(WARM_NS))
        return Engine(config, policy, chord_policy=chord_policy)

    def _check(self) -> None:
        for channel in (self.channel, self.drum_channel, *self.listen_channel):
            if not 1 <= channel <= 16:
                raise ConfigError(f"Channel {channel} is not one of 1 to 16.")
        if self.channel == self.drum_channel:
            raise ConfigError(
                f"Channel {self.channel} cannot be both the melody's and the drums'; "
                f"give --channel or --drum-channel another one."
            )
        if self.drum_vary not in VARY_BARS:
            choices = ", ".join(map(str, VARY_BARS))
            raise ConfigError(f"--drum-vary {self.drum_vary} is not one of {choices}.")

    def _pattern(self) -> str:
        from melodyrl.cli.drum_flags import read_pattern
        from melodyrl.core.drums.pattern import parse, write

        return "" if self.drum_pattern is None else write(parse(read_pattern(self.drum_pattern)))

    def _fills(self, inbox: "Inbox", stack: ExitStack) -> "Fills":
        """Who makes the drummer's fills."""
        import time

        from melodyrl.live.fills import Fills

        fills = Fills(lambda event: inbox.post(event, Nanos(time.monotonic_ns())), self.seed)
        fills.start()
        stack.callback(fills.close)
        return fills

    def _company(self, inbox: "Inbox") -> "Company":
        """Who plays, and whoever is chosen meanwhile."""
        from melodyrl.cli.company import Company

        folder = self._takes_folder if self.keep_takes else None
        return Company({"melody": self.policy, "chords": self.chord_policy}, inbox, folder, _say)

    @property
    def _takes_folder(self) -> Path:
        from melodyrl.cli.take_folder import default_folder

        return self.takes or default_folder()

    def _leader(self, engine: Engine) -> "Leader":
        """The clocks that can lead here: Link where it is installed."""
        from melodyrl.live.follower import MidiFollower
        from melodyrl.live.leader import Leader
        from melodyrl.live.link_follower import open_link

        midi = MidiFollower(self.tempo)
        try:
            link = open_link(self.tempo, engine.place)
        except ConfigError:
            if self.clock == "link":
                raise
            return Leader({"midi": midi}, self.clock)
        return Leader({"midi": midi, "link": link}, self.clock)

    def _bindings(self) -> Bindings:
        """The controls that were learned, and those of the flags."""
        from melodyrl.cli.controls_file import (
            default_path,
            parse_controls,
            read_controls,
            with_controls,
        )

        given = parse_controls(self.map)
        try:
            return with_controls(read_controls(default_path()), given)
        except FileError as error:
            _say(str(error))  # no reason not to play
            return given

    def _keeper(self, engine: Engine, stack: ExitStack) -> "Keeper":
        """Keep the controls that are learned from now on, but for those of the flags."""
        from melodyrl.cli.controls_file import default_path, parse_controls, write_controls
        from melodyrl.live.keeper import Keeper

        path, given = default_path(), parse_controls(self.map)

        def write(bindings: Bindings) -> None:
            write_controls(path, tuple(pair for pair in bindings if pair not in given))

        keeper = Keeper(engine.snapshot().bindings, write)
        keeper.start()
        stack.callback(keeper.close)
        return keeper

    def _journal(self, engine: Engine, company: "Company", stack: ExitStack) -> "Journal | None":
        """Keep what is played from now on; say where the last session was cut off."""
        from datetime import datetime

        from melodyrl.cli.playing import named
        from melodyrl.cli.take_folder import cut_session, new_path
        from melodyrl.core.engine.session import first_line
        from melodyrl.live.journal import Journal

        if not self.keep_takes:
            return None
        folder, now = self._takes_folder, datetime.now()
        if cut := cut_session(folder):
            _say(cut.sentence)
        head = first_line(engine.recording(), named(self.policy), f"{now:%Y-%m-%d %H:%M}")
        journal = Journal(new_path(folder, now), head)
        try:
            journal.start()
            company.keep()
        except FileError as error:
            if self.takes is not None:
                raise
            _say(str(error))  # no reason not to play
        stack.callback(journal.close)
        return journal

    def _begin(self, daemon: "Daemon", company: "Company", stack: ExitStack) -> None:
        """Play, and tell a service manager, where there is one, that we do and that we live."""
        from melodyrl.live.machine import hurry_all
        from melodyrl.live.service import Service

        daemon.start()
        stack.callback(daemon.stop)
        company.casting.start()
        stack.callback(company.casting.close)
        if self.osc is not None:
            self._hear_osc(self.osc, company, stack)
        service = Service(os.environ, lambda: daemon.ask(lambda engine: None))
        service.start()
        stack.callback(service.close)
        hurry_all()

    def _hear_osc(self, port: int, company: "Company", stack: ExitStack) -> None:
        """Be told by OSC as well."""
        import time

        from melodyrl.cli.osc import Osc

        def post(wish: "Wish") -> None:
            company.grant(wish, Nanos(time.monotonic_ns()))

        osc = Osc(self.host, port, post, _say)
        osc.start()
        stack.callback(osc.close)
        _say(f"OSC: UDP port {osc.port} of {self.host}.")

    def _open_page(
        self,
        company: "Company",
        daemon: "Daemon",
        watchers: list[Callable[[object], None]],
        journal: "Journal | None",
        stack: ExitStack,
    ) -> None:
        """Serve the page, join it to the loop, and show it. The watchers see what it shows."""
        import time

        from melodyrl.cli.invitation import invite
        from melodyrl.cli.take_file import take_file
        from melodyrl.core.engine.notes import take_of
        from melodyrl.web.stage import Stage

        def post(wish: "Wish") -> None:
            company.grant(wish, Nanos(time.monotonic_ns()))

        def take() -> bytes:
            recording, sent = daemon.ask(lambda engine: (engine.recording(), engine.sent()))
            return take_file(take_of(recording, sent), recording)

        def publish(item: object) -> None:
            for see in watchers:
                see(item)
            stage.publish(company.billed(item))

        backstage = self._backstage(company, journal)
        stage = Stage(self.host, self.web_port, post, take, backstage)
        url = stage.start()
        stack.callback(stage.stop)
        daemon.publish_to(publish)
        _say(f"Page: {url}")
        if stage.link:
            invite(stage.link)
        if self.browser:
            webbrowser.open(url)

    def _backstage(self, company: "Company", journal: "Journal | None") -> "Backstage":
        """What the page's server asks."""
        from melodyrl.cli.invitation import share
        from melodyrl.cli.policy_cards import PolicyCards
        from melodyrl.cli.take_shelf import TakeShelf
        from melodyrl.cli.take_understudy import TakeUnderstudy
        from melodyrl.web.backstage import Backstage
        from melodyrl.web.lan import lan_address

        return Backstage(
            shelf=TakeShelf(self._takes_folder) if self.keep_takes else None,
            cards=PolicyCards(company.list),
            lan=share(lan_address(), _say) if self.lan else None,
            understudy=TakeUnderstudy(journal.path) if journal else None,
        )


def _say(sentence: str) -> None:
    """Show at once, also where the output is a pipe."""
    print(sentence, flush=True)
