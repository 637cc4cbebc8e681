"""Thinking ahead takes time off a decision, and changes nothing else."""

from collections import deque
from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetKnob
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.network import Network
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.core.policy.presets import FULL
from tests.core.policy_files import form, tensors
from tests.fakes import FakePolicy
from tests.strategies import MS, timed

PARTS = 5
"""Features, judgement, leaning, what is legal, and the choice."""

NEAR = 15
"""Pitches that are thought about one by one: a fifth around the last note."""

SIXTEENTH = 125 * MS
MODES = pytest.mark.parametrize("mode", ["solo", "harmony", "answer"])


class Watched(NetworkPolicy):
    """A network that remembers every array that it was shown, but for rehearsals."""

    def __init__(self):
        self.shown = []
        self.rng = np.random.default_rng(0)
        super().__init__(Network(tensors(form(FULL)), form(FULL)), FULL)

    def decide(self, question, rng):
        shown = question.features, question.judgement, question.mask, question.w, question.habit
        self.shown += [[each.copy() for each in shown]] if rng is self.rng else []
        return super().decide(question, rng)


def a_tune():
    """A line in every other bar, over chords that change; a knob is turned in one of them."""
    rng, at_ns = np.random.default_rng(3), 1_000 * MS
    for bar in range(16):
        chord = [(48, 52, 55), (45, 48, 52), (41, 45, 48), (43, 47, 50)][bar % 4]
        yield from ((at_ns, NoteOn(pitch)) for pitch in chord)
        for beat in range(4) if bar % 2 == 0 else ():
            begins_ns = at_ns + (4 * beat * 125 + int(rng.integers(1, 40))) * MS
            pitch = int(rng.choice([60, 62, 64, 65, 67, 69, 71, 74]))
            yield begins_ns, NoteOn(pitch)
            if (bar, beat) == (6, 2):
                yield begins_ns + 40 * MS, SetKnob("rhythm", 0.9)
            yield begins_ns + 300 * MS, NoteOff(pitch)
        at_ns += 16 * SIXTEENTH
        yield from ((at_ns - MS, NoteOff(pitch)) for pitch in chord)


def exhaust(thoughts):
    deque(thoughts, maxlen=0)


def play(engine, told, *, thinks):
    """What is sent when the engine is woken on time, and where it thinks in between."""
    sent = []
    for at_ns, event in told:
        while (wake_ns := engine.next_wake()) is not None and wake_ns < at_ns:
            sent += engine.due(wake_ns)
            exhaust(engine.thoughts() if thinks else ())
        engine.receive(event, Nanos(at_ns))
        sent += engine.due(Nanos(at_ns))
        exhaust(engine.thoughts() if thinks else ())
    return sent


@MODES
def test_a_tune_is_answered_alike_by_what_was_seen_alike(mode):
    policies = Watched(), Watched()
    config = EngineConfig(key=Key(0), mode=mode, split=57)
    engines = [Engine(config, each, each.rng) for each in policies]

    plain, ahead = (
        play(engine, a_tune(), thinks=thinks)
        for engine, thinks in zip(engines, (False, True), strict=True)
    )

    assert ahead == plain
    assert len(policies[0].shown) > 10
    for mine, its in zip(policies[0].shown, policies[1].shown, strict=True):
        for one, other in zip(mine, its, strict=True):
            assert one.tobytes() == other.tobytes()
    assert engines[0].snapshot() == engines[1].snapshot()


def test_a_manner_that_is_drawn_anew_in_the_same_feel_is_taken_up():
    def shown(*, thinks):
        policy = Watched()
        config = EngineConfig(key=Key(0), mode="solo", feel="ballad")
        engine = Engine(config, policy, policy.rng)
        engine.receive(NoteOn(48), Nanos(0))
        play(engine, [(96 * 16 * SIXTEENTH, NoteOff(48))], thinks=thinks)
        return [habit.tobytes() for *_, habit in policy.shown]

    plain = shown(thinks=False)

    assert len(plain) > 1000
    assert shown(thinks=True) == plain


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timed(most=25), st.sampled_from(["solo", "harmony", "answer"]), st.randoms())
def test_whatever_happens_a_thought_now_and_then_changes_nothing(told, mode, chance):
    plain, ahead = (Engine(EngineConfig(mode=mode, seed=5), FakePolicy()) for _ in range(2))
    sent = [], []
    for at_ns, event in told:
        for engine, out in zip((plain, ahead), sent, strict=True):
            engine.receive(event, Nanos(at_ns))
            out += engine.due(Nanos(at_ns))
        if chance.random() < 0.7:
            exhaust(islice(ahead.thoughts(), chance.randrange(40)))

    assert sent[1] == sent[0]
    assert ahead.recording() == plain.recording()
    assert ahead.snapshot() == plain.snapshot()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timed(most=25), st.sampled_from([None, 57]), st.booleans(), st.randoms())
def test_whatever_happens_what_is_foretold_is_what_is_sent_first(told, split, drums, chance):
    config = EngineConfig(mode="harmony", split=split, drums=drums, clock_out=not drums, seed=5)
    engine = Engine(config, FakePolicy())
    for at_ns, event in told:
        while (wake_ns := engine.next_wake()) is not None and wake_ns < at_ns:
            engine.due(wake_ns)
            exhaust(islice(engine.thoughts(), chance.randrange(400)))
        foretold = engine.foretell(event, Nanos(at_ns))
        engine.receive(event, Nanos(at_ns))
        said = engine.due(Nanos(at_ns))
        if foretold is not None:
            assert said[0] == foretold


