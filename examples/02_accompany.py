"""The engine without a clock: hears a player's file as if it were live, and says what it plays.

    python examples/02_accompany.py [chords.mid]

Without a file, it is played Am F C G. Writes duet.mid.
"""

import sys
from pathlib import Path

from melodyrl.cli.compose import Compose
from melodyrl.cli.hearing import hear
from melodyrl.cli.playing import open_policy
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import heard, run_offline
from melodyrl.core.midi.smf import add_track, notes_of, read_performance, write_bytes
from melodyrl.core.music import pitch_name

path = Path(sys.argv[1] if len(sys.argv) > 1 else "chords.mid")
if len(sys.argv) == 1:
    Compose(progression="Am F C G", bars=4, output=path).run()

# What a live engine would have been told, and when: notes, tempo, meter.
performance = read_performance(path)
hearing = hear(performance, path.name)

config = EngineConfig(tempo_bpm=hearing.tempo_bpm, meter=hearing.meter, seed=1)
engine = Engine(config, open_policy("shipped"))
until_ns = Nanos(hearing.end_ns + config.listen_ns - 1)
sent = run_offline(engine, hearing.events, until_ns) + engine.close(until_ns)

# It listens for 20 ms before it answers: taken off, its notes lie on the grid.
notes = notes_of(heard(sent, config.listen_ns))
for note in notes[:8]:
    print(f"{note.start_ns / 1e9:6.2f} s  {pitch_name(note.pitch):4} velocity {note.velocity}")
write_bytes("duet.mid", add_track(performance, "melodyrl", notes))
print(f"duet.mid: {len(notes)} notes added")
