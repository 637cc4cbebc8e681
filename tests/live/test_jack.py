"""Over a real JACK server: chords from one stranger, recorded by another (jack_midi_dump)."""

import os
import queue
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import mido
import pytest
import rtmidi

from melodyrl.cli import main
from melodyrl.cli.take_folder import read_session, take_paths
from melodyrl.core.midi.messages import NoteOn, to_bytes
from melodyrl.errors import PortError
from melodyrl.live.ports import open_ports
from tests.live.hearing import (
    HURRY,
    MACHINE,
    MANNER,
    POLICY,
    Heard,
    judge,
    ledger,
    unended,
    write_chords,
)

pytestmark = pytest.mark.jack

MACHINES = Path(__file__).parents[1] / "machines"
BARS = int(os.environ.get("MELODYRL_TEST_BARS", "12"))
TEMPO_BPM = 160.0
RATE = 48_000
TOLERANCE_MS = 15.0
LINE = re.compile(r"^\s*(\d+): ((?:[0-9a-f]{2} )+)")

FLOOD = """
import signal, random, sys, time, rtmidi
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="flood")
port.open_virtual_port("out")
print("ready", flush=True)
chance, next_s = random.Random(1), time.monotonic()
while going:
    for _ in range(25):
        port.send_message([chance.choice((0x80, 0x90)), chance.randrange(36, 84), 64])
    next_s += 0.005
    time.sleep(max(0, next_s - time.monotonic()))
port.close_port()
port.delete()
"""


@pytest.fixture
def rig(jack, tmp_path):
    rig = Rig(jack, tmp_path)
    try:
        rig.open()
        yield rig
    finally:
        rig.close()


