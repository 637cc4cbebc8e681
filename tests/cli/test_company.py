"""Program changes choose a policy or a mode, whether a MIDI input hears them or the page does."""

import pytest

from melodyrl.cli.company import Company
from melodyrl.core.engine.cast import digest_of
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetMode, SetPolicy
from melodyrl.core.midi.messages import NoteOn, ProgramChange
from melodyrl.live.inbox import Call, Inbox

LONG_NS = 5_000_000_000


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def company(inbox):
    company = Company({"melody": "greedy", "chords": "greedy"}, inbox, None, lambda sentence: None)
    company.casting.start()
    yield company
    company.casting.close()


def told(inbox, engine):
    """The first event that is told; whoever is to be admitted before it is."""
    while True:
        for item in inbox.take(LONG_NS):
            if not isinstance(item, Call):
                return item.event
            item.run(engine)


@pytest.mark.parametrize("way", ["an input", "the page"])
def test_a_program_that_was_given_a_policy_chooses_it(company, inbox, way):
    hear = company.hear(["2=rules"])
    engine = Engine(EngineConfig(), company.begin["melody"])

    for change in (ProgramChange(0), ProgramChange(1)):
        (hear if way == "an input" else company.grant)(change, Nanos(0))

    event = told(inbox, engine)
    assert isinstance(event, SetPolicy)
    assert event.part == "melody"
    assert event.digest != digest_of(company.begin["melody"])


def test_a_program_that_was_given_a_mode_switches_to_it(company, inbox):
    company.hear(["128=mode-chords"])(ProgramChange(127), Nanos(0))

    assert [item.event for item in inbox.take(0)] == [SetMode("chords")]


def test_all_else_goes_to_the_engine(company, inbox):
    company.hear([])(NoteOn(60), Nanos(0))

    assert [item.event for item in inbox.take(0)] == [NoteOn(60)]
