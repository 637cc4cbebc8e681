"""Over a real ALSA sequencer: aplaymidi plays the chords, arecordmidi records both players.

One run of tests/machines/alsa-vm does it all (it starts no machine where /dev/snd/seq exists);
the tests read what it left behind. Emulated, Python is 20 to 30 times slower: the tolerance is
wide, and timing is measured elsewhere. Inside tests/machines/alsa-uml, where Python is as fast as
outside, all of it takes a third of the time:
    tests/machines/alsa-uml --realtime -- python -m pytest tests/live/test_alsa.py
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import mido
import pytest

from melodyrl.cli import main
from melodyrl.cli.take_folder import read_session, take_paths
from melodyrl.core.engine.events import SetPolicy, Sync
from melodyrl.core.midi.messages import ControlChange, NoteOn
from tests.live.hearing import (
    HURRY,
    MACHINE,
    MANNER,
    POLICY,
    UNREST_FLAGS,
    judge,
    ledger,
    unended,
    write_chords,
)

pytestmark = [pytest.mark.alsa, pytest.mark.slow]

MACHINES = Path(__file__).parents[1] / "machines"
BARS = int(os.environ.get("MELODYRL_TEST_BARS", "8"))
TEMPO_BPM = 60.0
TOLERANCE_MS = 60.0
LIMIT_S = 480 + round(BARS * 240 / TEMPO_BPM)
"""The chords' own length, and seven starts of an emulated Python, which take up to 25 s each."""

SIXTEENTHS = 64
FLOOD_MS, FLOOD_EVERY_MS, FLOOD_AT_ONCE = 2000, 5, 25
"""5,000 messages a second, by a program in C: Python would not be fast enough there."""

NOTE = re.compile(r"Note (on|off)\s+(\d+), note (\d+)")

