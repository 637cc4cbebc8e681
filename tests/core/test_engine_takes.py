import json

import pytest
from hypothesis import given, settings

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.recorder import Recorder, Recording
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Key, Meter
from melodyrl.errors import FileError
from tests.fakes import FakePolicy
from tests.strategies import timed

CONFIG = EngineConfig(meter=Meter(6, 8), key=Key(9, minor=True), seed=4)


@settings(max_examples=15, deadline=None)
@given(timed(most=15))
def test_a_recording_survives_its_lines(told):
    engine = Engine(CONFIG, FakePolicy())
    until_ns = Nanos((told[-1][0] if told else 0) + 1_000_000_000)
    outgoing = run_offline(engine, told, until_ns)

    recording = from_lines(list(to_lines(engine.recording())))

    assert recording == engine.recording()
    assert recording.policy_digest == "fake-1"
    assert replay(recording, FakePolicy()) == outgoing


def lines():
    engine = Engine(CONFIG, FakePolicy())
    engine.receive(NoteOn(60), Nanos(5))
    return list(to_lines(engine.recording()))


def head(**changes):
    return [json.dumps({**json.loads(lines()[0]), **changes})]


def second(**changes):
    return [lines()[0], json.dumps({**json.loads(lines()[1]), **changes})]


@pytest.mark.parametrize(
    "broken",
    [
        [],
        [""],
        ["[" * 100_000],
        ["[]"],
        ["null"],
        ["{}"],
        head(version=2),
        head(config=None),
        head(config={}),
        head(until_ns=1.5),
        second(pitch=200),
        second(pitch="60"),
        second(event="Explode"),
        second(at_ns=None),
        [lines()[0], "{"],
        [lines()[0], "7"],
    ],
)
def test_a_broken_recording_is_refused_in_one_sentence(broken):
    with pytest.raises(FileError, match=r"^Line \d is not one of a recording of ours"):
        from_lines(broken)


def test_a_config_out_of_range_is_refused():
    config = {**json.loads(lines()[0])["config"], "tempo_bpm": 1e9}

    with pytest.raises(FileError, match="tempo_bpm"):
        from_lines(head(config=config))


def test_a_take_from_before_there_was_swing_was_played_straight():
    config = json.loads(lines()[0])["config"]
    del config["knobs"]["swing"]

    assert from_lines(head(config=config)).config == CONFIG


@pytest.mark.parametrize(
    "bindings", [7, "21", [21], [[21]], [[21, "harmony", 1]], [[64, "harmony"]], [[21, None]]]
)
def test_broken_bindings_are_refused(bindings):
    config = {**json.loads(lines()[0])["config"], "bindings": bindings}

    with pytest.raises(FileError, match="Line 1 is not one of a recording of ours"):
        from_lines(head(config=config))


def test_a_recording_from_before_there_were_bindings_has_none():
    config = json.loads(lines()[0])["config"]
    del config["bindings"]

    assert from_lines(head(config=config)).config == CONFIG


def test_the_oldest_events_are_let_go_and_counted():
    recorder = Recorder(most=3)
    for at in range(5):
        recorder.keep(Nanos(at), NoteOn(60))

    assert [at for at, _ in recorder.events] == [2, 3, 4]
    assert recorder.lost == 2


def test_a_recording_without_its_beginning_is_not_replayed():
    recording = Recording(CONFIG, "fake", "fake-1", (), Nanos(0), lost=2)

    with pytest.raises(FileError, match="first 2 events"):
        replay(recording, FakePolicy())
