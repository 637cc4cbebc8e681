import threading
from dataclasses import replace

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Learn
from melodyrl.core.midi.messages import ControlChange
from melodyrl.errors import FileError
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.daemon import Daemon
from melodyrl.live.inbox import Inbox
from melodyrl.live.keeper import Keeper
from melodyrl.live.ports import NoPorts
from tests.fakes import FakePolicy

SNAPSHOT = Engine(EngineConfig(), FakePolicy()).snapshot()


def snapshot(*bindings):
    return replace(SNAPSHOT, bindings=bindings)


def test_only_what_changes_is_written():
    written = []
    keeper = Keeper(((21, "harmony"),), written.append)
    keeper.start()
    for item in (("note", "player"), snapshot((21, "harmony")), snapshot((21, "harmony"))):
        keeper.see(item)
    keeper.close()

    assert written == []


def test_the_last_bindings_are_written_before_it_ends():
    written = []
    keeper = Keeper((), written.append)
    keeper.start()
    keeper.see(snapshot((21, "harmony")))
    keeper.see(snapshot((22, "harmony")))
    keeper.close()

    assert written[-1] == ((22, "harmony"),)


def test_a_disk_that_hangs_holds_up_nobody():
    is_writing, may_go_on, written = threading.Event(), threading.Event(), []

    def write(bindings):
        is_writing.set()
        may_go_on.wait()
        written.append(bindings)

    keeper = Keeper((), write)
    keeper.start()
    keeper.see(snapshot((1, "harmony")))
    is_writing.wait()
    for controller in range(2, 30):
        keeper.see(snapshot((controller, "harmony")))
    may_go_on.set()
    keeper.close()

    assert written == [((1, "harmony"),), ((29, "harmony"),)]


def test_a_control_that_the_daemon_learns_is_written_while_it_plays():
    inbox, clock, written, is_written = Inbox(), MonotonicClock(), [], threading.Event()

    def write(bindings):
        written.append(bindings)
        is_written.set()

    keeper = Keeper((), write)
    daemon = Daemon(Engine(EngineConfig(), FakePolicy()), inbox, NoPorts("None."), clock)
    daemon.publish_to(keeper.see)
    keeper.start()
    daemon.start()
    for event in (Learn("density"), ControlChange(64, 127), ControlChange(74, 127)):
        inbox.post(event, clock.now())
    is_written.wait(5)
    daemon.stop()
    keeper.close()

    assert written == [((74, "density"),)]


def test_a_disk_that_is_full_is_logged_and_the_next_change_is_tried(caplog):
    tried = []

    def write(bindings):
        tried.append(bindings)
        raise FileError("full")

    keeper = Keeper((), write)
    keeper.start()
    keeper.see(snapshot((1, "harmony")))
    keeper.close()

    assert tried == [((1, "harmony"),)]
    assert 'controls not kept error="full"' in caplog.text