SCENE = r"""
set -u
through=$(aconnect -l | sed -n "s/^client \([0-9]*\): 'Midi Through'.*/\1:0/p" | head -1)
melodyrl=(python -c 'from melodyrl.cli import main; main()')
jam() {
  "${melodyrl[@]}" jam --headless --api alsa --policy "$POLICY" --channel 2 "${@:2}" >$1.log 2>&1 &
  jam=$!
  until grep -q '^Play' $1.log; do kill -0 $jam || return; sleep 0.2; done
}
play() {
  jam $1 $MANNER --tempo "$TEMPO" --takes $1.takes
  aconnect "$through" melodyrl:0
  arecordmidi -p "$through,melodyrl-out:0" -b 120 -t 480 $1.mid >$1.rec 2>&1 & recorder=$!
  sleep 1
  aplaymidi -d 0 -p "$through" chords.mid & player=$!
}
finish() {
  kill -TERM $jam; wait $jam; echo $? >$1.status
  sleep 1; kill -INT $recorder; wait $recorder
}
play whole; aconnect -l >clients; wait $player; finish whole
play cut; stdbuf -oL aseqdump -p melodyrl-out:0 >cut.dump & dump=$!
until tail -n 1 cut.dump | grep -q 'Note on'; do kill -0 $player || break; sleep 0.05; done
finish cut; kill $dump $player
jam unrest $UNREST --takes takes
stdbuf -oL aseqdump -p melodyrl-out:0 >unrest.dump & dump=$!
sleep 1; python "$TESTS/machines/unrest" alsa $SIXTEENTHS; echo $? >unrest.end
aplaymidi -d 0 -p melodyrl:0 flood.mid & flood=$!
sleep 1; kill -TERM $jam; wait $jam; echo $? >unrest.status
kill $flood 2>/dev/null; sleep 1; kill $dump
"${melodyrl[@]}" ports >ports
"${melodyrl[@]}" doctor --messages 100 >doctor 2>&1; echo $? >doctor.status
python -m pytest -q -p no:cacheprovider "$TESTS/live/test_hotplug.py" -k alsa >hotplug 2>&1
"""


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """The folder with what one run left behind."""
    if not Path("/dev/snd/seq").exists() and shutil.which("qemu-system-x86_64") is None:
        pytest.skip("there is no /dev/snd/seq, and qemu-system-x86 is not installed")
    if shutil.which("arecordmidi") is None:
        pytest.skip("arecordmidi is not installed (apt install alsa-utils)")
    folder = tmp_path_factory.mktemp("alsa")
    write_chords(folder / "chords.mid", BARS, TEMPO_BPM)
    write_flood(folder / "flood.mid")
    env = {
        **os.environ,
        "POLICY": POLICY,
        "MANNER": " ".join(MANNER),
        "TEMPO": str(TEMPO_BPM),
        "UNREST": " ".join(UNREST_FLAGS),
        "SIXTEENTHS": str(SIXTEENTHS),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TESTS": str(Path(__file__).parents[1]),
    }
    machine = [*HURRY, MACHINES / "alsa-vm", "--share", folder, "--timeout", str(LIMIT_S), "--"]
    done = subprocess.run(
        [*machine, "bash", "-c", SCENE],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 125:
        pytest.skip(f"no ALSA sequencer could be made: {done.stderr.strip()}")
    print(done.stdout, done.stderr)  # noqa: T201
    return folder


def write_flood(path):
    """Notes that begin and end by chance."""
    chance, track = random.Random(1), mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=10**6)])
    for _ in range(FLOOD_MS // FLOOD_EVERY_MS):
        for number in range(FLOOD_AT_ONCE):
            kind, note = chance.choice(("note_on", "note_off")), chance.randrange(36, 84)
            track.append(
                mido.Message(kind, note=note, velocity=64, time=0 if number else FLOOD_EVERY_MS)
            )
    mido.MidiFile(tracks=[track], ticks_per_beat=1000).save(path)


def dumped(file: Path):
    """What aseqdump wrote down of notes, in their order."""
    found = NOTE.findall(file.read_text())
    return [
        (0.0, mido.Message(f"note_{kind}", channel=int(channel), note=int(note)))
        for kind, channel, note in found
    ]


def heard(file: Path):
    """Seconds and messages of a recording by arecordmidi."""
    at_s, found = 0.0, []
    for message in mido.MidiFile(file):
        at_s += message.time
        if not message.is_meta:
            found.append((at_s, message))
    return found


def had_they_been_sent_in_time(recorded, sent):
    """A recording with each note-on of ours as much earlier as the take says that it left late.

    A busy machine stands still for longer than a sixteenth is wide: when a note leaves is for
    benchmarks to say. Here it counts where it was due, and that the wire carries what the take has.
    """
    assert [m.note for _, m in recorded if is_ours(m)] == [each.message.pitch for each in sent]
    late_s = iter((each.at_ns - each.due_ns) / 1e9 for each in sent)
    return [(at - next(late_s) if is_ours(m) else at, m) for at, m in recorded]


def heard_late_s(recorded, sent, told):
    """How long after the recorder melodyrl heard each chord of three notes, by its take."""
    apart = zip(sent, (at for at, m in recorded if is_ours(m)), strict=True)
    began_s = median(each.at_ns / 1e9 - at for each, at in apart)
    chords = [at for at, m in recorded if m.type == "note_on" and m.velocity and not is_ours(m)]
    told_s = [at_ns / 1e9 - began_s for at_ns, event in told if isinstance(event, NoteOn)]
    return [late - at for late, at in zip(told_s[2::3], chords[2::3], strict=True)]


def is_ours(message):
    return message.type == "note_on" and message.velocity > 0 and message.channel == MACHINE


def test_answer_is_on_the_grid_and_in_harmony_and_ends(left, record_property):
    (path,) = take_paths(left / "whole.takes")
    session, recorded = read_session(path), heard(left / "whole.mid")
    sent = [each for each in session.outputs if isinstance(each.message, NoteOn)]
    sent = [each for each in sent if each.fate != "late"]
    late_s = heard_late_s(recorded, sent, session.recording.events)
    recorded = had_they_been_sent_in_time(recorded, sent)
    figures = judge(recorded, TEMPO_BPM, BARS, TOLERANCE_MS, late_s)

    print(figures)  # noqa: T201
    record_property("figures", str(figures))
    figures.check()
    assert (left / "whole.status").read_text() == "0\n"


def test_note_that_sounds_is_ended_by_sigterm(left):
    notes = heard(left / "cut.mid")

    assert [m for _, m in notes if m.type == "note_on" and m.channel == MACHINE]
    assert unended(notes) == 0
    assert (left / "cut.status").read_text() == "0\n"


def test_modes_policies_tempos_and_a_flood_leave_no_note(left, capsys):
    """Each sixteenth another mode and policy, each quarter another tempo; then 5,000 messages a
    second, while it is told to end."""
    begun, doubled, hanging = ledger(dumped(left / "unrest.dump"))
    (path,) = take_paths(left / "takes")
    told = Counter(type(event) for _, event in read_session(path).recording.events)

    assert (left / "unrest.end").read_text() == "0\n", (left / "unrest.log").read_text()
    assert (left / "unrest.status").read_text() == "0\n"
    assert (doubled, hanging) == (0, 0)
    assert begun >= 4
    assert told[ControlChange] >= SIXTEENTHS
    assert told[Sync] >= 4
    assert told[SetPolicy] >= 2
    main(["takes", "1", "--folder", str(left / "takes"), "--replay"])
    assert "byte for byte" in capsys.readouterr().out


def test_other_programs_see_both_ports_by_name(left):
    clients = (left / "clients").read_text()

    assert "'melodyrl'" in clients
    assert "'melodyrl-out'" in clients


def test_ports_are_listed_without_client_numbers(left):
    listed = (left / "ports").read_text()

    assert "Midi Through:Midi Through Port-0  [ALSA]" in listed


def test_devices_may_be_unplugged_and_plugged_in_again(left):
    told = (left / "hotplug").read_text()

    assert "6 passed" in told, told
    assert "failed" not in told, told


def test_doctor_measures_the_sequencer(left):
    told = (left / "doctor").read_text()

    assert (left / "doctor.status").read_text() == "0\n", told
    assert "From sending to hearing, 100 messages: median" in told
