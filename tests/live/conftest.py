"""A JACK server of the tests' own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.hearing import REAL_TIME

MACHINES = Path(__file__).parents[1] / "machines"


@pytest.fixture(scope="module")
def jack():
    """The environment in which a JACK server of our own answers."""
    for tool in ("jackd", "jack_midi_dump", "stdbuf"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (apt install jackd2 coreutils)")
    command = [MACHINES / "jack-dummy", "-p", "128", *REAL_TIME, "--", "sh", "-c"]
    with subprocess.Popen(
        [*command, "echo $JACK_DEFAULT_SERVER; exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        name = server.stdout.readline().strip()
        assert name, "the JACK server did not start"
        yield {**os.environ, "JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
        server.stdin.close()


@pytest.fixture
def here(jack, monkeypatch):
    """The same server for this process."""
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, jack[name])
