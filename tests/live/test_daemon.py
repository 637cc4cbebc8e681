"""The daemon as a process and as an object: it starts without luxuries, and always lets go."""

import os
import signal
import subprocess
import sys

import pytest

from melodyrl.cli import main
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.daemon import Daemon, StopSignal
from melodyrl.live.inbox import Inbox
from melodyrl.live.ports import NoPorts
from tests.fakes import BusyPolicy

# No torch, no training code, no MIDI system: JACK is asked for by a name that no server has.
BARE = """
import sys
class Refuse:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("torch", "gymnasium", "music21"):
            raise ModuleNotFoundError(f"{name} is not installed here")
sys.meta_path.insert(0, Refuse())
from melodyrl.cli import main
main()
"""
ENV = {**os.environ, "JACK_DEFAULT_SERVER": "no-such-server", "JACK_NO_START_SERVER": "1"}


class Memory(NoPorts):
    """Ports that remember what was sent."""

    def __init__(self):
        super().__init__("In memory.")
        self.sent = []
        self.is_closed = False

    def send(self, message):
        assert not self.is_closed
        self.sent.append(message)

    def close(self):
        self.is_closed = True


def jam(*flags, **options):
    command = [sys.executable, "-c", BARE, "jam", "--api", "jack", *flags]
    return subprocess.Popen(
        command, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def test_daemon_answers_releases_what_sounds_and_closes_the_ports():
    clock, inbox, ports, shown = MonotonicClock(), Inbox(), Memory(), []
    daemon = Daemon(Engine(EngineConfig(tempo_bpm=400.0), BusyPolicy()), inbox, ports, clock)
    daemon.publish_to(shown.append)
    daemon.start()
    inbox.post(NoteOn(60), clock.now())
    while not any(isinstance(message, NoteOn) for message in ports.sent):
        clock.wait_until(Nanos(clock.now() + 1_000_000))

    recording = daemon.ask(lambda engine: engine.recording())
    daemon.stop()

    sounding = set()
    for message in ports.sent:
        match message:
            case NoteOn(pitch):
                sounding.add(pitch)
            case NoteOff(pitch):
                sounding.discard(pitch)
    assert sounding == set()
    assert ports.is_closed
    assert NoteOn(60) in [event for _, event in recording.events]
    assert ("note", "player", True, 60, 80) in [item[:5] for item in shown if type(item) is tuple]


def test_headless_jam_without_ports_is_one_sentence_and_status_2():
    with jam("--headless") as process:
        out, err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert out == ""
    assert err.startswith("melodyrl: No JACK server answers on this machine")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["--channel", "17"], "17"),
        (["--meter", "7/8"], "7/8"),
        (["--key", "H"], "H"),
        (["--tempo", "1"], "20"),
        (["--policy", "no-such-file"], "no-such-file"),
    ],
)
def test_flag_that_makes_no_sense_is_one_sentence_and_status_2(flags, word, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["jam", "--headless", *flags])

    err = capsys.readouterr().err
    assert ended.value.code == 2
    assert word in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_jam_without_ports_torch_or_network_serves_its_page_and_ends_with_status_0(number):
    with jam("--api", "auto", "--no-browser", "--web-port", "0") as process:
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(number)
        _, err = process.communicate(timeout=30)

    assert lines[1].startswith("Page: http://127.0.0.1:")
    assert lines[2] == "Play. Ctrl-C ends.\n"
    assert (process.returncode, err) == (0, "")


def test_signal_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)

    with StopSignal() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        stop.wait()

    assert signal.getsignal(signal.SIGTERM) is before
