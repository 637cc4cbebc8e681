"""How soon does it follow? The player jumps a tritone away; which notes still fit, beat by beat.

It is heard as it is live: chords go into the engine as notes, which finds chord and key by itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, NoteOff, NoteOn, Start
from melodyrl.core.engine.offline import heard, run_offline
from melodyrl.core.midi.notes import Note, notes_of
from melodyrl.core.policy.policy import Policy
from melodyrl.env.chords import NO_CHORD, TONES
from melodyrl.env.plan import Plan
from melodyrl.measure.perform import Told

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

JUMP_BAR = 8
TRITONE = 6
BEFORE, AFTER = 16, 32
"""Beats that are told of, before and after the jump."""

BACK = 0.9
"""Share of the rate before the jump from which on it has followed."""

SETTLED = 4
"""Strong beats that are looked at together: one wrong note is no loss of harmony."""

_BEAT_NS = 500_000_000
_STEP_NS = _BEAT_NS // 4
_VELOCITY, _TENOR = 80, 52


@dataclass(frozen=True, slots=True)
class Adaptation:
    """Of the notes that sound on each beat, how many are tones of the player's chord."""

    beats: tuple[int, ...]
    """From -BEFORE to AFTER - 1; the player jumps at 0."""
    rate: tuple[float, ...]
    stayed: tuple[float, ...]
    """The same notes against the chords of a player who had not jumped."""
    returned: float
    """Beats after the jump until strong beats have BACK of their rate before; NaN: never."""


def adapt(policy: Policy, plan: Plan, told: Told = lambda _: None) -> Adaptation:
    """Over the charts of a plan in 4/4, each played to an engine of its own."""
    fits, stays = [], []
    for lane in range(len(plan.length)):
        chords = plan.chord[lane, : int(plan.length[lane])]
        heard = _sounding(policy, chords, seed=lane)
        beats = np.arange(4 * JUMP_BAR - BEFORE, 4 * JUMP_BAR + AFTER)
        fits.append(_fits(heard, _masks(chords, TRITONE), beats))
        stays.append(_fits(heard, _masks(chords, 0), beats))
        told(int(plan.length[lane]))
    rate, stayed = (_means(np.array(each)) for each in (fits, stays))
    beats = tuple(range(-BEFORE, AFTER))
    return Adaptation(beats, tuple(rate.tolist()), tuple(stayed.tolist()), returned(rate))


def returned(rate: Floats) -> float:
    """The first strong beat after the jump that is right again, of rates (BEFORE + AFTER,).

    It and the next ones, SETTLED in all, have a mean of BACK of that before the jump, and it is
    not the one that lowers it.
    """
    strong = rate[::2]
    wanted = BACK * _means(strong[: BEFORE // 2])
    after = strong[BEFORE // 2 :]
    for place in range(len(after) - SETTLED + 1):
        if after[place] >= wanted and _means(after[place : place + SETTLED]) >= wanted:
            return 2.0 * place
    return float("nan")


def _means(known: Floats) -> Floats:
    """Over the charts (N, beats), silence left out; NaN where all are silent."""
    count = (~np.isnan(known)).sum(axis=0)
    return np.where(count > 0, np.nansum(known, axis=0) / np.maximum(count, 1), np.nan)


def _masks(chords: NDArray[np.int16], jump: int) -> NDArray[np.bool_]:
    """Pitch classes (T, 12) of the player's chords, moved up from the jump on."""
    masks = TONES[chords].copy()
    at = JUMP_BAR * 16
    masks[at:] = np.roll(masks[at:], jump, axis=1)
    return masks


def _sounding(policy: Policy, chords: NDArray[np.int16], seed: int) -> Ints:
    """The pitch that the engine lets sound at each sixteenth, -1 in silence, (T,)."""
    engine = Engine(EngineConfig(seed=seed), policy)
    end_ns = Nanos(len(chords) * _STEP_NS)
    config = EngineConfig()
    outgoing = run_offline(engine, _events(chords), Nanos(end_ns + config.listen_ns - 1))
    notes = notes_of(heard(outgoing, config.listen_ns), end_ns)
    return _at_each_step(notes, len(chords))


def _at_each_step(notes: list[Note], steps: int) -> Ints:
    pitch = np.full(steps, -1)
    for note in notes:
        begin, end = (at / _STEP_NS for at in (note.start_ns, note.end_ns))
        pitch[round(begin) : max(round(end), round(begin) + 1)] = note.pitch
    return pitch


def _events(chords: NDArray[np.int16]) -> list[tuple[Nanos, Event]]:
    """Chords struck where they change and where the player jumps, the old ones released first."""
    events: list[tuple[Nanos, Event]] = [(Nanos(0), Start())]
    masks, held = _masks(chords, TRITONE), []
    for step in range(len(chords)):
        if step and step != JUMP_BAR * 16 and chords[step] == chords[step - 1]:
            continue
        at = Nanos(step * _STEP_NS)
        events += [(at, NoteOff(pitch)) for pitch in held]
        held = [_TENOR + (c - _TENOR) % 12 for c in np.flatnonzero(masks[step]).tolist()]
        events += [(at, NoteOn(pitch, _VELOCITY)) for pitch in held if chords[step] != NO_CHORD]
    return events


def _fits(heard: Ints, masks: NDArray[np.bool_], beats: Ints) -> Floats:
    """Whether what sounds on each beat is of the chord: 1, 0, or NaN in silence."""
    pitch = heard[4 * beats]
    on_chord = masks[4 * beats, pitch % 12].astype(np.float64)
    return np.where(pitch < 0, np.nan, on_chord)
