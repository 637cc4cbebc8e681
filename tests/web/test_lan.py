import pytest

from melodyrl.web.lan import Lan, lan_address, new_token


class Way:
    """A UDP socket that leads out of an address, or nowhere."""

    def __init__(self, address):
        self.address = address
        self.is_closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_closed = True

    def connect(self, _):
        if self.address is None:
            raise OSError(101, "Network is unreachable")

    def getsockname(self):
        return self.address, 40000


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("127.0.0.1", None),
        ("0.0.0.0", None),
        (None, None),
    ],
)
def test_the_address_is_the_one_that_the_way_out_begins_at(address, found):
    way = Way(address)

    assert lan_address(lambda: way) == found
    assert way.is_closed


def test_a_machine_without_sockets_has_no_address():
    def refuse():
        raise OSError("no sockets here")

    assert lan_address(refuse) is None


def test_every_token_is_its_own_and_fits_a_link():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) * 6 >= 128 for token in tokens)
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_the_link_brings_the_token_and_nothing_else_shows_it():
    lan = Lan("192.168.1.20", "a-secret")

    assert lan.link(8765) == "http://192.168.1.20:8765/?token=a-secret"
    assert "a-secret" not in repr(lan)
