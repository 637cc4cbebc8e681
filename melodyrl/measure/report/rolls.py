"""Piano rolls of tunes as SVG: eight bars a line, chords above, notes of no chord outlined."""

from melodyrl.core.music.chord import recognise
from melodyrl.core.music.pitch import pitch_classes, pitch_name
from melodyrl.env.tune import Tune
from melodyrl.measure.report.markup import Markup, tag

BARS, BAR_PX, PITCH_PX, LEFT, TOP = 8, 112, 6, 34, 18


def roll(tune: Tune) -> Markup:
    """One tune; its bars in lines of eight."""
    low, high = int(tune.pitch.min()) - 1, int(tune.pitch.max()) + 1
    bars = int(tune.onset[-1]) // tune.bar_steps + 1
    rows = -(-bars // BARS)
    tall = TOP + (high - low + 1) * PITCH_PX + 12
    parts = [tag("title", f"Piano roll: {tune.name}, {len(tune.onset)} notes")]
    parts += [_row(tune, row, low, high, row * tall) for row in range(rows)]
    width, height = LEFT + BARS * BAR_PX + 4, rows * tall
    return tag(
        "svg", *parts, viewBox=f"0 0 {width} {height}", width=width, height=height, role="img"
    )


def _row(tune: Tune, row: int, low: int, high: int, top: int) -> Markup:
    length = BARS * tune.bar_steps
    begin = row * length
    step_px = BAR_PX / tune.bar_steps
    bottom = top + TOP + (high - low + 1) * PITCH_PX
    parts = _paper(low, high, top, bottom)
    for at, mask in tune.chords:
        if begin <= at < begin + length:
            x = LEFT + (at - begin) * step_px
            parts.append(tag("text", _chord_name(mask), x=x + 3, y=top + 12))
    for at, held, pitch in zip(tune.onset, tune.duration, tune.pitch, strict=True):
        if begin <= at < begin + length:
            x, wide = LEFT + float(at - begin) * step_px, float(held) * step_px
            y = top + TOP + (high - int(pitch)) * PITCH_PX
            style = "ours" if _fits(tune, int(at), int(pitch)) else "ours hollow"
            parts.append(
                tag(
                    "rect",
                    x=x + 0.5,
                    y=y,
                    width=max(wide - 1.5, 1.5),
                    height=PITCH_PX - 1,
                    class_=style,
                )
            )
    return tag("g", *parts)


def _paper(low: int, high: int, top: int, bottom: int) -> list[Markup]:
    """Bar lines, and a line at each C with its name."""
    parts: list[Markup] = []
    for bar in range(BARS + 1):
        x = LEFT + bar * BAR_PX
        style = "axis" if bar % 4 == 0 else "grid"
        parts.append(tag("line", x1=x, x2=x, y1=top + TOP, y2=bottom, class_=style))
    for pitch in range(low, high + 1):
        if pitch % 12 == 0:
            y = top + TOP + (high - pitch) * PITCH_PX + PITCH_PX / 2
            parts.append(tag("line", x1=LEFT, x2=LEFT + BARS * BAR_PX, y1=y, y2=y, class_="grid"))
            parts.append(tag("text", pitch_name(pitch), x=4, y=y + 4, class_="small"))
    return parts


def _fits(tune: Tune, at: int, pitch: int) -> bool:
    """Whether a note is a tone of the chord that it begins on, or there is no chord."""
    before = [mask for begin, mask in tune.chords if begin <= at]
    return not before or not before[-1] or bool(before[-1] >> pitch % 12 & 1)


def _chord_name(mask: int) -> str:
    """The likeliest name of a mask: the root that makes it the plainest chord."""
    tones = pitch_classes(mask)
    names = [chord.name for bass in tones if (chord := recognise([bass, *(t + 12 for t in tones)]))]
    return min(names, key=lambda name: ("/" in name, "6" in name, len(name)), default="–")
