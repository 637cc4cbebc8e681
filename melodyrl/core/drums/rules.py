"""How far a pattern is from what its rules allow: six figures, each 0 where a rule is kept.

A rule gives way where the player's own cells are beyond it: what cannot be mended is not counted.
All arrays have a leading axis of N patterns; a pattern is (drums, steps).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.drums.kit import (
    AT_ONCE,
    FAMILY_IN_ROLE,
    IN_FAMILY,
    IN_ROLE,
    NAMES,
    STEPS,
    STRUCK_BY,
)
from melodyrl.core.drums.people import (
    HIT_BITS,
    IMBALANCE,
    MEAN_BITS,
    REST_BITS,
    SYNCOPATION,
)
from melodyrl.core.lane_arrays import LaneArrays

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Ints = NDArray[np.int_]

TERMS = ("density", "place", "syncopation", "balance", "hands", "pulse")
"""
density: as many hits of low as aimed at, of the others within one, and no beat of the four empty.
place: low, back and time no more surprising than people's patterns are in the mean.
syncopation: of low within one of what is aimed at, of back within people's.
balance: hits spread over the bar as evenly as in 95 % of people's patterns.
hands: two hands strike two drums at once, a hi-hat one way, and one voice carries each role: the
    player's, or the one that is aimed at.
pulse: time is one even line, in which an open hi-hat is an accent off the beat, before low or back.
"""

TOLERANCE = np.array([0, 1, 1, 1])
"""How many hits of low, back, time and colour from an aim are still on it. Of low none: it is what
tells one groove from another."""

ABOUT = 1
"""How far from an aim at syncopation is still on it."""

LEVELS = np.array([0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4])
"""Metric level of each sixteenth: the bar is 0, its half 1, a beat 2, an eighth 3, the rest 4."""

PULSES = np.zeros((3, STEPS), np.bool_)
"""(3, 16): the even lines that time can be: eighths, quarters, and the eighths off the beat."""
PULSES[0, ::2] = PULSES[1, ::4] = PULSES[2, 2::4] = True

MOST_ACCENTS = 2
"""Open hi-hats a bar. Ours."""

MOST_BY_FOOT = 4
"""Hits of the pedal hi-hat a bar: no faster than the foot goes up and down. Ours."""

_OPEN, _PEDAL = NAMES.index("openhat"), NAMES.index("pedalhat")

OFF_BEAT = 3
"""Metric level from which a step is off the beat."""

_SCALE = np.array([0.5, 0.125, 0.25, 2.0, 0.5, 0.5], np.float32)
"""Units of each figure in one of reward: a stroke seldom mends more."""

_FAMILY, _OF_ROLE = IN_FAMILY.astype(np.float32), FAMILY_IN_ROLE.astype(np.float32)
_COUNTED = np.concatenate([IN_ROLE, STRUCK_BY]).astype(np.float32)

_ANGLE = 2 * np.pi * np.arange(STEPS) / STEPS
_CIRCLE = np.stack([np.cos(_ANGLE), np.sin(_ANGLE)], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Bounds(LaneArrays):
    """What is allowed around the cells of a player, who may have gone beyond the rules alone."""

    aim: Floats
    """(N, 8): hits of low, back, time and colour, and the syncopation of low, to be aimed at; which
    of PULSES time is; the drums that carry back and time."""
    ours: Bools
    """(N, 4, 16): where the player has no hit of a role, and its voice may have one."""
    bits: Floats
    """(N, 3): most surprise of low, back and time where they are ours."""
    back: Ints
    """(N, 2): least and most syncopation of back."""
    imbalance: Floats
    """(N,)."""
    strokes: Floats
    """(N, 3, 16): most strokes of each player's hands, and of a hi-hat, at once."""
    voices: Floats
    """(N, 4): most families that sound in each role."""
    foreign: Bools
    """(N, 16 drums): those of low, back and time that are of no voice that carries one."""
    given: Bools
    """(N, 16 drums): those that the player has hit."""
    open_hats: Bools
    """(N, 16): the player's."""
    line: Bools
    """(N, 16): where time may be continued, by another drum than an open hi-hat."""
    by_foot: Ints
    """(N,): most hits of the pedal hi-hat."""


