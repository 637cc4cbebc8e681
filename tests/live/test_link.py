"""Ableton Link, with another real peer on this machine."""

import sys
import threading
import time

import pytest

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import SetClock, SetTempo, Sync
from melodyrl.core.engine.offline import replay
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.errors import ConfigError
from melodyrl.live.link_follower import open_link
from tests.fakes import BusyPolicy
from tests.live.doubles import MS

WAIT_S = 20.0
"""For peers to find each other; it takes well under a second."""


@pytest.fixture
def link():
    return pytest.importorskip("link", reason="Link is not installed: pip install 'melodyrl[link]'")


class Band:
    """An engine that plays from now on at 120, and the follower of its Link session."""

    def __init__(self):
        self.engine = Engine(EngineConfig(key=Key(0)), BusyPolicy())
        self.follower = open_link(120.0, self.engine.place)
        self.told, self.said = [], []
        self.tell(NoteOn(60))

    def tell(self, *events):
        now = time.monotonic_ns()
        for event in events:
            self.engine.receive(event, now)
            self.told.append(event)
        self.said += self.engine.due(now)

    def enter(self):
        self.tell(SetClock("link"))
        self.tell(*self.follower.join(time.monotonic_ns()))

    def meet(self, peer, tempo_bpm=97.0):
        """Enter the session of a peer, who then sets its tempo."""
        self.enter()
        self.until(lambda: peer.numPeers() == 1)
        self.until(lambda: self.engine.snapshot().clock_state == "locked")
        set_tempo(peer, tempo_bpm)
        self.until(lambda: self.tempo_bpm == pytest.approx(tempo_bpm, rel=1e-4))

    def until(self, condition):
        """Play on until it holds."""
        end_s = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < end_s, "not within the time"
            threading.Event().wait(0.02)
            if self.engine.clock == "link":
                self.tell(*self.follower.due(time.monotonic_ns()))

    @property
    def tempo_bpm(self):
        return self.engine.snapshot().tempo_bpm

    @property
    def syncs(self):
        return [event for event in self.told if isinstance(event, Sync)]

    def apart_ms(self, peer):
        """How far the places in the bar are apart: the least of many readings, made together."""

        def once():
            micros, now_ns = peer.clock().micros(), time.monotonic_ns()
            theirs = 4 * peer.captureAppSessionState().phaseAtTime(micros, 4)
            ours = self.engine.place(now_ns).in_bar
            return abs((theirs - ours + 8) % 16 - 8) * 15e3 / self.tempo_bpm

        return min(once() for _ in range(50))


@pytest.fixture
def band(link):
    band = Band()
    yield band
    band.follower.leave()


@pytest.fixture
def peer(link):
    peer = link.Link(97.0)
    peer.enabled = True
    yield peer
    peer.enabled = False


def set_tempo(peer, tempo_bpm):
    state = peer.captureAppSessionState()
    state.setTempo(tempo_bpm, peer.clock().micros())
    peer.commitAppSessionState(state)


def test_the_music_has_the_tempo_and_the_bar_of_the_session(band, peer):
    band.meet(peer, 132.0)

    assert band.apart_ms(peer) < 1.0
    assert peer.captureAppSessionState().tempo() == pytest.approx(132.0, rel=1e-4)


def test_the_player_sets_the_tempo_of_the_session(band, peer):
    band.meet(peer)

    band.tell(*band.follower.hear(SetTempo(88.0), time.monotonic_ns()))
    band.until(lambda: peer.captureAppSessionState().tempo() == pytest.approx(88.0, rel=1e-4))
    assert band.tempo_bpm == pytest.approx(88.0, rel=1e-4)


def test_alone_the_music_goes_on_where_it_was(band):
    def began_ns():
        """When the first step began, by where the music is now."""
        now = time.monotonic_ns()
        return now - band.engine.place(now).step * 125 * MS

    before_ns = began_ns()
    band.enter()

    assert began_ns() == pytest.approx(before_ns, abs=2 * MS)
    assert band.engine.place(time.monotonic_ns()).tempo_bpm == pytest.approx(120.0, rel=1e-4)
    assert band.engine.snapshot().clock_state == "holding"


def test_whoever_leaves_the_session_plays_on_alone(band, peer):
    band.meet(peer)

    band.follower.leave()
    band.tell(SetClock("internal"))

    band.until(lambda: peer.numPeers() == 0)
    assert band.engine.snapshot().running
    assert band.follower.hear(SetTempo(60.0), time.monotonic_ns()) == []


def test_what_was_played_in_a_session_plays_again_exactly(band, peer):
    band.meet(peer)
    band.until(lambda: band.engine.snapshot().bar >= 1)
    band.tell(SetClock("internal"), NoteOff(60))

    said = replay(band.engine.recording(), BusyPolicy())

    assert [(each.due_ns, each.message) for each in said][: len(band.said)] == [
        (each.due_ns, each.message) for each in band.said
    ]


def test_a_steady_session_costs_a_recording_one_event_a_bar(band, peer):
    band.meet(peer)
    known = len(band.syncs)
    begin = band.engine.place(time.monotonic_ns()).step
    band.until(lambda: band.engine.place(time.monotonic_ns()).step > begin + 40)

    assert len(band.syncs) - known <= 4


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "link", None)

    with pytest.raises(ConfigError, match=r"pip install 'melodyrl\[link\]'"):
        open_link(120.0, lambda now_ns: None)
