"""What the engine can be told, and what it says. Commands are events, so they are recorded too."""

from dataclasses import dataclass
from typing import Literal, get_args

from melodyrl.core.drums.kit import NAMES
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import ControlChange, Message, NoteOff, NoteOn, ProgramChange
from melodyrl.core.music.tempo import Nanos
from melodyrl.core.policy.feel import FEELS, FeelName
from rewards.preference import USUAL

Mode = Literal["solo", "answer", "harmony", "chords", "off"]
MODES: tuple[Mode, ...] = ("solo", "answer", "harmony", "chords", "off")

ClockSource = Literal["internal", "midi", "follow", "link"]
"""Who leads: ourselves, a MIDI clock, the player, whose beat we follow, or Ableton Link."""
CLOCKS: tuple[ClockSource, ...] = ("internal", "midi", "follow", "link")

Feel = FeelName | Literal["any"]
"""How bars move in time and in line (policy.feel); "any" draws one for some bars at a time."""
FEEL_CHOICES: tuple[Feel, ...] = ("any", *FEELS)

KnobName = Literal[
    "harmony",
    "smoothness",
    "diversity",
    "rhythm",
    "density",
    "temperature",
    "swing",
    "humanize",
    "register",
]
KNOBS: dict[KnobName, tuple[float, float, float]] = {
    "harmony": (0.0, 1.0, USUAL["harmony"]),
    "smoothness": (0.0, 1.0, USUAL["smoothness"]),
    "diversity": (0.0, 1.0, USUAL["diversity"]),
    "rhythm": (0.0, 1.0, USUAL["rhythm"]),
    "density": (0.25, 4.0, 1.25),
    "temperature": (0.0, 0.4, 0.16),
    "swing": (0.0, 1.0, 0.0),
    "humanize": (0.0, 1.0, 0.0),
    "register": (-2.0, 1.0, 0.0),
}
"""Lowest, highest and default value. Density is in onsets a beat; temperature in reward units:
what a nat of people's habit is worth (policy.habit). Swing, from straight to triplets, humanize,
from exact to loose, and the register, in octaves, move what is sent and never what is decided
(engine.swing, engine.humanize, engine.register).
The other four are relative weights (normalised together, see rewards.preference)."""

SPLITS = (21, 108)
"""The lowest and the highest pitch at which the keyboard can be parted: the keys of a piano."""

SwitchName = Literal[
    "mode-solo",
    "mode-answer",
    "mode-harmony",
    "mode-chords",
    "mode-off",
    "stop",
    "panic",
    "drums-on",
    "drums-off",
    "drums-fill",
    "drums-vary",
    "drums-clear",
]
Target = KnobName | SwitchName
"""What a control of the player's keyboard can turn: a knob, or a command that it switches."""
SWITCHES: tuple[SwitchName, ...] = get_args(SwitchName)
TARGETS: tuple[Target, ...] = (*KNOBS, *SWITCHES)

Part = Literal["melody", "chords"]
"""What a policy can play."""
PARTS: tuple[Part, ...] = get_args(Part)

DRUMS: tuple[str, ...] = NAMES
"""The drums by name, in the order of the kit."""

Cell = Literal["hit", "rest", "open"]
"""What a player wants of a cell of the drum pattern; an open one is the machine's."""
CELLS: tuple[Cell, ...] = get_args(Cell)

Change = Literal["fill", "vary", "clear"]
"""What can be done with all cells at once (engine.groove)."""
CHANGES: tuple[Change, ...] = get_args(Change)

VARY_BARS = (0, 1, 2, 4, 8)
"""Bars after which the drums vary by themselves; 0 is never."""

Bindings = tuple[tuple[int, Target], ...]
"""Controllers (0-127) and what each one turns; each of both at most once."""


@dataclass(frozen=True, slots=True)
class SetKnob:
    """Turn a knob to a value within its range of KNOBS."""

    name: KnobName
    value: float


