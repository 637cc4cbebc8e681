"""What a service manager is told, at a socket as systemd gives one."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from melodyrl.live.service import Service

LONG_S = 30.0
EVERY_US = "200000"


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(LONG_S)
        yield manager


def environ(manager, **more):
    return {"NOTIFY_SOCKET": manager.getsockname(), **more}


def said(manager):
    return manager.recv(100).decode()


def test_a_jam_says_that_it_plays_lives_and_stops(manager):
    run = [sys.executable, "-c", "from melodyrl.cli import main; main()", "jam"]
    flags = ["--no-browser", "--web-port", "0", "--no-keep-takes", "--policy", "rules"]
    env = os.environ | environ(manager, WATCHDOG_USEC=EVERY_US)
    with subprocess.Popen([*run, *flags], env=env, stdout=subprocess.DEVNULL) as jam:
        first = [said(manager) for _ in range(4)]
        jam.send_signal(signal.SIGTERM)
        status = jam.wait(LONG_S)
    rest = said(manager)
    while rest == "WATCHDOG=1":
        rest = said(manager)

    assert first == ["READY=1", *["WATCHDOG=1"] * 3]
    assert rest == "STOPPING=1"
    assert status == 0


def test_a_loop_that_does_not_answer_gives_no_sign_of_life(manager):
    asked = threading.Semaphore(0)

    def hangs():
        asked.release()
        raise TimeoutError

    service = Service(environ(manager, WATCHDOG_USEC=EVERY_US), hangs)
    service.start()
    for _ in range(2):
        assert asked.acquire(timeout=LONG_S)
    service.close()

    assert [said(manager), said(manager)] == ["READY=1", "STOPPING=1"]


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": EVERY_US, "WATCHDOG_PID": "1"}])
def test_nobody_is_told_of_life_who_did_not_ask_this_process(manager, more):
    service = Service(environ(manager, **more), lambda: pytest.fail("the loop was asked"))
    service.start()
    service.close()

    assert [said(manager), said(manager)] == ["READY=1", "STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"])
def test_without_a_manager_it_goes_on(address):
    service = Service({"NOTIFY_SOCKET": address}, lambda: None)
    service.start()
    service.close()
