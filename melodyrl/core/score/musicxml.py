"""A take as MusicXML: both parts on the bars that were played, with the chords that were heard.

Source: MusicXML 4.0, W3C Music Notation Community Group, 2021 (the order of elements is its own).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import mean
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from melodyrl.core.engine.notes import Take
from melodyrl.core.engine.recorder import Recording
from melodyrl.core.midi.notes import Note
from melodyrl.core.music import Chord, Meter
from melodyrl.core.score.bars import Bar, Bars, bars_of
from melodyrl.core.score.notation import VALUES, Placed, Written, fifths, spelled, written
from melodyrl.errors import FileError

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_DIVISIONS = 4  # of a quarter note: sixteenths
_MIDDLE_C = 60
_KINDS = {
    "": "major", "m": "minor", "7": "dominant", "maj7": "major-seventh", "m7": "minor-seventh",
    "dim": "diminished", "m7b5": "half-diminished", "dim7": "diminished-seventh",
    "aug": "augmented", "6": "major-sixth", "m6": "minor-sixth", "sus4": "suspended-fourth",
    "sus2": "suspended-second", "7sus4": "suspended-fourth", "mMaj7": "major-minor",
    "9": "dominant-ninth", "maj9": "major-ninth", "m9": "minor-ninth", "add9": "major",
    "madd9": "minor", "69": "major-sixth", "m69": "minor-sixth", "7b9": "dominant",
    "7#9": "dominant", "7b5": "dominant", "7#5": "augmented-seventh", "maj7#5": "major-seventh",
    "maj7#11": "major-seventh", "7#11": "dominant", "9sus4": "suspended-fourth",
    "11": "dominant-11th", "m11": "minor-11th", "13": "dominant-13th", "5": "power",
}  # fmt: skip
_DEGREES = {
    "7sus4": ((7, 0, "add"),), "add9": ((9, 0, "add"),), "madd9": ((9, 0, "add"),),
    "69": ((9, 0, "add"),), "m69": ((9, 0, "add"),), "7b9": ((9, -1, "add"),),
    "7#9": ((9, 1, "add"),), "7b5": ((5, -1, "alter"),), "maj7#5": ((5, 1, "alter"),),
    "maj7#11": ((11, 1, "add"),), "7#11": ((11, 1, "add"),),
    "9sus4": ((7, 0, "add"), (9, 0, "add")),
}  # fmt: skip
"""Degrees of a quality that its kind lacks. What is added is reckoned from a dominant chord."""


@dataclass(frozen=True, slots=True)
class _Staff:
    notes: tuple[Placed, ...]
    is_bass: bool


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    staves: tuple[_Staff, ...]


def score_bytes(take: Take, recording: Recording) -> bytes:
    """A score for notation programs, uncompressed, of a take and the recording it is of.

    Notes lie on the sixteenth that is nearest to where they were played, swing taken off; bars in
    which the machine waited are left out.

    Raises:
        FileError: no bar was counted, so there is nothing to write.
    """
    bars = bars_of(recording)
    listen_ns = recording.config.listen_ns
    player = [note for note in take.player if bars.is_counted(note.start_ns)]
    ours = take.ours if bars.bars else ()
    placed = {"player": _placed(player, bars, 0), "melodyrl": _placed(ours, bars, listen_ns)}
    if not any(placed.values()):
        raise FileError("The take holds no notes, so there is no score of it: play first.")
    counted = _filled(bars.bars, max(note.end for notes in placed.values() for note in notes))
    parts = [_part(name, notes) for name, notes in placed.items() if notes]
    parts.sort(key=lambda part: -mean(n.pitch for staff in part.staves for n in staff.notes))
    root = _score(parts, counted, fifths(bars.key))
    indent(root, " ")
    return (_HEAD + tostring(root, encoding="unicode") + "\n").encode()


def _placed(notes: Iterable[Note], bars: Bars, late_ns: int) -> tuple[Placed, ...]:
    """Notes on sixteenths; a pitch that is struck again ends there.

    One that ends a sixteenth before the next begins was let go on the way to it: it lasts until it.
    """
    timed = [
        (bars.place(note.start_ns - late_ns), bars.place(note.end_ns - late_ns), note.pitch)
        for note in notes
    ]
    onsets = {start for start, _, _ in timed}
    following: dict[int, int] = {}
    placed: list[Placed] = []
    for start, played_end, pitch in sorted(timed, reverse=True):
        end = max(played_end, start + 1)
        end += end not in onsets and end + 1 in onsets
        end = min(end, following.get(pitch, end))
        if end > start:
            placed.append(Placed(start, end, pitch))
            following[pitch] = start
    return tuple(sorted(placed))


def _filled(bars: list[Bar], end: int) -> list[Bar]:
    """The bars up to the last note: silent ones behind it are left out, missing ones added."""
    kept = [bar for bar in bars if bar.start < end]
    while kept[-1].end < end:
        kept.append(Bar(kept[-1].end, kept[-1].meter, kept[-1].tempo_bpm))
    return kept


def _part(name: str, notes: tuple[Placed, ...]) -> _Part:
    """One staff, or two as a piano has where the notes need both."""
    low = tuple(note for note in notes if note.pitch < _MIDDLE_C)
    high = tuple(note for note in notes if note.pitch >= _MIDDLE_C)
    if low and high and min(note.pitch for note in low) < _MIDDLE_C - 7:
        return _Part(name, (_Staff(high, False), _Staff(low, True)))
    return _Part(name, (_Staff(notes, mean(note.pitch for note in notes) < _MIDDLE_C - 2),))


def _score(parts: list[_Part], bars: list[Bar], sharps: int) -> Element:
    root = Element("score-partwise", version="4.0")
    names = SubElement(root, "part-list")
    for number, part in enumerate(parts, start=1):
        _say(SubElement(names, "score-part", id=f"P{number}"), "part-name", part.name)
    for number, part in enumerate(parts, start=1):
        element = SubElement(root, "part", id=f"P{number}")
        for index, bar in enumerate(bars):
            measure = SubElement(element, "measure", number=str(index + 1))
            before = bars[index - 1] if index else None
            _attributes(measure, part, bar, before, sharps)
            if number == 1:
                _above(measure, bar, before, sharps)
            _fill(measure, part, bar, sharps)
    return root


def _attributes(measure: Element, part: _Part, bar: Bar, before: Bar | None, sharps: int) -> None:
    if before is not None and before.meter == bar.meter:
        return
    attributes = SubElement(measure, "attributes")
    if before is None:
        _say(attributes, "divisions", _DIVISIONS)
        _say(SubElement(attributes, "key"), "fifths", sharps)
    _time(attributes, bar.meter)
    if before is None:
        _clefs(attributes, part)


def _time(attributes: Element, meter: Meter) -> None:
    time = SubElement(attributes, "time")
    _say(time, "beats", meter.beats)
    _say(time, "beat-type", meter.unit)


def _clefs(attributes: Element, part: _Part) -> None:
    if len(part.staves) > 1:
        _say(attributes, "staves", len(part.staves))
    for number, staff in enumerate(part.staves, start=1):
        clef = SubElement(attributes, "clef", number=str(number))
        _say(clef, "sign", "F" if staff.is_bass else "G")
        _say(clef, "line", 4 if staff.is_bass else 2)


def _above(measure: Element, bar: Bar, before: Bar | None, sharps: int) -> None:
    """Tempo and chords, which stand above the first part alone."""
    if before is None or abs(before.tempo_bpm - bar.tempo_bpm) >= 1:
        direction = SubElement(measure, "direction", placement="above")
        metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
        _say(metronome, "beat-unit", "quarter")
        _say(metronome, "per-minute", f"{bar.tempo_bpm:g}")
        SubElement(direction, "sound", tempo=f"{bar.tempo_bpm:g}")
    for at, chord in bar.chords:
        _harmony(measure, chord, at, sharps)


def _harmony(measure: Element, chord: Chord, at: int, sharps: int) -> None:
    harmony = SubElement(measure, "harmony")
    _class(SubElement(harmony, "root"), "root", chord.root, sharps)
    _say(harmony, "kind", _KINDS[chord.quality]).set("text", chord.quality)
    if chord.bass != chord.root:
        _class(SubElement(harmony, "bass"), "bass", chord.bass, sharps)
    for value, alter, kind in _DEGREES.get(chord.quality, ()):
        degree = SubElement(harmony, "degree")
        _say(degree, "degree-value", value)
        _say(degree, "degree-alter", alter)
        _say(degree, "degree-type", kind)
    if at:
        _say(harmony, "offset", at)


def _class(element: Element, what: str, pitch_class: int, sharps: int) -> None:
    name = spelled(pitch_class, sharps)
    _say(element, f"{what}-step", name.step)
    if name.alter:
        _say(element, f"{what}-alter", name.alter)


def _fill(measure: Element, part: _Part, bar: Bar, sharps: int) -> None:
    """The notes of each staff, one voice after the other."""
    for number, staff in enumerate(part.staves, start=1):
        if number > 1:
            backup = SubElement(measure, "backup")
            _say(backup, "duration", bar.meter.steps_per_bar)
        is_one = len(part.staves) == 1
        for each in written(staff.notes, bar):
            _write(measure, each, sharps, number, None if is_one else number)


def _write(measure: Element, each: Written, sharps: int, voice: int, staff: int | None) -> None:
    for index, pitch in enumerate(each.pitches or (None,)):
        note = SubElement(measure, "note")
        if index:
            SubElement(note, "chord")
        if pitch is None:
            SubElement(note, "rest")
        else:
            _pitch(note, pitch, sharps)
        _say(note, "duration", each.length)
        ties = list(_ties(each, pitch))
        for kind in ties:
            SubElement(note, "tie", type=kind)
        _say(note, "voice", voice)
        name, is_dotted = VALUES[each.length]
        _say(note, "type", name)
        if is_dotted:
            SubElement(note, "dot")
        if staff is not None:
            _say(note, "staff", staff)
        if ties:
            notations = SubElement(note, "notations")
            for kind in ties:
                SubElement(notations, "tied", type=kind)


def _pitch(note: Element, pitch: int, sharps: int) -> None:
    name, element = spelled(pitch, sharps), SubElement(note, "pitch")
    _say(element, "step", name.step)
    if name.alter:
        _say(element, "alter", name.alter)
    _say(element, "octave", name.octave)


def _ties(each: Written, pitch: int | None) -> Iterator[str]:
    if pitch in each.tied_from:
        yield "stop"
    if pitch in each.tied_to:
        yield "start"


def _say(parent: Element, name: str, value: object) -> Element:
    element = SubElement(parent, name)
    element.text = str(value)
    return element
