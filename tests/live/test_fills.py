"""Fills are made in a process of their own, which may die."""

import os
import signal
import threading
from dataclasses import replace

from melodyrl.core.drums.kit import NAMES
from melodyrl.core.drums.pattern import parse, rows
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import ChangeDrums, SetFill
from melodyrl.core.engine.snapshot import Asked
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.daemon import Daemon
from melodyrl.live.fills import Fills, make
from melodyrl.live.inbox import Inbox
from melodyrl.live.ports import NoPorts
from tests.fakes import FakePolicy

LONG_S = 20.0
ROCK = "kick x... .... x... ....\nsnare .... x... .... x---"
SNAPSHOT = Engine(EngineConfig(pattern=ROCK), FakePolicy()).snapshot()


def asking(number, change="fill"):
    return replace(SNAPSHOT, drums=replace(SNAPSHOT.drums, asked=Asked(number, change)))


class Ear:
    """Keeps what it is told, and waits for it."""

    def __init__(self):
        self.told, self._arrived = [], threading.Condition()

    def tell(self, event):
        with self._arrived:
            self.told.append(event)
            self._arrived.notify_all()

    def wait_for(self, count):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.told) >= count, LONG_S)
        return self.told


def test_what_is_asked_for_is_made_once_and_the_same_for_the_same_seed():
    ear = Ear()
    fills = Fills(ear.tell, seed=7)
    fills.start()
    for item in (("note", "player"), SNAPSHOT, asking(1), asking(1), asking(2, "vary"), asking(2)):
        fills.see(item)
    told = list(ear.wait_for(2))
    fills.close()

    text = "\n".join(f"{name} {row}" for name, row in zip(NAMES, SNAPSHOT.drums.cells, strict=True))
    assert told == [SetFill(1, make(text, "fill", 7, 1)), SetFill(2, make(text, "vary", 7, 2))]
    assert told[0].text != make(text, "fill", 8, 1)
    filled = parse(told[0].text)
    assert filled.hit.sum() > parse(ROCK).hit.sum()
    assert (filled.hit[parse(ROCK).fixed] == parse(ROCK).hit[parse(ROCK).fixed]).all()


def test_a_process_that_was_killed_is_begun_again():
    ear = Ear()
    fills = Fills(ear.tell, seed=7)
    fills.start()
    fills.see(asking(1))
    ear.wait_for(1)
    os.kill(fills.pid, signal.SIGKILL)
    fills.see(asking(2))
    told = ear.wait_for(2)
    fills.close()

    assert [each.number for each in told] == [1, 2]


def test_it_ends_though_nothing_was_ever_asked():
    fills = Fills(lambda event: None, seed=0)
    fills.start()
    fills.close()

    assert fills.pid is None


def test_a_daemon_asks_and_gets_its_fill():
    inbox, clock, got = Inbox(), MonotonicClock(), threading.Event()
    engine = Engine(EngineConfig(pattern=ROCK), FakePolicy())
    fills = Fills(lambda event: inbox.post(event, clock.now()), seed=7)

    def see(item):
        fills.see(item)
        if "o" in "".join(getattr(getattr(item, "drums", None), "cells", ())):
            got.set()

    daemon = Daemon(engine, inbox, NoPorts("None."), clock)
    daemon.publish_to(see)
    fills.start()
    daemon.start()
    inbox.post(ChangeDrums("fill"), clock.now())
    arrived = got.wait(LONG_S)
    daemon.stop()
    fills.close()

    assert arrived
    text = "\n".join(f"{name} {row}" for name, row in zip(NAMES, rows(parse(ROCK)), strict=True))
    assert engine.snapshot().drums.cells == rows(parse(make(text, "fill", 7, 1)))