def bounds(hit: Bools, fixed: Bools, aim: Floats) -> Bounds:
    """The bounds of patterns hit (N, 16, 16) whose fixed cells are the player's."""
    given = hit & fixed
    counts, ours = _counts(given), open_cells(given, fixed)
    role = counts[:, :4] > 0
    free = ours[:, :3]
    bits = (free * MEAN_BITS).sum(2)
    own = syncopation(role[:, 1])
    least, most = SYNCOPATION[1]
    return Bounds(
        aim=aim,
        ours=ours,
        bits=bits.astype(np.float32),
        back=np.stack([np.minimum(least, own), np.maximum(most, own)], axis=1),
        imbalance=np.maximum(imbalance(role), IMBALANCE).astype(np.float32),
        strokes=np.maximum(counts[:, 4:], AT_ONCE[:, None]),
        voices=np.maximum(_voices(given), 1),
        foreign=~carriers(given, aim) & ~IN_ROLE[-1],
        given=np.logical_or.reduce(given, axis=2),
        open_hats=given[:, _OPEN],
        line=line_cells(given, fixed),
        by_foot=np.maximum(given[:, _PEDAL].sum(1), MOST_BY_FOOT),
    )


def excess(hit: Bools, allowed: Bounds) -> Floats:
    """How far beyond each rule, in rewards, (N, 6); hit (N, 16, 16)."""
    counts = _counts(hit)
    role = counts[:, :4] > 0
    figures = [
        _density(counts[:, :4], role, allowed),
        _place(role, allowed),
        _syncopation(role, allowed),
        np.maximum(imbalance(role) - allowed.imbalance, 0),
        _hands(counts[:, 4:], hit, allowed),
        _pulse(hit, role, allowed),
    ]
    return np.stack(figures, axis=1).astype(np.float32) * _SCALE


def in_roles(hit: Bools) -> Bools:
    """Whether any drum of a role has a hit, (N, 4, 16)."""
    return _counts(hit)[:, :4] > 0


def open_cells(given: Bools, fixed: Bools) -> Bools:
    """Where the player has no hit of a role and its voice may have one, (N, 4, 16)."""
    family = given.any(2) @ _FAMILY.T > 0
    taken = family @ _OF_ROLE.T > 0  # (N, roles)
    usable = family | ((~taken).astype(np.float32) @ _OF_ROLE > 0)
    drum = usable @ _FAMILY > 0
    return in_roles(~fixed & drum[..., None]) & ~in_roles(given)


def carriers(given: Bools, aim: Floats) -> Bools:
    """Drums of the voices that carry a role: the player's, else those aimed at, (N, 16 drums)."""
    theirs = given.any(2) @ _FAMILY.T > 0  # (N, families)
    wanted = aim[:, 6:8].astype(np.int_)  # the drums of back and time
    aimed = (IN_FAMILY[:, wanted].any(2).T) | FAMILY_IN_ROLE[0]
    taken = theirs @ _OF_ROLE.T > 0  # (N, roles)
    is_taken = taken @ FAMILY_IN_ROLE.astype(np.float32) > 0  # (N, families)
    return np.where(is_taken, theirs, aimed) @ _FAMILY > 0


def line_cells(given: Bools, fixed: Bools) -> Bools:
    """The open cells of time that a drum can have which carries a line, (N, 16)."""
    but_open = fixed.copy()
    but_open[:, _OPEN] = True
    return open_cells(given, but_open)[:, 2]


def syncopation(hit: Bools) -> Ints:
    """Syncopation of rhythms that go round, (..., 16) -> (...).

    A hit that is followed by a rest on a stronger step anticipates it: each counts by how much
    stronger the strongest step is before the next hit.
    Source: Longuet-Higgins & Lee 1984, The rhythmic interpretation of monophonic music, Music
    Perception 1(4), with their weights for sixteenths of 4/4.
    """
    return _syncopations()[(hit * (1 << np.arange(STEPS))).sum(-1)]


def imbalance(role: Bools) -> Floats:
    """How far the centre of gravity of low, back and time is from that of a wheel, 0 to 1, (N,).

    Source: Milne, Bulger & Herff 2017, Exploring the space of perfectly balanced rhythms and
    scales, Journal of Mathematics and Music 11(2-3).
    """
    weight = role[:, :3].sum(1).astype(np.float32)
    return np.hypot(*(weight @ _CIRCLE).T) / np.maximum(weight.sum(1), 1)


