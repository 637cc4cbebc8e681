import asyncio
import json

import pytest

from melodyrl.core.engine.events import Nanos, Panic, SetMode
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.midi.notes import Note
from melodyrl.web.hub import RATE, WAITING, Hub


def note(on: bool, pitch: int) -> str:
    return json.dumps({"type": "note", "on": on, "pitch": pitch})


def waiting(seat):
    """All that waits for a browser now."""

    async def take_all():
        messages = []
        while True:
            try:
                messages.append(await asyncio.wait_for(seat.next(), 0.01))
            except TimeoutError:
                return messages

    return asyncio.run(take_all())


@pytest.fixture
def told():
    return []


@pytest.fixture
def hub(told):
    return Hub(told.append)


def test_a_browser_that_leaves_releases_its_keys(hub, told):
    seat = hub.join()
    hub.hear(seat, note(True, 60), 0.0)
    hub.hear(seat, note(True, 64), 0.0)
    hub.hear(seat, note(False, 60), 0.0)

    hub.leave(seat)

    assert told == [NoteOn(60, 88), NoteOn(64, 88), NoteOff(60), NoteOff(64)]


def test_a_key_that_two_hold_is_released_by_the_last(hub, told):
    first, second = hub.join(), hub.join()
    hub.hear(first, note(True, 60), 0.0)
    hub.hear(second, note(True, 60), 0.0)

    hub.leave(first)
    assert NoteOff(60) not in told
    hub.hear(second, note(False, 60), 0.0)
    hub.leave(second)

    assert told.count(NoteOff(60)) == 1


def test_a_release_of_what_is_not_held_is_not_passed_on(hub, told):
    hub.hear(hub.join(), note(False, 60), 0.0)

    assert told == []


def test_panic_forgets_what_is_held(hub, told):
    first, second = hub.join(), hub.join()
    hub.hear(first, note(True, 60), 0.0)

    hub.hear(second, '{"type": "panic"}', 0.0)
    hub.leave(first)

    assert told == [NoteOn(60, 88), Panic()]


def test_a_flood_is_dropped_and_told_once_but_releases_pass(hub, told):
    seat = hub.join()
    hub.hear(seat, note(True, 60), 0.0)
    for _ in range(2000):
        hub.hear(seat, '{"type": "mode", "mode": "solo"}', 0.0)

    hub.hear(seat, note(False, 60), 0.0)

    assert told.count(SetMode("solo")) == RATE - 1
    assert told[-1] == NoteOff(60)
    errors = [message for message in waiting(seat) if message["type"] == "error"]
    assert [message["text"] for message in errors] == [
        "More than 400 messages a second: some were dropped."
    ]


def test_after_a_flood_the_allowance_comes_back(hub, told):
    seat = hub.join()
    for _ in range(2000):
        hub.hear(seat, '{"type": "panic"}', 0.0)
    told.clear()

    hub.hear(seat, '{"type": "panic"}', 0.01)

    assert told == [Panic()]


def test_a_slow_browser_is_told_that_it_lost_notes_and_holds_no_more_than_the_bound(hub):
    seat = hub.join()
    for _ in range(10 * WAITING):
        hub.deliver(("note", "machine", True, 60, 80, 0))

    messages = waiting(seat)

    assert len(messages) <= WAITING
    assert messages[0] == {"type": "lost"}


def test_malformed_messages_are_answered_and_change_nothing(hub, told):
    seat = hub.join()

    hub.hear(seat, "{", 0.0)

    assert told == []
    assert waiting(seat)[-1] == {"type": "error", "text": "A message is one JSON object."}


def test_of_what_lies_ahead_only_the_newest_waits(hub):
    assert not hub.is_watched
    seat = hub.join()
    assert hub.is_watched

    hub.deliver(("ahead", [Note(Nanos(2_000_000), 60, Nanos(3_000_000))]))
    hub.deliver(("ahead", [Note(Nanos(5_000_000), 64, Nanos(7_500_000))]))

    assert waiting(seat)[1:] == [{"type": "ahead", "notes": [[64, 5.0, 7.5]]}]
