"""The drums over real JACK in a Link session, beside another real peer who leads it."""

import signal
import threading
import time

import numpy as np
import pytest

from melodyrl.cli import main
from tests.live.test_jack_clock import Ear, pause
from tests.live.test_jack_drums import DRUMS, KICK, ON_GRID, PATTERN, DrumRig, ledger

pytestmark = [pytest.mark.jack, pytest.mark.slow]

LOOK_S = 0.01
WAIT_S = 20.0
"""For peers to find each other; it takes well under a second."""

NEAR_MS = 15.0
"""Of a sixteenth of 107 ms or more: by chance .28 of strokes were so near."""

SETTLED_S = 1.5
"""After another tempo, or another peer: two beats and more."""


class Session:
    """A peer, and where its session was at each moment that it looked."""

    def __init__(self, peer):
        self.peer = peer
        self.looks = []
        self._going = True
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self):
        while self._going:
            micros, at_s = self.peer.clock().micros(), time.monotonic()
            state = self.peer.captureAppSessionState()
            self.looks.append((at_s, state.beatAtTime(micros, 4), state.tempo()))
            time.sleep(LOOK_S)

    def step(self, at_s):
        """The sixteenth, with its fraction, at a moment; and how many ms one lasts."""
        seen_s, beat, bpm = self.looks[np.searchsorted([each[0] for each in self.looks], at_s) - 1]
        return 4 * (beat + (at_s - seen_s) * bpm / 60), 15_000 / bpm

    def meet(self):
        """Wait for melodyrl."""
        end_s = time.monotonic() + WAIT_S
        while self.peer.numPeers() != 1:
            assert time.monotonic() < end_s, "no peer was found"
            pause(0.05)

    def tell(self, change):
        """Change the state of the session."""
        state = self.peer.captureAppSessionState()
        change(state, self.peer.clock().micros())
        self.peer.commitAppSessionState(state)

    def close(self):
        self._going = False
        self._thread.join()
        self.peer.enabled = False


class LinkRig(DrumRig):
    """melodyrl with drums, in the session."""

    def open(self) -> None:
        pattern = self.takes.with_name("pattern.txt")
        pattern.write_text(PATTERN)
        drums = ["--drums", "--drum-pattern", str(pattern), "--drum-vary", "1"]
        self.jam("--clock", "link", *drums, "--takes", str(self.takes))


@pytest.fixture
def session():
    link = pytest.importorskip("link", reason="Link is not installed: pip install 'melodyrl[link]'")
    peer = link.Link(100.0)
    peer.startStopSyncEnabled = True
    peer.enabled = True
    session = Session(peer)
    yield session
    session.close()


@pytest.fixture
def rig(jack, here, tmp_path, session):
    rig = LinkRig(jack, tmp_path)
    try:
        rig.open()
        yield rig
    finally:
        rig.close()


def stretch(seconds):
    """The moments from when it has settled to its end."""
    begin_s = time.monotonic() + SETTLED_S
    pause(SETTLED_S + seconds)
    return begin_s, time.monotonic()


def drop_what_began_unheard(notes):
    """A session plays at once: a stroke may end that began before anybody listened."""
    kinds = [data[0] & 0xF0 for _, data in notes.heard]
    del notes.heard[: kinds.index(0x90)]


def strokes(notes, begin_s, end_s):
    """When each began in a stretch, and its pitch."""
    return [
        (at, data[1]) for at, data in notes.heard if data[0] & 0xF0 == 0x90 and begin_s < at < end_s
    ]


def figures(session, struck):
    """The share of strokes near a sixteenth of the session, and of kicks on the player's cells."""
    steps, lasts_ms = np.array([session.step(at) for at, _ in struck]).T
    near = np.abs(steps - np.rint(steps)) * lasts_ms < NEAR_MS
    kicks = np.array([pitch == KICK for _, pitch in struck])
    places = np.rint(steps[kicks & near]).astype(int) % 16
    return len(struck), float(near.mean()), float(np.isin(places, (0, 8)).mean())


def test_drums_keep_to_a_session_whose_tempo_changes_and_whose_peer_stops_and_leaves(
    rig, session, record_property, capsys
):
    notes = Ear(rig, "ear-notes", "melodyrl-out:out")
    session.meet()
    stretches = {"met": stretch(4)}
    session.tell(lambda state, micros: state.setTempo(140.0, micros))
    stretches["faster"] = stretch(4)
    session.tell(lambda state, micros: state.setIsPlaying(True, micros))
    session.tell(lambda state, micros: state.setIsPlaying(False, micros))
    stretches["stopped"] = stretch(3)
    session.peer.enabled = False
    stretches["alone"] = stretch(3)
    session.peer.enabled = True
    session.meet()
    session.tell(lambda state, micros: state.setTempo(90.0, micros))
    stretches["back"] = stretch(4)
    rig.daemon.send_signal(signal.SIGTERM)
    assert rig.daemon.wait(timeout=10) == 0
    pause(0.2)
    notes.close()

    drop_what_began_unheard(notes)
    found = {name: figures(session, strokes(notes, *each)) for name, each in stretches.items()}
    record_property("figures", str(found))
    ons, offs = ledger(notes)
    assert ons == offs, "every stroke was ended"
    assert {channel for _, channel in ons} == {DRUMS}
    for count, near, on_cells in found.values():
        assert count >= 6
        assert near >= ON_GRID
        assert on_cells >= ON_GRID, "the bar is the session's, and the kicks the player's alone"
    main(["takes", "1", "--replay", "--folder", str(rig.takes)])
    assert "byte for byte" in capsys.readouterr().out
