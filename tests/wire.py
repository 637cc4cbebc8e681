"""An independent count of what an engine says: which notes begin, and which end."""

from collections import Counter

from melodyrl.core.midi.messages import NoteOff, NoteOn


def balance(outgoing):
    """How often each note was begun, and ended; asserts that no on doubles a sounding one.

    A note is its pitch and channel.
    """
    sounding = set()
    ons, offs = Counter(), Counter()
    for each in outgoing:
        match each.message:
            case NoteOn(pitch, _, channel):
                note = pitch, channel
                assert note not in sounding, "a note began twice"
                sounding.add(note)
                ons[note] += 1
            case NoteOff(pitch, channel):
                note = pitch, channel
                assert note in sounding, "a note ended that did not sound"
                sounding.discard(note)
                offs[note] += 1
            case _:
                pass
    return ons, offs
