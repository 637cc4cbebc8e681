"""Voicing: at which pitches a chord is played, so that each voice moves as little as it can."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, product

from melodyrl.core.music.chord import Chord

BASS = (36, 50)
"""Lowest and highest pitch of the bass, C2 to D3: an octave and a tone, so that it can step."""

_TENOR, _ALTO = 52, 60  # where voices begin that have no voicing before them to move from
_WIDEST = 12  # semitones between the highest and the lowest of the upper voices
_CLUSTER = 2  # what a semitone between neighbours costs, in semitones of movement


def voice(
    chord: Chord, before: Sequence[int], lowest: int, highest: int, *, bass: bool = True
) -> tuple[int, ...]:
    """Pitches of a chord, lowest first: its root in the bass, its tones above, once each.

    before: the voicing that it follows, empty for none, with a bass where this one has. lowest
    and highest (an octave apart or more) bound the upper voices.
    """
    low = [_nearest(chord.root, before[0] if before else BASS[0] + 7, *BASS)] if bass else []
    upper_before = list(before[1:] if bass else before) or [_TENOR + 3, _ALTO - 1, _ALTO + 4]
    tones = (_pitches(tone, lowest, highest) for tone in chord.pitch_classes)
    close = (each for each in product(*tones) if max(each) - min(each) <= _WIDEST)
    best = min(close, key=lambda each: _cost(each, upper_before))
    return (*low, *sorted(best))


def _cost(voicing: tuple[int, ...], before: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """Movement: how far each voice is from one before it, and each of those from one of these."""
    there = sum(min(abs(pitch - other) for other in before) for pitch in voicing)
    back = sum(min(abs(pitch - other) for other in voicing) for pitch in before)
    held = sorted(voicing)
    clusters = sum(b - a == 1 for a, b in pairwise(held))
    return there + back + _CLUSTER * clusters, voicing


def _pitches(pitch_class: int, lowest: int, highest: int) -> Iterable[int]:
    first = lowest + (pitch_class - lowest) % 12
    return range(first, highest + 1, 12)


def _nearest(pitch_class: int, pitch: int, lowest: int, highest: int) -> int:
    return min(_pitches(pitch_class, lowest, highest), key=lambda each: (abs(each - pitch), each))