@dataclass(frozen=True, slots=True)
class SetMode:
    """Change what the machine does with what it hears."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class SetFeel:
    """Change how the line of solo moves, from the next bar on."""

    feel: Feel


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Change the tempo, in quarter notes a minute, 20 to 400; the present position is kept."""

    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap of a hand: four in time set the tempo."""


@dataclass(frozen=True, slots=True)
class SetClock:
    """Someone else leads from now on; running music runs on until they say where theirs is."""

    source: ClockSource


@dataclass(frozen=True, slots=True)
class SetKey:
    """Fix the key (tonic 0-11), or with tonic None listen for it again."""

    tonic: int | None
    minor: bool = False


@dataclass(frozen=True, slots=True)
class SetMeter:
    """Change the meter; the next grid step begins a bar. 4/4, 3/4 and 6/8 are known."""

    beats: int
    unit: int


@dataclass(frozen=True, slots=True)
class SetSplit:
    """Part the keyboard at a pitch within SPLITS, or with None do not.

    Notes below it are harmony and no tune; those from it up are the tune and no harmony.
    """

    pitch: int | None


@dataclass(frozen=True, slots=True)
class SetDrums:
    """Let the drums play from the next sixteenth on, or fall silent at once.

    They begin the music where nobody else leads; an empty pattern is filled.
    """

    is_on: bool


@dataclass(frozen=True, slots=True)
class SetCell:
    """The player's wish for one cell of the drum pattern, which nobody else touches."""

    drum: str
    """One of DRUMS."""
    step: int
    """Sixteenth of the bar, 0 to 15."""
    cell: Cell


@dataclass(frozen=True, slots=True)
class SetVariation:
    """Vary the drums every so many bars of VARY_BARS."""

    bars: int


@dataclass(frozen=True, slots=True)
class ChangeDrums:
    """Ask for other cells of the machine's; a fill that is made of it comes as SetFill."""

    change: Change


@dataclass(frozen=True, slots=True)
class SetFill:
    """A fill that was asked for: it enters at the next bar line, around the player's cells."""

    number: int
    """Of the request, which may be withdrawn by now."""
    text: str
    """The whole pattern (drums.pattern)."""


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Let a policy that was admitted (Engine.admit) play a part from the next bar line on."""

    part: Part
    digest: str
    """See cast.digest_of."""


@dataclass(frozen=True, slots=True)
class Announce:
    """The chord that a chart has next, as a 12-bit mask of pitch classes; 0 where none is known.

    It holds until the next one, or until the music begins anew.
    """

    mask: int


@dataclass(frozen=True, slots=True)
class Conclude:
    """This bar is the last: a solo comes to rest on its last strong beat, and stays there.

    It holds until the music begins anew.
    """


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a bar now. Without it the first note that is heard begins the first bar.

    Where another clock leads, it only ends a Stop.
    """


@dataclass(frozen=True, slots=True)
class Stop:
    """Fall silent and wait for the next note or Start."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Release every note now, ours and the ones held."""


@dataclass(frozen=True, slots=True)
class Release:
    """End our notes now; the music runs on."""


@dataclass(frozen=True, slots=True)
class Learn:
    """The next control that moves on the player's keyboard turns this; None: none is waited for.

    A controller that has a meaning of its own (see controls.meaning) is not taken.
    """

    target: Target | None


@dataclass(frozen=True, slots=True)
class Forget:
    """No control turns this any more."""

    target: Target


@dataclass(frozen=True, slots=True)
class Sync:
    """By the clock that leads, the song is at `step` at `anchor_ns`. Begins the music.

    Told where the grid in force has drifted from it, not at each tick, so that a recording of
    hours stays small.
    """

    anchor_ns: Nanos
    step: float
    """Sixteenths from the beginning of the song, from 0."""
    tempo_bpm: float
    is_held: bool = False
    """Whether that clock has fallen silent, so that its last tempo is held."""


@dataclass(frozen=True, slots=True)
class Halt:
    """The clock that leads has stopped; the next Sync begins the music again."""


Setting = SetKnob | SetMode | SetFeel | SetTempo | SetClock | SetKey | SetMeter | SetSplit
Drumming = SetDrums | SetCell | SetVariation | ChangeDrums | SetFill
Command = Setting | Drumming | Tap | Start | Stop | Panic | Release
Charted = Announce | Conclude
Event = (
    NoteOn | NoteOff | ControlChange | Command | Learn | Forget | Charted | SetPolicy | Sync | Halt
)


@dataclass(frozen=True, slots=True)
class ChoosePolicy:
    """Asked of whoever opens policies: the engine is told SetPolicy once this one is ready."""

    name: str
    """See `melodyrl policies`."""


Wish = Event | ChoosePolicy | ProgramChange
"""What a page can ask for."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send, and the moment at which it was due (sent - due = lateness)."""

    due_ns: Nanos
    message: Message | ClockMessage
