"""A picture of a take: time to the right, pitch upward, bars drawn, chords named above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from melodyrl.core.midi.notes import Note
from melodyrl.core.midi.writer import NamedTrack
from melodyrl.core.music.pitch import pitch_name
from melodyrl.core.music.tempo import Nanos

_BARS_A_ROW = 8
_BAR_PX, _PITCH_PX = 150, 7
_LEFT_PX, _TOP_PX, _GAP_PX = 44, 26, 14
_PAPER, _BLACK_KEY, _LINE, _INK = "#ffffff", "#f1f3f6", "#c3c9d2", "#2a2f38"
_COLOURS = ("#8fa9c7", "#d1495b", "#3d8361", "#e0a030")
_OCTAVE = 12
_BLACK_KEYS = {1, 3, 6, 8, 10}


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of a picture, all of one length, and what stands above each."""

    bar_ns: Nanos
    labels: Sequence[str]


def pianoroll_png(parts: Sequence[NamedTrack], chart: Chart) -> bytes:
    """The picture as PNG, eight bars a row; each part has its own colour, later ones on top."""
    pitches = [note.pitch for part in parts for note in part.notes]
    lowest, highest = min(pitches, default=60) - 1, max(pitches, default=72) + 1
    rows = -(-len(chart.labels) // _BARS_A_ROW)
    row_px = _TOP_PX + (highest - lowest + 1) * _PITCH_PX + _GAP_PX
    width = _LEFT_PX + min(_BARS_A_ROW, len(chart.labels)) * _BAR_PX + _GAP_PX
    image = Image.new("RGB", (width, rows * row_px + _TOP_PX), _PAPER)
    draw = ImageDraw.Draw(image)
    for index in range(rows):
        row = _Row(draw, chart, index, index * row_px, lowest, highest)
        row.paper()
        for part, colour in zip(parts, _COLOURS * len(parts), strict=False):
            row.notes(part.notes, colour)
    _legend(draw, parts, rows * row_px)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Row:
    """Eight bars of the picture, `top` pixels below its edge."""

    draw: ImageDraw.ImageDraw
    chart: Chart
    index: int
    top: int
    lowest: int
    highest: int

    def paper(self) -> None:
        """Keys, bar lines and labels."""
        labels = self.chart.labels[self.index * _BARS_A_ROW :][:_BARS_A_ROW]
        right = _LEFT_PX + len(labels) * _BAR_PX
        font = ImageFont.load_default(13)
        for pitch in range(self.lowest, self.highest + 1):
            y = self._y(pitch)
            if pitch % _OCTAVE in _BLACK_KEYS:
                self.draw.rectangle((_LEFT_PX, y, right, y + _PITCH_PX - 1), _BLACK_KEY)
            if pitch % _OCTAVE == 0:
                self.draw.text((6, y - 5), pitch_name(pitch), _INK, font)
        for bar, label in enumerate(labels):
            self._bar_line(_LEFT_PX + bar * _BAR_PX)
            self.draw.text((_LEFT_PX + bar * _BAR_PX + 4, self.top + 6), label, _INK, font)
        self._bar_line(right)

    def notes(self, notes: Sequence[Note], colour: str) -> None:
        """Those notes, or parts of notes, that lie in the row."""
        begin = self.index * _BARS_A_ROW * self.chart.bar_ns
        end = min(begin + _BARS_A_ROW * self.chart.bar_ns, self._chart_end)
        for note in notes:
            if note.start_ns < end and note.end_ns > begin:
                left = self._x(max(note.start_ns, begin) - begin)
                right = self._x(min(note.end_ns, end) - begin)
                y = self._y(note.pitch)
                self.draw.rectangle(
                    (left + 1, y, max(right - 1, left + 2), y + _PITCH_PX - 1), colour
                )

    @property
    def _chart_end(self) -> int:
        return len(self.chart.labels) * self.chart.bar_ns

    def _bar_line(self, x: int) -> None:
        bottom = self._y(self.lowest) + _PITCH_PX
        self.draw.line((x, self.top + _TOP_PX, x, bottom), _LINE)

    def _x(self, since_row_ns: int) -> int:
        return _LEFT_PX + round(since_row_ns * _BAR_PX / self.chart.bar_ns)

    def _y(self, pitch: int) -> int:
        return self.top + _TOP_PX + (self.highest - pitch) * _PITCH_PX


def _legend(draw: ImageDraw.ImageDraw, parts: Sequence[NamedTrack], top: int) -> None:
    x, font = _LEFT_PX, ImageFont.load_default(13)
    for part, colour in zip(parts, _COLOURS * len(parts), strict=False):
        draw.rectangle((x, top + 4, x + 10, top + 14), colour)
        draw.text((x + 16, top + 1), part.name, _INK, font)
        x += 32 + round(draw.textlength(part.name, font))