@pytest.mark.parametrize("split", [None, 57])
def test_most_answers_to_a_tune_are_foretold_and_then_given(split):
    engine = Engine(EngineConfig(key=Key(0), mode="harmony", split=split), FakePolicy())
    foretold, given = [], []
    for at_ns, event in a_tune():
        play(engine, [(at_ns, SetKnob("swing", 0.1))], thinks=True)
        ahead = engine.foretell(event, Nanos(at_ns))
        engine.receive(event, Nanos(at_ns))
        said = engine.due(Nanos(at_ns))
        if isinstance(event, NoteOn) and event.pitch > 57:
            foretold.append(ahead)
            given += [each for each in said if isinstance(each.message, NoteOn)][-1:]
        elif split is not None:
            assert ahead is None

    assert len(given) == len(foretold) == 32
    assert foretold.count(None) < 16, "a chord is struck with eight of them, and some leap"
    assert all(ahead in (None, said) for ahead, said in zip(foretold, given, strict=True))


def test_nothing_is_foretold_once_anything_was_told_or_decided():
    engine = Engine(EngineConfig(key=Key(0), mode="harmony"), FakePolicy())
    engine.receive(NoteOn(64), Nanos(0))
    engine.due(Nanos(150 * MS))
    assert engine.foretell(NoteOn(66), Nanos(160 * MS)) is None, "nobody thought"
    exhaust(engine.thoughts())

    first = engine.foretell(NoteOn(66), Nanos(160 * MS))

    assert first is not None
    assert engine.foretell(NoteOn(66), Nanos(160 * MS)) == first
    for other in (NoteOn(66, 0), NoteOn(66, 128), NoteOn(90), NoteOff(66), SetKnob("swing", 0.2)):
        assert engine.foretell(other, Nanos(160 * MS)) is None
    assert engine.foretell(NoteOn(66), Nanos(400 * MS)) is None, "a step is decided before that"
    engine.receive(NoteOff(64), Nanos(170 * MS))
    exhaust(engine.thoughts())
    assert engine.foretell(NoteOn(66), Nanos(180 * MS)) is None, "a note-off of ours is due"
    engine.due(Nanos(170 * MS))
    exhaust(engine.thoughts())
    assert engine.foretell(NoteOn(66), Nanos(180 * MS)) is not None
    engine.due(Nanos(280 * MS))
    assert engine.foretell(NoteOn(66), Nanos(281 * MS)) is None


def test_a_thought_that_outlives_its_moment_does_no_harm():
    plain, ahead = (
        Engine(EngineConfig(key=Key(0), mode="harmony", split=57), FakePolicy()) for _ in range(2)
    )
    thoughts, sent = [], ([], [])
    for at_ns, event in a_tune():
        thoughts.append(ahead.thoughts())
        for engine, out in zip((plain, ahead), sent, strict=True):
            engine.receive(event, Nanos(at_ns))
            out += engine.due(Nanos(at_ns))
        for each in thoughts[-5:]:
            next(each, None)

    assert sent[1] == sent[0]


def test_a_leap_by_an_octave_finds_all_worked_out(monkeypatch):
    engine = Engine(EngineConfig(key=Key(0), mode="harmony", split=57), FakePolicy())
    engine.receive(NoteOn(64), Nanos(0))
    exhaust(engine.thoughts())
    for name in ("observe", "judge", "lean", "legal"):
        monkeypatch.delattr(f"melodyrl.core.engine.view.{name}")

    engine.receive(NoteOn(81), Nanos(100 * MS))

    answer = engine.due(Nanos(100 * MS))[-1].message
    assert isinstance(answer, NoteOn)
    assert 69 <= answer.pitch < 81


def test_there_is_an_end_to_thinking_until_something_was_played():
    engine = Engine(EngineConfig(key=Key(0), mode="harmony", split=57), FakePolicy())
    assert list(engine.thoughts()) == []
    for pitch in (48, 52, 55, 72):
        engine.receive(NoteOn(pitch), Nanos(0))

    counts = [len(list(engine.thoughts())) for _ in range(2)]
    engine.receive(NoteOn(71), Nanos(100 * MS))

    assert counts == [2 * (3 * PARTS + NEAR - 1) + 1, 0], "two steps, three octaves, a rehearsal"
    assert len(list(engine.thoughts())) == counts[0]


def test_a_note_nearby_finds_its_chord_heard_and_all_but_the_draw_done(monkeypatch):
    policy = Watched()
    engine = Engine(EngineConfig(key=Key(0), mode="harmony"), policy)
    engine.receive(NoteOn(64), Nanos(0))
    engine.receive(NoteOff(64), Nanos(90 * MS))
    engine.due(Nanos(100 * MS))
    exhaust(engine.thoughts())
    for name in ("observe", "judge", "lean", "legal", "settle", "judge_harmony"):
        monkeypatch.delattr(f"melodyrl.core.engine.view.{name}")
    monkeypatch.delattr("melodyrl.core.policy.policy.weigh")

    engine.receive(NoteOn(71), Nanos(110 * MS))

    assert isinstance(engine.due(Nanos(110 * MS))[-1].message, NoteOn)
    assert engine.snapshot().failures == 0
    assert engine.snapshot().chord == "Em"


def test_an_engine_that_is_thinking_can_be_forked():
    engine = Engine(EngineConfig(key=Key(0), mode="harmony"), FakePolicy())
    engine.receive(NoteOn(64), Nanos(0))
    next(engine.thoughts())

    fork = engine.fork()

    assert len(list(fork.thoughts())) == len(list(engine.thoughts()))