def accents(role: Bools) -> Bools:
    """Where an open hi-hat leads on (N, 16): off the beat, low or back within an eighth after."""
    strong = role[:, :2].any(1)
    leads: Bools = np.roll(strong, -1, axis=1) | np.roll(strong, -2, axis=1)
    return leads & (LEVELS >= OFF_BEAT)


def hits(hit: Bools) -> Ints:
    """Steps on which low, back and time are heard, and hits of colour, (N, 4)."""
    return _hits(_counts(hit)[:, :4]).astype(np.int_)


def _hits(counts: Floats) -> Floats:
    return np.concatenate([(counts[:, :3] > 0).sum(2), counts[:, 3:].sum(2)], axis=1)


def _counts(hit: Bools) -> Floats:
    """Drums of each role, and of each pair of hands, struck at each step, (N, 4 + 3, 16)."""
    # One product over all cells is several times faster than one for each pattern.
    by_step = np.ascontiguousarray(hit.transpose(0, 2, 1), np.float32).reshape(-1, hit.shape[1])
    return (by_step @ _COUNTED.T).reshape(len(hit), STEPS, -1).transpose(0, 2, 1)


def _density(counts: Floats, role: Bools, allowed: Bounds) -> Floats:
    off = np.maximum(np.abs(_hits(counts) - allowed.aim[:, :4]) - TOLERANCE, 0).sum(1)
    heard, could = (each[:, :3].any(1).reshape(-1, 4, 4).any(2) for each in (role, allowed.ours))
    return off + (could & ~heard).sum(1)


def _place(role: Bools, allowed: Bounds) -> Floats:
    """Bits beyond what people's patterns cost in the mean, of cells that the player left open."""
    bits = allowed.ours[:, :3] * np.where(role[:, :3], HIT_BITS, REST_BITS)
    return np.maximum(bits.sum(2) - allowed.bits, 0).sum(1)


def _syncopation(role: Bools, allowed: Bounds) -> Floats:
    low, back = syncopation(role[:, :2]).T
    off = np.maximum(np.abs(low - allowed.aim[:, 4]) - ABOUT, 0)
    least, most = allowed.back.T
    return off + np.maximum(back - most, 0) + np.maximum(least - back, 0)


def _hands(strokes: Floats, hit: Bools, allowed: Bounds) -> Floats:
    """Strokes too many at once, voices too many in a role, and drums of voices that carry none."""
    too_many = np.maximum(strokes - allowed.strokes, 0).sum((1, 2))
    foreign = (hit.any(2) & ~allowed.given & allowed.foreign).sum(1)
    return too_many + foreign + np.maximum(_voices(hit) - allowed.voices, 0).sum(1)


def _pulse(hit: Bools, role: Bools, allowed: Bounds) -> Floats:
    """Cells of time that are off its line, and open hi-hats and steps of the foot too many."""
    line = PULSES[allowed.aim[:, 5].astype(np.int_)]
    off = (allowed.line & (role[:, 2] ^ line)).sum(1)
    open_hats, theirs = hit[:, _OPEN], allowed.open_hats
    most = np.maximum(theirs.sum(1), MOST_ACCENTS)
    return (
        off
        + (open_hats & ~theirs & ~accents(role)).sum(1)
        + np.maximum(open_hats.sum(1) - most, 0)
        + np.maximum(hit[:, _PEDAL].sum(1) - allowed.by_foot, 0)
    ).astype(np.float32)


def _voices(hit: Bools) -> Floats:
    """Families that sound in each role, (N, 4)."""
    used = hit.any(2) @ _FAMILY.T > 0
    return used.astype(np.float32) @ _OF_ROLE.T


@cache
def _syncopations() -> Ints:
    """Syncopation of each of the 2^16 rhythms, whose bit i is step i."""
    hit = np.arange(1 << STEPS)[:, None] >> np.arange(STEPS) & 1 == 1
    total = np.zeros(len(hit), np.int_)
    for at in range(STEPS):
        waiting, strongest = hit[:, at].copy(), np.full(len(hit), LEVELS[at])
        for later in (np.arange(at + 1, at + STEPS) % STEPS).tolist():
            waiting &= ~hit[:, later]
            strongest = np.where(waiting, np.minimum(strongest, LEVELS[later]), strongest)
        total += np.where(hit[:, at], LEVELS[at] - strongest, 0)
    return total
