"""Devices that are unplugged and plugged in again, and cables that make a loop, over real ports.

The strangers are RtMidi clients of this process. For ALSA, test_alsa.py runs this file where there
is a sequencer.
"""

import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import rtmidi

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Release
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import NoteOff, NoteOn, from_bytes
from melodyrl.errors import PortError
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.daemon import Daemon
from melodyrl.live.echo import WINDOW_NS
from melodyrl.live.inbox import Inbox
from melodyrl.live.ports import open_ports
from tests.fakes import BusyPolicy

BACK_S = 2.0
"""In which a device that comes back must be used again."""

APIS = {"jack": rtmidi.API_UNIX_JACK, "alsa": rtmidi.API_LINUX_ALSA}

FLOOD = """
import signal, sys, time, rtmidi
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
port = rtmidi.MidiOut(int(sys.argv[1]), name="flood")
port.open_virtual_port("out")
next_s = time.monotonic()
while going:
    for _ in range(25):
        port.send_message([0x90, 60, 64])
    next_s += 0.005
    time.sleep(max(0, next_s - time.monotonic()))
port.close_port()
port.delete()
"""


@pytest.fixture(params=[pytest.param("jack", marks=pytest.mark.jack), "alsa"])
def system(request):
    if request.param == "jack":
        request.getfixturevalue("here")
    elif not Path("/dev/snd/seq").exists():
        pytest.skip("there is no /dev/snd/seq here; test_alsa.py makes one")
    return request.param


@contextmanager
def keyboard(system, name="Fancy Keys"):
    """A stranger that we listen to."""
    port = rtmidi.MidiOut(APIS[system], name=name)
    port.open_virtual_port("keys")
    try:
        yield lambda *data: port.send_message(data)
    finally:
        port.close_port()
        port.delete()


@contextmanager
def synth(system, played):
    """A stranger that we play on; what arrives is put into `played`.

    It polls: a port with a callback cannot be closed while messages arrive (see `Ear.shut`).
    """
    port = rtmidi.MidiIn(APIS[system], name="Old Synth")
    port.open_virtual_port("synth")
    is_over = threading.Event()

    def pull():
        while not is_over.wait(0.002):
            while event := port.get_message():
                played.put(event[0])

    puller = threading.Thread(target=pull)
    puller.start()
    try:
        yield
    finally:
        is_over.set()
        puller.join()
        port.close_port()
        port.delete()


@contextmanager
def opened(system, hear, **options):
    ports = open_ports("melodyrl", hear, system, **options)
    try:
        yield ports
    finally:
        ports.close()


