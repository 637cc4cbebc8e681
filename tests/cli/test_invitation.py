"""What `melodyrl jam --lan` prints."""

import io
import os
import re
import subprocess
import sys

import pytest
import segno

from melodyrl.cli import main
from melodyrl.cli.invitation import invite, qr_code, share
from melodyrl.web.lan import lan_address

LINK = "http://192.168.100.100:8765/?token=abcdefghijklmnopqrstuvwxyz-_0123"


def blocks(link):
    lines = io.StringIO()
    segno.make_qr(link, error="l").terminal(lines, border=2, compact=True)
    return lines.getvalue().splitlines()


def test_the_code_is_of_that_very_link_and_fits_a_terminal():
    lines = qr_code(LINK).splitlines()

    assert lines == blocks(LINK)
    assert lines != blocks(LINK[:-1] + "4")
    assert len(lines) <= 20
    assert {len(line) for line in lines} == {37}


def test_a_terminal_without_block_letters_shows_the_link_alone(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    invite(LINK)
    out.flush()

    assert out.buffer.getvalue().decode() == f"In this network: {LINK}\n"


def test_without_a_network_one_sentence_and_nobody_is_let_in():
    said = []

    assert share(None, said.append) is None
    assert said == ["No network was found to share the page with: it stays on this computer."]


def test_each_start_has_a_token_of_its_own():
    first, second = (share("192.168.1.20", print) for _ in range(2))

    assert first.address == "192.168.1.20"
    assert first.token != second.token


def test_a_page_that_is_not_there_cannot_be_shared(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["jam", "--headless", "--lan"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "melodyrl: --lan has no page to show with --headless: give --no-lan or --no-headless.\n"
    )


def test_jam_prints_the_link_and_its_code_and_logs_neither():
    address = lan_address()
    if address is None:
        pytest.skip("needs a network: this machine has no address in one")
    flags = ["--lan", "--no-browser", "--web-port", "0", "--no-keep-takes", "--verbose"]
    with subprocess.Popen(
        [sys.executable, "-m", "melodyrl", "jam", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        lines = []
        while not lines or not lines[-1].startswith("Play."):
            lines.append(process.stdout.readline().rstrip("\n"))
            assert process.poll() is None
        process.terminate()
        rest, err = process.communicate(timeout=30)

    at = next(i for i, line in enumerate(lines) if line.startswith("In this network: "))
    link = lines[at].removeprefix("In this network: ")
    assert lines[at - 1].startswith("Page: http://127.0.0.1:")
    assert re.fullmatch(rf"http://{re.escape(address)}:\d+/\?token=[\w-]{{32}}", link)
    assert lines[at + 1 : -1] == blocks(link)
    token = link.partition("token=")[2]
    assert token not in rest + err
    assert process.returncode == 0
