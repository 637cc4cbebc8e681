"""The server over real sockets, in its own process, with a small daemon behind it."""

import http.client
import io
import json
import os
import signal
import socket
import time
from urllib.parse import urlsplit

import mido
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from melodyrl.core.engine.events import Panic, SetMode
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import ConfigError, PortError
from melodyrl.web.stage import Stage
from tests.web.stand_in import StandIn


@pytest.fixture(scope="module")
def daemon():
    stand_in = StandIn()
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def port(daemon):
    return urlsplit(daemon.stage.url).port


def page(port, **options):
    origin = options.pop("origin", f"http://127.0.0.1:{port}")
    return connect(f"ws://127.0.0.1:{port}/socket", origin=origin, **options)


def get(port, path, **headers):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    client.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        client.putheader(name.replace("_", "-"), value)
    client.endheaders()
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer, body


def read_until(socket, kind):
    while (message := json.loads(socket.recv(timeout=5)))["type"] != kind:
        pass
    return message


def send_and_listen(socket, text):
    socket.send(text)
    while True:
        socket.recv(timeout=5)


def test_the_page_comes_with_headers_that_keep_it_to_itself(port):
    answer, body = get(port, "/")

    assert answer.status == 200
    assert b"<title>melodyrl</title>" in body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in body
    assert b"style=" not in body
    assert b"http://" not in body
    assert b"https://" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/..%2fserver.py",
        "/page/%2e%2e/server.py",
        "/page/..%5cserver.py",
        "/page//etc/passwd",
        "/page/main.js%00",
        "/../../../../etc/passwd",
        "/page/",
        "/server.py",
    ],
)
def test_a_path_that_climbs_out_finds_nothing(port, path):
    answer, body = get(port, path)

    assert answer.status == 404
    assert b"import" not in body
    assert b"root:" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.nip.io", ""]
)
@pytest.mark.parametrize("path", ["/", "/take.mid", "/take/notes", "/page/main.js"])
def test_a_name_that_was_rebound_to_us_is_refused(port, host, path):
    answer, body = get(port, path, Host=host)

    assert answer.status in (400, 403)
    assert b"MThd" not in body
    assert b"tracks" not in body
    assert b"<title>" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/take.mid", "/take/notes"])
def test_a_page_of_another_origin_cannot_have_the_take(port, path, headers):
    answer, body = get(port, path, **headers)

    assert answer.status == 403
    assert b"MThd" not in body
    assert b"tracks" not in body


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost", None])
def test_a_socket_of_another_origin_is_refused(port, origin):
    with pytest.raises(InvalidStatus) as caught, page(port, origin=origin):
        pass

    assert caught.value.response.status_code == 403


def test_a_socket_under_another_name_is_refused(port):
    with (
        pytest.raises(InvalidStatus) as caught,
        connect(
            f"ws://evil.example:{port}/socket",
            origin=f"http://evil.example:{port}",
            sock=socket.create_connection(("127.0.0.1", port)),
        ),
    ):
        pass

    assert caught.value.response.status_code == 403


def test_localhost_is_ours_too(port):
    with connect(f"ws://localhost:{port}/socket", origin=f"http://localhost:{port}") as socket:
        assert json.loads(socket.recv(timeout=5))["type"] == "hello"


def test_a_key_reaches_the_daemon_and_the_answer_comes_back(daemon, port):
    with page(port) as socket:
        hello = json.loads(socket.recv(timeout=5))
        socket.send('{"type": "note", "on": true, "pitch": 61, "velocity": 70}')
        heard = read_until(socket, "note")
        answer = read_until(socket, "note")

    assert hello["type"] == "hello"
    assert hello["state"]["cast"][0] == {"part": "melody", "playing": "shipped", "coming": None}
    assert (heard["who"], heard["pitch"], heard["velocity"]) == ("player", 61, 70)
    assert (answer["who"], answer["pitch"], answer["on"]) == ("machine", 73, True)
    assert 0 <= answer["now_ms"] - answer["at_ms"] < 1000
    assert daemon.wait_for(NoteOn(61, 70))
    assert daemon.wait_for(NoteOff(61)), "closing the socket releases the key"


def test_malformed_and_long_messages_are_answered_and_the_music_plays_on(daemon, port):
    with page(port) as socket:
        for bad in ("{", "x" * 5000, b"\x90\x3c\x40"):
            socket.send(bad)
            assert read_until(socket, "error")["text"].endswith(".")
        socket.send('{"type": "mode", "mode": "harmony"}')
        assert daemon.wait_for(SetMode("harmony"))


def test_a_frame_that_is_far_too_long_closes_only_its_own_socket(daemon, port):
    with page(port) as good:
        with page(port) as bad:
            bad.send('{"type": "note", "on": true, "pitch": 62}')
            assert daemon.wait_for(NoteOn(62, 88))
            with pytest.raises(ConnectionClosed):
                send_and_listen(bad, "x" * 1_000_000)
        assert daemon.wait_for(NoteOff(62))
        good.send('{"type": "note", "on": true, "pitch": 63}')
        assert daemon.wait_for(NoteOn(63, 88))