def within(seconds, is_so):
    """Wait until something is so; whether it was in time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def test_keyboard_that_comes_back_is_heard_again_and_its_keys_were_let_go(system):
    heard = queue.SimpleQueue()
    with keyboard(system) as press:
        ports = open_ports(
            "melodyrl", lambda event, at_ns: heard.put(event), system, listen_to=["fancy"]
        )
        press(0x90, 60, 64)
        assert heard.get(timeout=5) == NoteOn(60, 64)
    try:
        let_go = heard.get(timeout=5)
        gone, unplugged = ports.sentence, ports.unplugged
        with keyboard(system) as press:
            is_back = within(BACK_S, lambda: "Fancy Keys" in ports.sentence)
            press(0x90, 62, 64)

            assert heard.get(timeout=5) == NoteOn(62, 64)
            assert is_back
            assert ports.unplugged == ()
        assert let_go == NoteOff(60)
        assert unplugged == ("fancy",)
        assert gone.endswith("Listening to fancy when it comes back.")
    finally:
        ports.close()


def test_instrument_that_comes_back_gets_the_note_off_that_it_missed(system):
    heard, before, after = queue.SimpleQueue(), queue.SimpleQueue(), queue.SimpleQueue()
    with synth(system, before):
        ports = open_ports(
            "melodyrl", lambda event, at_ns: heard.put(event), system, play_on="old synth"
        )
        ports.send(NoteOn(72, 80))
        assert before.get(timeout=5) == [0x90, 72, 80]
    try:
        assert heard.get(timeout=5) == Release()
        ports.send(NoteOff(72))
        began = time.monotonic()
        with synth(system, after):
            missed = after.get(timeout=5)
            took_s = time.monotonic() - began
            ports.send(NoteOn(74, 80))

            assert after.get(timeout=5) == [0x90, 74, 80]
        assert missed == [0x80, 72, 0]
        assert took_s < BACK_S
    finally:
        ports.close()


@pytest.mark.slow
def test_playing_while_the_instrument_goes_and_comes_leaves_no_note(system):
    inbox, played = Inbox(), queue.SimpleQueue()
    engine = Engine(EngineConfig(tempo_bpm=100.0), BusyPolicy())
    wire: list[list[int]] = []
    with synth(system, played):
        ports = open_ports("melodyrl", inbox.post, system, play_on="old synth")
        daemon = Daemon(engine, inbox, ports, MonotonicClock())
        daemon.start()
        inbox.post(NoteOn(60), MonotonicClock().now())
        wire += [played.get(timeout=10) for _ in range(5)]
    for _ in range(3):
        time.sleep(0.6)
        wire += _all_of(played)
        with synth(system, played):
            assert within(BACK_S, lambda: not played.empty())
            wire += [played.get(timeout=10) for _ in range(5)]
    time.sleep(0.6)
    wire += _all_of(played)
    with synth(system, played):
        assert within(BACK_S, lambda: not played.empty())
        daemon.stop()
        time.sleep(0.1)
    wire += _all_of(played)

    sounding = Counter()
    for message in map(from_bytes, map(bytes, wire)):
        if isinstance(message, NoteOn):
            sounding[message.pitch] = 1
        elif isinstance(message, NoteOff):
            sounding[message.pitch] = 0
    assert sum(isinstance(from_bytes(bytes(data)), NoteOn) for data in wire) >= 1
    assert +sounding == Counter()


def _all_of(played):
    found = []
    while not played.empty():
        found.append(played.get())
    return found


def test_two_keyboards_are_heard_at_once_on_the_channels_that_are_listened_to(system):
    heard = queue.SimpleQueue()
    with keyboard(system) as press_fancy, keyboard(system, "Plain Keys") as press_plain:
        listen_to, channels = ["fancy", "plain"], frozenset({0, 3})
        with opened(
            system,
            lambda event, at_ns: heard.put(event),
            listen_to=listen_to,
            channels=channels,
        ):
            press_fancy(0x91, 59, 64)
            press_fancy(0x90, 60, 64)
            first = heard.get(timeout=5)
            press_plain(0xF8)
            press_plain(0xFE)
            press_plain(0x93, 64, 64)
            rest = [heard.get(timeout=5), heard.get(timeout=5)]

    assert first == NoteOn(60, 64)
    assert rest == [RealTime.TICK, NoteOn(64, 64, 3)]
    assert heard.empty()


def test_our_output_routed_back_is_not_heard_and_the_players_same_note_is(system):
    heard, returned = queue.SimpleQueue(), queue.SimpleQueue()
    with keyboard(system, "Loop Keys") as press:

        class Cable:
            def put(self, data):
                press(*data)
                returned.put(data)

        with (
            synth(system, Cable()),
            opened(
                system,
                lambda event, at_ns: heard.put(event),
                listen_to=["loop keys"],
                play_on="old synth",
            ) as ports,
        ):
            for message in (NoteOn(72, 80), NoteOff(72)):
                ports.send(message)
                returned.get(timeout=5)
            time.sleep(2 * WINDOW_NS / 1e9)
            press(0x90, 72, 80)
            press(0x80, 72, 0)
            after = [heard.get(timeout=5), heard.get(timeout=5)]

    assert after == [NoteOn(72, 80), NoteOff(72)]
    assert heard.empty()


def test_flood_does_not_keep_the_ports_from_closing(system):
    """RtMidi's thread is then in our callback, or waits to enter it, nearly always."""
    heard = queue.SimpleQueue()
    with subprocess.Popen([sys.executable, "-c", FLOOD, str(APIS[system])]) as flood:
        try:
            for _ in range(3):
                ports = _opened_when_there(system, heard.put)
                for _ in range(100):
                    heard.get(timeout=30)
                ports.close()
        finally:
            flood.terminate()


def _opened_when_there(system, hear):
    until = time.monotonic() + 60
    while True:
        try:
            return open_ports("melodyrl", lambda event, _: hear(event), system, listen_to=["flood"])
        except PortError:
            assert time.monotonic() < until