class Rig:
    """melodyrl, a player and a recorder, each a process."""

    def __init__(
        self, env: dict[str, str], folder: Path, policy: str = POLICY, flags: tuple[str, ...] = ()
    ) -> None:
        self.env = env
        self.flags = ["--policy", policy, *MANNER, *flags]
        self.dump = folder / "dump.txt"
        self.chords = folder / "chords.mid"
        self.takes = folder / "takes"
        self.processes: list[subprocess.Popen] = []

    def open(self) -> None:
        jam = ["jam", "--headless", "--api", "jack", *self.flags]
        jam += ["--takes", str(self.takes)]
        jam += ["--channel", str(MACHINE + 1), "--tempo", str(TEMPO_BPM)]
        run = [sys.executable, "-c", "from melodyrl.cli import main; main()"]
        self.daemon = self.start([*HURRY, *run, *jam])
        self.until(self.daemon, "Play.")
        with self.dump.open("w") as file:
            self.recorder = self.start(["stdbuf", "-oL", "jack_midi_dump", "-a"], stdout=file)

    def start(self, command, stdout=subprocess.PIPE) -> subprocess.Popen:
        process = subprocess.Popen(
            command, env=self.env, stdin=subprocess.PIPE, stdout=stdout, text=True
        )
        self.processes.append(process)
        return process

    def until(self, process: subprocess.Popen, wanted: str) -> None:
        for line in process.stdout:
            if line.startswith(wanted):
                return
        pytest.fail(f"the process ended before it said {wanted!r}")

    def connect(self, output: str, port: str) -> None:
        """Join two ports; one of a process that is just starting may take a moment to appear."""
        command = ["jack_connect", output, port]
        for _ in range(100):
            done = subprocess.run(command, env=self.env, capture_output=True, check=False)
            if done.returncode == 0:
                return
            subprocess.run(["sleep", "0.05"], check=True)
        pytest.fail(f"cannot connect {output} to {port}: {done.stderr.decode()}")

    def play(self, bars: int) -> subprocess.Popen:
        write_chords(self.chords, bars, TEMPO_BPM)
        player = self.start([*HURRY, sys.executable, str(MACHINES / "play-mid"), str(self.chords)])
        self.until(player, "ready")
        self.connect("player:out", "melodyrl:in")
        self.connect("player:out", "midi-monitor:input")
        self.connect("melodyrl-out:out", "midi-monitor:input")
        player.stdin.write("\n")
        player.stdin.flush()
        return player

    def heard(self) -> list[Heard]:
        found = map(LINE.match, self.dump.read_text().splitlines())
        return [
            (int(line[1]) / RATE, mido.Message.from_bytes(bytes.fromhex(line[2])))
            for line in found
            if line
        ]

    def close(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def test_take_is_what_went_over_the_wire_and_is_played_again_byte_for_byte(here, rig, capsys):
    rig.play(4).wait(timeout=60)
    rig.daemon.send_signal(signal.SIGTERM)
    rig.daemon.wait(timeout=10)

    subprocess.run(["sleep", "0.1"], check=True)
    (path,) = take_paths(rig.takes)
    wire = [mido.Message.from_bytes(to_bytes(each)) for _, each in read_session(path).wire]
    heard = [message for _, message in rig.heard()]
    recorded = [m for m in heard if m.channel == MACHINE and m.type.startswith("note")]
    main(["takes", "1", "--folder", str(rig.takes), "--replay", "--output", "midi-monitor"])
    again = [message for _, message in rig.heard()][len(heard) :]

    assert [message for message in wire if message.type.startswith("note")] == recorded
    assert again == wire
    assert len(again) > 20
    assert "byte for byte" in capsys.readouterr().out


def test_flood_leaves_no_note_and_ends_in_time(rig):
    """5,000 messages a second, while the program is told to end."""
    flood = rig.start([sys.executable, "-c", FLOOD])
    rig.until(flood, "ready")
    rig.connect("flood:out", "melodyrl:in")
    rig.connect("melodyrl-out:out", "midi-monitor:input")
    subprocess.run(["sleep", "3"], check=True)

    rig.daemon.send_signal(signal.SIGTERM)
    status = rig.daemon.wait(timeout=20)
    flood.send_signal(signal.SIGTERM)
    flood.wait(timeout=10)

    heard = rig.heard()
    assert status == 0
    assert [m for _, m in heard if m.type == "note_on" and m.channel == MACHINE]
    assert unended(heard) == 0


def test_what_strays_is_never_early_ends_and_plays_again(jack, here, tmp_path, capsys):
    flags = ("--humanize", "1", "--swing", "0.5", "--drums", "--drum-vary", "1")
    rig = Rig(jack, tmp_path, flags=flags)
    try:
        rig.open()
        rig.play(4).wait(timeout=60)
        rig.daemon.send_signal(signal.SIGTERM)
        assert rig.daemon.wait(timeout=10) == 0
        subprocess.run(["sleep", "0.1"], check=True)
        begun, doubled, hanging = ledger(rig.heard())
    finally:
        rig.close()

    (path,) = take_paths(rig.takes)
    notes = [each for each in read_session(path).outputs if isinstance(each.message, NoteOn)]
    late_ns = [each.at_ns - each.due_ns for each in notes if each.fate == "sent"]
    assert begun >= 4
    assert (doubled, hanging) == (0, 0)
    assert min(late_ns) >= 0, "none before it was due, with what it strays"
    assert len({each.message.velocity for each in notes}) > 10
    main(["takes", "1", "--folder", str(rig.takes), "--replay"])
    assert "byte for byte" in capsys.readouterr().out


@pytest.mark.slow
def test_answer_is_on_the_grid_and_in_harmony_and_ends(rig, record_property):
    rig.play(BARS).wait(timeout=2 * BARS + 30)

    rig.daemon.send_signal(signal.SIGTERM)
    status = rig.daemon.wait(timeout=10)
    figures = judge(rig.heard(), TEMPO_BPM, BARS, TOLERANCE_MS)
    print(figures)  # noqa: T201
    record_property("figures", str(figures))
    assert status == 0
    figures.check()


def test_note_that_sounds_is_ended_by_sigterm(rig):
    rig.play(16)
    for _ in range(2000):
        if unended(rig.heard()):
            break
        subprocess.run(["sleep", "0.005"], check=True)

    rig.daemon.send_signal(signal.SIGTERM)
    status = rig.daemon.wait(timeout=10)
    subprocess.run(["sleep", "0.1"], check=True)
    heard = rig.heard()
    assert status == 0
    assert [m for _, m in heard if m.type == "note_on" and m.channel == MACHINE]
    assert unended(heard) == 0


def test_named_keyboard_is_heard_and_named_instrument_is_sent_to(here):
    heard, played = queue.SimpleQueue(), queue.SimpleQueue()
    keyboard = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="Fancy Keys")
    keyboard.open_virtual_port("keys")
    synth = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="Old Synth")
    synth.set_callback(lambda event, data: played.put(event[0]))
    synth.open_virtual_port("synth")
    ports = open_ports(
        "melodyrl", lambda *told: heard.put(told), "jack", listen_to=["fancy"], play_on="old synth"
    )
    before_ns = time.monotonic_ns()

    keyboard.send_message([0x90, 60, 64])
    ports.send(NoteOn(72, 80))
    event, at_ns = heard.get(timeout=5)
    bytes_played = played.get(timeout=5)
    sentence = ports.sentence
    ports.close()
    for port in (keyboard, synth):
        port.close_port()
        port.delete()

    assert sentence.endswith("Listening to Fancy Keys:keys. Sending to Old Synth:synth.")
    assert event == NoteOn(60, 64)
    assert before_ns < at_ns < time.monotonic_ns()
    assert bytes_played == [0x90, 72, 80]


def test_keyboard_that_is_not_there_is_a_port_error_that_leaves_nothing_open(here, jack):
    with pytest.raises(PortError, match="Moog"):
        open_ports("melodyrl", lambda *told: None, "jack", listen_to=["Moog"])

    listed = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True, check=True)
    assert "melodyrl" not in listed.stdout


def test_panic_silences_a_stranger(here, rig, capsys):
    rig.connect("melodyrl-out:out", "midi-monitor:input")

    main(["panic", "--api", "jack", "--output", "midi-monitor"])

    subprocess.run(["sleep", "0.3"], check=True)
    messages = [message for _, message in rig.heard()]
    assert "Silenced midi-monitor:input  [JACK]" in capsys.readouterr().out
    assert sum(m.type == "control_change" and m.control == 123 for m in messages) >= 16
    assert {m.note for m in messages if m.type == "note_off"} == set(range(128))


def test_ports_are_listed(here, rig, capsys):
    rig.connect("melodyrl-out:out", "midi-monitor:input")

    main(["ports"])

    listed = capsys.readouterr().out
    assert "  melodyrl:in  [JACK]" in listed
    assert "  melodyrl-out:out  [JACK]" in listed


def test_doctor_measures_the_server(here, capsys):
    main(["doctor", "--api", "jack", "--messages", "100"])

    told = capsys.readouterr().out
    assert "From sending to hearing, 100 messages: median" in told
    assert "#" in told
    assert re.search(r"^(Good|Playable, not perfect|Not good enough to play)", told, re.M)
