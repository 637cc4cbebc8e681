"""An immutable picture of the engine, for the page and for anyone who asks."""

from dataclasses import dataclass
from typing import Literal, get_args

from melodyrl.core.engine.events import (
    Bindings,
    Change,
    ClockSource,
    Feel,
    KnobName,
    Mode,
    Nanos,
    Part,
    Target,
)
from melodyrl.core.policy.feel import FeelName

ClockState = Literal["waiting", "locked", "holding"]

Way = Literal["notes", "steps", "rhythm"]
"""What a bar has of the one that it answers: the same notes, the same steps from another note, or
the rhythm."""
WAYS: tuple[Way, ...] = get_args(Way)
"""In the order of policy.answers."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that could be played: its name (a pitch, hold or rest), and what speaks for it."""

    name: str
    terms: tuple[tuple[str, float], ...]
    """Reward of each term now, in [-1, 1], and not yet weighted."""
    value: float
    """What it is worth with the present knobs, the future counted in where the policy knows it."""
    chance: float
    """How likely it was, 0 to 1: by its worth, by people's habit, and by the temperature."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the present bar of a solo is to be."""

    feel: FeelName
    answers: int | None
    """Bars back to the one that it answers; None where it is new."""
    way: Way | None


@dataclass(frozen=True, slots=True)
class Why:
    """The last decision: what was chosen, and the best of what was not, best first."""

    chosen: Choice
    alternatives: tuple[Choice, ...]
    bar: Bar | None
    """What the bar is to be; None where it is not drawn (policy.intent)."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How late messages were sent since the start. Quantiles are upper bounds."""

    sent: int
    missed: int
    """Sent 10 ms late or later."""
    dropped: int
    """Note-ons that were too late to be sent at all."""
    p50_us: float
    p99_us: float
    worst_us: float


@dataclass(frozen=True, slots=True)
class Role:
    """Who plays a part, and who does from the next bar line on, by the names that chose them."""

    part: Part
    playing: str | None
    coming: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Other cells of the machine's that were asked for and have not come."""

    number: int
    """Counts the requests from 1."""
    change: Change


@dataclass(frozen=True, slots=True)
class Drums:
    """The drummer, and the pattern that is played."""

    is_on: bool
    cells: tuple[str, ...]
    """A row of sixteen signs for each drum of the kit, see drums.pattern."""
    vary_bars: int
    asked: Asked | None
    is_coming: bool
    """Whether other cells wait for the bar line."""
    channel: int
    """0-15."""
    pitches: tuple[int, ...]
    """The note of each drum."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The engine at `told_ns`. Bar, beat and step count from 0; pitches are MIDI numbers."""

    told_ns: Nanos
    running: bool
    bar: int
    beat: int
    step: int
    """The sixteenth of the bar."""
    step_began_ns: Nanos
    """Where this step begins on the grid by the tempo in force: bar lines can be drawn from it. The
    present where the music does not run."""
    tempo_bpm: float
    clock: ClockSource
    """Who leads."""
    clock_state: ClockState
    """waiting: the music has not begun; holding: the clock that leads has fallen silent, and its
    last tempo is held."""
    meter: str
    chord: str | None
    key: str | None
    """In force now."""
    fixed_key: str | None
    """Asked for; in force from the next bar on. None where the key is listened for."""
    mode: Mode
    feel: Feel
    """Asked for."""
    split: int | None
    """The pitch from which up the player's notes are the tune, below it the harmony."""
    knobs: tuple[tuple[KnobName, float], ...]
    bindings: Bindings
    """Which controller of the player's keyboard turns what."""
    armed: Target | None
    """What the next control that moves will turn."""
    sounding: tuple[int, ...]
    """Ours without the drums, by what is due by now: what is decided and comes later is not among
    them."""
    held: tuple[int, ...]
    """The player's, notes under the sustain pedal included."""
    why: Why | None
    drums: Drums
    dropped: int
    """Events that made no sense."""
    policies: tuple[tuple[Part, str], ...]
    """The policy that plays each part, by its digest (cast.digest_of)."""
    coming: tuple[tuple[Part, str], ...]
    """Those that enter at the next bar line."""
    failures: int
    """Decisions that the policy failed to take, so that the rules took them."""
    fallback: bool
    """Whether the rules took the last decision."""
    timing: Timing | None = None
    """Added by who sends; the engine itself knows no clock."""
    clocks: tuple[ClockSource, ...] = ()
    """Those that can lead here; added by who sends."""
    unplugged: tuple[str, ...] = ()
    """Devices that are waited for; added by who sends."""
    mode_keys: tuple[tuple[int, Mode], ...] = ()
    """Keys of the player's that switch modes, by pitch; added by who hears them."""
    cast: tuple[Role, ...] = ()
    """Who plays, by name; added by who opens the policies."""
    refused: str = ""
    """Why the policy that was asked for last does not play; added likewise."""
