import threading
import time
from multiprocessing import Pipe

import pytest

from melodyrl.core.engine.events import Panic
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import MidiFileError, PortError
from melodyrl.web.bridge import WAITING, Bridge


class Inbox:
    """Keeps what is posted, and can be waited on."""

    def __init__(self):
        self.events = []
        self._arrived = threading.Condition()

    def post(self, event):
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def wait_for(self, event):
        with self._arrived:
            return self._arrived.wait_for(lambda: event in self.events, 5.0)


def no_take() -> bytes:
    raise MidiFileError("There is nothing to keep yet.")


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def joined(inbox):
    """A bridge that runs, and the server's end of its pipe."""
    ours, theirs = Pipe()
    bridge = Bridge(ours, inbox.post, no_take)
    bridge.start()
    yield bridge, theirs
    theirs.close()
    bridge.stop()


def note(pitch):
    return ("note", "machine", True, pitch, 80, 0)


def test_notes_arrive_in_order_and_only_the_newest_state(joined):
    bridge, server = joined
    for pitch in range(20):
        bridge.publish(note(pitch))
        bridge.publish({"state": pitch})
    received = []
    while not received or received[-1] != ("show", {"state": 19}):
        assert server.poll(5)
        received.append(server.recv())

    assert [item for _, item in received if isinstance(item, tuple)] == [note(p) for p in range(20)]
    assert len(received) < 30


def test_a_server_that_does_not_read_never_holds_the_one_who_publishes(inbox):
    ours, theirs = Pipe()
    bridge = Bridge(ours, inbox.post, no_take)
    bridge.start()
    longest_s = 0.0
    for index in range(50 * WAITING):
        started = time.perf_counter()
        bridge.publish(note(index % 128))
        longest_s = max(longest_s, time.perf_counter() - started)

    assert longest_s < 0.5, "a blocked write would last for ever; a busy machine may pause us"
    started = time.monotonic()
    bridge.stop()
    assert time.monotonic() - started < 3.0
    theirs.close()


def test_keys_that_pages_hold_are_released_when_the_server_dies(inbox):
    ours, server = Pipe()
    bridge = Bridge(ours, inbox.post, no_take)
    bridge.start()
    for event in (NoteOn(60), NoteOn(64), NoteOff(60), NoteOn(67)):
        server.send(("event", event))
    server.close()

    assert inbox.wait_for(NoteOff(67))
    bridge.stop()
    assert inbox.events[4:] == [NoteOff(64), NoteOff(67)]


def test_panic_leaves_nothing_to_release(joined, inbox):
    bridge, server = joined
    server.send(("event", NoteOn(60)))
    server.send(("event", Panic()))
    assert inbox.wait_for(Panic())

    bridge.stop()

    assert inbox.events == [NoteOn(60), Panic()]


def test_a_take_that_cannot_be_made_is_answered_with_none(joined):
    _, server = joined
    server.send(("take", 7))

    assert server.poll(5)
    assert server.recv() == ("take", 7, None)


def test_a_take_in_the_making_does_not_hold_up_a_key(inbox):
    ours, server = Pipe()
    may_end = threading.Event()

    def slow_take() -> bytes:
        may_end.wait(5)
        return b"MThd"

    bridge = Bridge(ours, inbox.post, slow_take)
    bridge.start()
    server.send(("take", 1))
    server.send(("event", NoteOn(60)))

    assert inbox.wait_for(NoteOn(60))
    may_end.set()
    assert server.poll(5)
    assert server.recv() == ("take", 1, b"MThd")
    server.close()
    bridge.stop()


def test_a_server_that_failed_says_why(joined):
    bridge, server = joined
    server.send(("failed", "The port is taken."))

    with pytest.raises(PortError, match="The port is taken"):
        bridge.wait_ready()
