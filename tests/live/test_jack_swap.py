"""Over a real JACK server: policies that enter while it plays, and a stranger who counts notes."""

import signal
import subprocess
import sys

import pytest

from melodyrl.cli import main
from melodyrl.cli.take_folder import read_session, take_paths
from melodyrl.core.engine.events import MODES, SetMode, SetPolicy
from tests.core.policy_files import policy_bytes
from tests.live.hearing import SWITCHES, UNREST_FLAGS, ledger
from tests.live.test_jack import MACHINES, TEMPO_BPM, Rig

pytestmark = pytest.mark.jack

SIXTEENTH_S = 15 / TEMPO_BPM

PROGRAMS = """
import itertools, signal, sys, time, rtmidi
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="programs")
port.open_virtual_port("out")
print("ready", flush=True)
sys.stdin.readline()
next_s = time.monotonic()
for program in itertools.cycle((1, 2, 0, 3, 77)):
    if not going:
        break
    port.send_message([0xC0, program])
    next_s += float(sys.argv[1])
    time.sleep(max(0, next_s - time.monotonic()))
port.close_port()
port.delete()
"""
"""Asks for another program each sixteenth; 78 is none that is known."""

MODE_KEYS = PROGRAMS.replace("(1, 2, 0, 3, 77)", "range(24, 29)").replace(
    "port.send_message([0xC0, program])",
    "port.send_message([0x90, program, 90]); port.send_message([0x80, program, 0])",
)
"""Presses another key of the lowest octave each sixteenth."""


def played(rig):
    """The take, ended and read; the stranger's ledger."""
    rig.daemon.send_signal(signal.SIGTERM)
    assert rig.daemon.wait(timeout=10) == 0
    subprocess.run(["sleep", "0.1"], check=True)
    (path,) = take_paths(rig.takes)
    session = read_session(path)
    entered = [event for _, event in session.recording.events if isinstance(event, SetPolicy)]
    return entered, ledger(rig.heard())


def switched(jack, tmp_path, script, *flags):
    """A rig after six seconds of play, while a stranger's script asked for another each sixteenth.

    And what was `played`.
    """
    rig = Rig(jack, tmp_path, flags=flags)
    try:
        rig.open()
        switch = rig.start([sys.executable, "-c", script, str(SIXTEENTH_S)])
        rig.until(switch, "ready")
        rig.connect("programs:out", "melodyrl:in")
        player = rig.play(6)
        switch.stdin.write("\n")
        switch.stdin.flush()
        player.wait(timeout=60)
        switch.send_signal(signal.SIGTERM)
        switch.wait(timeout=10)
        return rig, *played(rig)
    finally:
        rig.close()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["solo", "harmony", "chords"])
def test_policies_that_are_swapped_at_each_sixteenth_leave_no_note(
    jack, here, tmp_path, capsys, mode
):
    flags = [flag for each in SWITCHES for flag in ("--program", each)]
    rig, entered, found = switched(jack, tmp_path, PROGRAMS, "--mode", mode, *flags)
    begun, doubled, hanging = found

    assert len(entered) >= 30
    assert {event.part for event in entered} == {"melody", "chords"}
    assert len({event.digest for event in entered}) == 3  # both greedy ones are called so
    assert begun >= 4
    assert (doubled, hanging) == (0, 0)
    main(["takes", "1", "--folder", str(rig.takes), "--replay"])
    assert "byte for byte" in capsys.readouterr().out


@pytest.mark.slow
def test_mode_keys_at_each_sixteenth_switch_and_neither_they_nor_a_note_is_left(
    jack, here, tmp_path, capsys
):
    rig, _, found = switched(jack, tmp_path, MODE_KEYS, "--mode-keys", "C1", "--thru")
    begun, doubled, hanging = found

    told = read_session(take_paths(rig.takes)[0]).recording.events
    assert sum(isinstance(event, SetMode) for _, event in told) >= 60
    assert {event.mode for _, event in told if isinstance(event, SetMode)} == set(MODES)
    notes = [message for _, message in rig.heard() if message.type in ("note_on", "note_off")]
    assert min(message.note for message in notes) > 28, "what the keys said went no further"
    assert begun >= 4
    assert (doubled, hanging) == (0, 0)
    main(["takes", "1", "--folder", str(rig.takes), "--replay"])
    assert "byte for byte" in capsys.readouterr().out


@pytest.mark.slow
def test_modes_and_policies_at_each_sixteenth_and_jumps_of_the_tempo_leave_no_note(
    jack, here, tmp_path, capsys
):
    rig = Rig(jack, tmp_path, flags=UNREST_FLAGS)
    try:
        rig.open()
        rig.connect("melodyrl-out:out", "midi-monitor:input")
        unrest = rig.start([sys.executable, str(MACHINES / "unrest"), "jack", "96"])
        assert unrest.wait(timeout=60) == 0
        entered, (begun, doubled, hanging) = played(rig)
    finally:
        rig.close()

    assert len(entered) >= 3
    assert begun >= 20
    assert (doubled, hanging) == (0, 0)
    main(["takes", "1", "--folder", str(rig.takes), "--replay"])
    assert "byte for byte" in capsys.readouterr().out


@pytest.mark.slow
def test_a_file_that_is_written_anew_enters_and_nonsense_does_not(jack, here, tmp_path, capsys):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(policy_bytes(seed=1))
    rig = Rig(jack, tmp_path, policy=str(path))
    try:
        rig.open()
        rig.play(8)
        path.write_bytes(b"nonsense, and no policy")
        rig.until(rig.daemon, f"The checkpoint {path} is not a safetensors file")
        path.write_bytes(policy_bytes(seed=2))
        rig.until(rig.daemon, "From the next bar on the melody is played by")
        subprocess.run(["sleep", "3"], check=True)
        entered, (begun, doubled, hanging) = played(rig)
    finally:
        rig.close()

    assert len(entered) == 1
    assert begun >= 4
    assert (doubled, hanging) == (0, 0)
    path.unlink()
    main(["takes", "1", "--folder", str(rig.takes), "--replay"])
    assert "byte for byte" in capsys.readouterr().out
