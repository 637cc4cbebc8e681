"""An independent count of what an engine says: which notes begin, and which end."""

from collections import Counter

from melodyrl.core.midi.messages import NoteOff, NoteOn


def balance(outgoing):
    """How often each pitch was begun, and ended; asserts that no on doubles a sounding pitch."""
    sounding = set()
    ons, offs = Counter(), Counter()
    for each in outgoing:
        match each.message:
            case NoteOn(pitch):
                assert pitch not in sounding, "a note began twice"
                sounding.add(pitch)
                ons[pitch] += 1
            case NoteOff(pitch):
                assert pitch in sounding, "a note ended that did not sound"
                sounding.discard(pitch)
                offs[pitch] += 1
            case _:
                pass
    return ons, offs