def test_a_flood_is_dropped_and_told(daemon, port):
    daemon.told.clear()
    with page(port) as flooding, page(port) as other:
        started = time.monotonic()
        for _ in range(5000):
            flooding.send('{"type": "panic"}')
        text = read_until(flooding, "error")["text"]
        other.send('{"type": "note", "on": true, "pitch": 65}')
        assert daemon.wait_for(NoteOn(65, 88), 1.0)
    passed = daemon.told.count(Panic())
    lasted_s = time.monotonic() - started

    assert "400 messages a second" in text
    assert 400 <= passed <= 400 * (1 + lasted_s) + 1


def test_two_pages_see_the_same(port):
    with page(port) as first, page(port) as second:
        read_until(first, "hello")
        read_until(second, "hello")
        first.send('{"type": "knob", "name": "harmony", "value": 0.25}')
        for each in (first, second):
            while dict(read_until(each, "state")["state"]["knobs"])["harmony"] != 0.25:
                pass


def test_a_browser_that_stops_reading_delays_nobody(daemon, port):
    with page(port, max_queue=1, close_timeout=0.1), page(port) as good:
        for _ in range(300):
            for pitch in range(100):
                daemon.show("machine", pitch, 80)
            time.sleep(0.001)
        asked = time.monotonic()
        good.send('{"type": "note", "on": true, "pitch": 44, "velocity": 1}')
        assert daemon.wait_for(NoteOn(44, 1), 1.0)
        while read_until(good, "note")["velocity"] != 1:
            pass
        lasted_s = time.monotonic() - asked

    assert lasted_s < 2.0


def test_the_take_is_a_midi_file(daemon, port):
    with page(port) as socket:
        socket.send('{"type": "note", "on": true, "pitch": 71}')
        assert daemon.wait_for(NoteOn(71, 88))

    answer, body = get(port, "/take.mid")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "audio/midi"
    assert "attachment" in answer.headers["Content-Disposition"]
    notes = {
        message.note for message in mido.MidiFile(file=io.BytesIO(body)) if not message.is_meta
    }
    assert 71 in notes


def post(port, path, body, **headers):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Origin": f"http://127.0.0.1:{port}"} | headers
    try:
        client.request("POST", path, body, {n.replace("_", "-"): headers[n] for n in headers})
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def test_a_midi_file_comes_back_as_notes(daemon, port):
    with page(port) as socket:
        socket.send('{"type": "note", "on": true, "pitch": 72}')
        assert daemon.wait_for(NoteOn(72, 88))
    _, take = get(port, "/take.mid")

    status, body = post(port, "/notes", take)
    answer, told = get(port, "/take/notes")

    assert (status, answer.status) == (200, 200)
    assert json.loads(told) == {**json.loads(body), "until": None}
    assert 72 in {note[2] for track in json.loads(body)["tracks"] for note in track["notes"]}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", b"empty"),
        (b"GIF89a", b"not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\xff\xff\1\xe0", b"claims 65535 tracks"),
        (b"MThd" + bytes(1_000_000), b"larger than 256 KiB"),
    ],
)
def test_a_file_that_is_not_one_is_refused_in_a_sentence(port, body, sentence):
    status, answer = post(port, "/notes", body)

    assert status == 422
    assert sentence in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}]
)
def test_a_file_from_another_page_is_not_read(port, headers):
    status, answer = post(port, "/notes", b"MThd", **headers)

    assert status == 403
    assert b"MIDI" not in answer


def test_a_file_without_an_origin_is_not_read(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    client.request("POST", "/notes", b"MThd")
    status = client.getresponse().status
    client.close()

    assert status == 403


def test_a_file_that_never_ends_is_cut_off_and_holds_nobody_up(daemon, port):
    def endless():
        for _ in range(1000):
            yield bytes(10_000)

    started = time.monotonic()
    try:
        status, answer = post(port, "/notes", endless(), Transfer_Encoding="chunked")
        assert (status, b"larger" in answer) == (422, True)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the answer was lost as the server hung up on us, which is as good
    with page(port) as socket:
        socket.send('{"type": "note", "on": true, "pitch": 73}')
        assert daemon.wait_for(NoteOn(73, 88), 2.0)

    assert time.monotonic() - started < 5


def test_a_server_that_is_killed_comes_back_and_its_keys_are_released():
    daemon = StandIn()
    url = daemon.start()
    port = urlsplit(url).port
    try:
        with page(port) as socket:
            socket.send('{"type": "note", "on": true, "pitch": 60}')
            assert daemon.wait_for(NoteOn(60, 88))
            os.kill(daemon.stage.pid, signal.SIGKILL)
            assert daemon.wait_for(NoteOff(60))
        deadline = time.monotonic() + 5
        while True:
            try:
                with page(port) as socket:
                    hello = json.loads(socket.recv(timeout=5))
                break
            except (OSError, InvalidMessage):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert daemon.stage.url == url
        assert hello["type"] == "hello"
    finally:
        daemon.stop()


def test_a_port_that_is_taken_is_one_sentence(port):
    stage = Stage("127.0.0.1", port, lambda event: None, lambda: b"")

    with pytest.raises(PortError, match=r"cannot be served on 127\.0\.0\.1:\d+ .* --web-port\.$"):
        stage.start()

    stage.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.2", "example.org", ""])
def test_the_page_is_not_shown_to_other_machines(host):
    stage = Stage(host, 0, lambda event: None, lambda: b"")

    with pytest.raises(ConfigError, match="this machine only"):
        stage.start()
