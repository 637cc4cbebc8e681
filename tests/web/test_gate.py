"""Who comes in from the network, over real sockets at this machine's own address there."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from melodyrl.core.midi.messages import NoteOn
from melodyrl.errors import ConfigError
from melodyrl.web.backstage import Backstage
from melodyrl.web.lan import Lan
from melodyrl.web.stage import Stage

SENTENCE = (
    b"Scan the code or open the link that melodyrl shows where it runs: it is new each start.\n"
)


@pytest.fixture
def link(shared):
    return urlsplit(shared.stage.link)


@pytest.fixture
def cookie(link):
    """What the right token is exchanged for, as a browser sends it."""
    answer, _ = ask(link, f"/?{link.query}")
    return answer.headers["Set-Cookie"].partition(";")[0]


def ask(link, path, method="GET", **headers):
    """Ask from the network, unless another address is given to ask at."""
    client = http.client.HTTPConnection(headers.pop("at", link.hostname), link.port, timeout=5)
    client.request(method, path, headers={n.replace("_", "-"): headers[n] for n in headers})
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer, body


def page(link, origin=None, **headers):
    return connect(
        f"ws://{link.netloc}/socket",
        origin=origin or f"http://{link.netloc}",
        additional_headers=headers,
    )


def test_this_machine_needs_no_token(shared, link):
    answer, body = ask(link, "/", at="127.0.0.1")

    assert answer.status == 200
    assert b"<title>melodyrl</title>" in body
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    local = urlsplit(shared.stage.url)
    assert local.hostname == "127.0.0.1"
    with page(local) as socket:
        assert json.loads(socket.recv(timeout=5))["type"] == "hello"


@pytest.mark.parametrize(
    "path",
    ["/", "/page/main.js", "/take.mid", "/take/notes", "/takes", "/?token=", "/?token=wrong"],
)
def test_whoever_comes_without_the_token_is_told_where_it_is(link, path):
    answer, body = ask(link, path)

    assert (answer.status, body) == (403, SENTENCE)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "melodyrl-{port}=wrong"},
        {"Cookie": "melodyrl-{port}="},
        {"Cookie": "melodyrl={token}"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"Authorization": "Bearer {token}"},
    ],
)
def test_nothing_but_the_cookie_lets_in(link, headers):
    token = link.query.removeprefix("token=")
    filled = {n: text.format(port=link.port, token=token) for n, text in headers.items()}

    assert ask(link, "/", **filled)[0].status == 403
    with pytest.raises(InvalidStatus) as caught, page(link, **filled):
        pass
    assert caught.value.response.status_code == 403
    assert caught.value.response.body == SENTENCE


def test_the_token_counts_at_the_door_only(link, cookie):
    assert ask(link, f"/take.mid?{link.query}")[0].status == 403
    assert ask(link, f"/?{link.query}", "POST", Origin=f"http://{link.netloc}")[0].status == 403
    assert ask(link, "/?token=wrong", Cookie=cookie)[0].status == 403


@pytest.mark.parametrize("token", ["%C3%A9", "%00", "%ED%A0%80", "a&token=b", "x" * 20_000])
def test_a_strange_token_is_a_wrong_one(link, token):
    assert ask(link, f"/?token={token}")[0].status == 403


def test_the_right_token_becomes_a_cookie_and_leaves_the_address(link):
    answer, body = ask(link, f"/?{link.query}")

    assert (answer.status, answer.headers["Location"], body) == (303, "/", b"")
    pair, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert pair.startswith(f"melodyrl-{link.port}=")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_with_the_cookie_the_page_and_its_socket_work(shared, link, cookie):
    answer, body = ask(link, "/", Cookie=cookie)
    with page(link, Cookie=cookie) as socket:
        socket.send('{"type": "note", "on": true, "pitch": 61, "velocity": 70}')
        assert shared.wait_for(NoteOn(61, 70))

    assert answer.status == 200
    assert b"<title>melodyrl</title>" in body
    assert f"ws://{link.netloc};" in answer.headers["Content-Security-Policy"]
    assert "Cross-Origin-Opener-Policy" not in answer.headers  # browsers would complain of it
    assert ask(link, "/take.mid", Cookie=cookie)[1].startswith(b"MThd")


@pytest.mark.parametrize("host", ["evil.example", "{address}", "{address}:1", "0.0.0.0:{port}"])
def test_another_name_is_refused_whatever_it_brings(link, cookie, host):
    name = host.format(address=link.hostname, port=link.port)
    for path in ("/", f"/?{link.query}"):
        answer, body = ask(link, path, Host=name, Cookie=cookie)

        assert (answer.status, body) == (403, b"This page answers only to itself.\n")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:{port}"])
def test_another_origin_is_refused_whatever_it_brings(link, cookie, origin):
    origin = origin.format(port=link.port)
    assert ask(link, "/take.mid", Origin=origin, Cookie=cookie)[0].status == 403
    with pytest.raises(InvalidStatus) as caught, page(link, origin, Cookie=cookie):
        pass

    assert caught.value.response.status_code == 403


def test_no_message_tells_the_token(shared, link, cookie):
    token = link.query.removeprefix("token=")
    with page(link, Cookie=cookie) as socket:
        socket.send('{"type": "note", "on": true, "pitch": 62, "velocity": 70}')
        heard = [socket.recv(timeout=5) for _ in range(4)]

    assert {json.loads(each)["type"] for each in heard} == {"hello", "note", "state"}
    assert not any(token in each for each in heard)
    assert token not in repr(shared.state)


def test_without_lan_nobody_listens_to_the_network(daemon, shared):
    port = urlsplit(daemon.stage.url).port
    address = urlsplit(shared.stage.link).hostname

    assert daemon.stage.link is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, port), timeout=5)


def test_ipv6_is_not_shared_and_a_sentence_says_so():
    backstage = Backstage(lan=Lan("192.168.1.20", "a-secret"))
    stage = Stage("::1", 0, lambda event: None, lambda: b"", backstage)

    with pytest.raises(ConfigError, match="IPv4 only: leave out --host ::1"):
        stage.start()
