"""Keys that switch modes: they do, nothing else is heard of them, and no note is left behind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.cli.company import Company
from melodyrl.cli.mode_keys import parse_mode_keys
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import MODES, Nanos, SetMode
from melodyrl.core.engine.offline import replay
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.policy.policy import RulePolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import ConfigError
from melodyrl.live.inbox import Inbox
from tests.strategies import MS
from tests.wire import balance

ZONE = parse_mode_keys("C1")
PITCHES = [pitch for pitch, _ in ZONE]
PLAYED = st.one_of(
    st.builds(NoteOn, st.sampled_from([*PITCHES, 48, 52, 55, 72]), st.integers(0, 127)),
    st.builds(NoteOff, st.sampled_from([*PITCHES, 48, 52, 55, 72])),
    st.builds(ControlChange, st.just(64), st.sampled_from([0, 127])),
)


@pytest.fixture(scope="module")
def inbox():
    return Inbox()


@pytest.fixture(scope="module")
def company(inbox):
    choices = {"melody": "rules", "chords": "greedy"}
    company = Company(choices, inbox, None, lambda sentence: None)
    company.hear([], ZONE)
    return company


def posted(inbox):
    return [item.event for item in inbox.take(0)]


def test_there_is_one_key_for_each_mode_from_the_lowest_up():
    assert parse_mode_keys("C1") == tuple(zip(range(24, 29), MODES, strict=True))
    assert parse_mode_keys(None) == ()


@pytest.mark.parametrize("text", ["H1", "C", "", "E9", "24"])
def test_a_key_that_is_none_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError) as caught:
        parse_mode_keys(text)

    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_the_highest_keys_have_room():
    assert parse_mode_keys("Eb9")[-1] == (127, "off")


@pytest.mark.parametrize(("pitch", "mode"), ZONE)
@pytest.mark.parametrize("way", ["an input", "the page"])
def test_a_key_that_goes_down_switches_and_nothing_else_is_heard_of_it(
    company, inbox, pitch, mode, way
):
    tell = company.hear([], ZONE) if way == "an input" else company.grant

    for message in (NoteOn(pitch, 90, 3), NoteOff(pitch, 3), NoteOn(pitch, 90), NoteOn(pitch, 0)):
        tell(message, Nanos(0))

    assert posted(inbox) == [SetMode(mode)] * 2


def test_the_keys_beside_them_are_music(company, inbox):
    tell = company.hear([], ZONE)

    for pitch in (23, 29):
        tell(NoteOn(pitch), Nanos(0))
        tell(NoteOff(pitch), Nanos(0))

    assert posted(inbox) == [NoteOn(23), NoteOff(23), NoteOn(29), NoteOff(29)]


def test_without_them_all_keys_are_music(company, inbox):
    company.hear([])(NoteOn(24), Nanos(0))
    company.hear([], ZONE)

    assert posted(inbox) == [NoteOn(24)]


def test_the_page_is_told_which_they_are(company):
    snapshot = Engine(EngineConfig(), RulePolicy(FULL)).snapshot()

    assert company.billed(snapshot).mode_keys == ZONE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), PLAYED), max_size=40))
def test_whatever_is_played_no_note_hangs_and_the_last_key_holds(company, inbox, played):
    tell = company.hear([], ZONE)
    engine, outgoing, at_ns, mode = Engine(EngineConfig(), RulePolicy(FULL)), [], 0, "solo"

    for wait_ms, message in played:
        at_ns += wait_ms * MS
        tell(message, Nanos(at_ns))
        for event in posted(inbox):
            engine.receive(event, Nanos(at_ns))
        outgoing += engine.due(Nanos(at_ns))
        if isinstance(message, NoteOn) and message.velocity:
            mode = dict(ZONE).get(message.pitch, mode)
        assert not set(engine.snapshot().held) & set(PITCHES)
        assert engine.snapshot().mode == mode

    recording = engine.recording()
    assert replay(recording, RulePolicy(FULL)) == outgoing
    ons, offs = balance([*outgoing, *engine.close(Nanos(at_ns))])
    assert ons == offs
