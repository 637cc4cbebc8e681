from io import BytesIO

from PIL import Image

from melodyrl.core.midi.notes import Note
from melodyrl.core.midi.pianoroll import Chart, pianoroll_png
from melodyrl.core.midi.writer import NamedTrack

BAR_NS = 2_000_000_000
CHORDS = NamedTrack("chords", [Note(0, 48, 10 * BAR_NS)])
TUNE = NamedTrack("melodyrl", [Note(0, 72, BAR_NS), Note(9 * BAR_NS, 74, 10 * BAR_NS)])
BLUE, RED = (0x8F, 0xA9, 0xC7), (0xD1, 0x49, 0x5B)


def picture(parts, bars):
    return Image.open(BytesIO(pianoroll_png(parts, Chart(BAR_NS, ["C"] * bars))))


def places(image, colour):
    return {
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if image.getpixel((x, y)) == colour
    }


def test_each_part_has_its_colour_and_the_tune_lies_above_the_chords():
    image = picture([CHORDS, TUNE], 8)
    in_roll = image.height - 40  # above the legend

    chords = {y for _, y in places(image, BLUE) if y < in_roll}
    tune = {y for _, y in places(image, RED) if y < in_roll}

    assert max(tune) < min(chords)


def test_more_than_eight_bars_take_another_row():
    one, two = picture([CHORDS, TUNE], 8), picture([CHORDS, TUNE], 10)

    assert one.width == two.width
    assert two.height > 1.8 * (one.height - 40)
    assert len(places(two, RED)) > len(places(one, RED))


def test_the_same_take_makes_the_same_picture_and_an_empty_one_is_drawn():
    chart = Chart(BAR_NS, ["Am", "", "F"])

    assert pianoroll_png([TUNE], chart) == pianoroll_png([TUNE], chart)
    assert Image.open(BytesIO(pianoroll_png([], chart))).format == "PNG"
