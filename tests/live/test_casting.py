"""Policies are opened, checked and rehearsed on a thread of their own; a bad one is refused."""

import threading
from dataclasses import replace

import pytest

from melodyrl.cli.policy_list import PolicyList, shipped_file
from melodyrl.core.engine.cast import digest_of
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetPolicy
from melodyrl.core.policy.checkpoint import load
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.errors import CheckpointError, ConfigError, FileError
from melodyrl.live.casting import Casting
from melodyrl.live.file_watch import FileWatch
from melodyrl.live.inbox import Call, Inbox
from melodyrl.live.rehearsal import rehearse
from tests.core.policy_files import policy_bytes
from tests.fakes import BrokenPolicy, EightBarPolicy, FakePolicy

LONG_S = 5.0


class Stand:
    """A casting, and the engine and the inbox that it tells; what it says is kept."""

    def __init__(self, folder, choice="mine", look_s=0.01):
        self.library = PolicyList(folder, folder / "runs")
        self.inbox = Inbox()
        self.said, self.kept, self.wake = [], [], threading.Condition()
        first = self.library.open(choice)
        chords = GreedyPolicy(CHORDS)
        self.engine = Engine(EngineConfig(), first, chord_policy=chords)
        self.casting = Casting(
            self.library,
            self.inbox,
            {"melody": (choice, first), "chords": ("greedy-chords", chords)},
            keep=self.kept.append,
            say=self.say,
            look_s=look_s,
        )
        self.casting.start()

    def say(self, sentence):
        with self.wake:
            self.said.append(sentence)
            self.wake.notify_all()

    def wait_for(self, words):
        with self.wake:
            assert self.wake.wait_for(lambda: any(words in each for each in self.said), LONG_S), (
                words,
                self.said,
            )

    def pump(self):
        """What the loop does with what has arrived; the policies that were chosen."""
        chosen = []
        for item in self.inbox.take(0):
            if isinstance(item, Call):
                item.run(self.engine)
            else:
                self.engine.receive(item.event, Nanos(0))
                chosen.append(item.event)
        return chosen

    @property
    def billed(self):
        return self.casting.billed(self.engine.snapshot())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(policy_bytes(seed=1))
    (tmp_path / "other.safetensors").write_bytes(policy_bytes(seed=2))
    (tmp_path / "small.safetensors").write_bytes(policy_bytes(EIGHT_BAR, seed=3))
    (tmp_path / "broken.safetensors").write_bytes(policy_bytes(seed=4)[:5000])
    return tmp_path


@pytest.fixture
def stand(folder):
    stand = Stand(folder)
    yield stand
    stand.casting.close()


def test_a_policy_that_is_chosen_is_kept_and_told_to_the_engine(stand, folder):
    stand.casting.choose("other")
    stand.wait_for("From the next bar on the melody is played by other.")
    digest = load(folder / "other.safetensors").digest

    assert stand.pump() == [SetPolicy("melody", digest)]
    assert dict(stand.engine.snapshot().policies)["melody"] == digest
    assert [each.digest for each in stand.kept] == [digest]
    assert [(role.part, role.playing, role.coming) for role in stand.billed.cast] == [
        ("melody", "other", None),
        ("chords", "greedy-chords", None),
    ]


def test_a_snapshot_names_who_is_to_come(stand):
    stand.casting.choose("other")
    stand.wait_for("by other")
    snapshot = stand.engine.snapshot()
    (chosen,) = stand.pump()

    picture = replace(snapshot, coming=((chosen.part, chosen.digest),))

    melody, _ = stand.casting.billed(picture).cast
    assert (melody.playing, melody.coming) == ("mine", "other")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("broken", "broken.safetensors is damaged"),
        ("small", "'small' is made for the preset 'eight-bar'"),
        ("nobody", "There is no policy named 'nobody'; `melodyrl policies` lists what there is"),
        ("../mine", "There is no policy named '../mine'"),
        ("\x1b[31m" + "x" * 90, "There is no policy named '\\x1b[31mxxx"),
    ],
)
def test_a_bad_choice_is_one_sentence_and_the_old_one_plays_on(stand, name, words):
    before = stand.billed.cast
    stand.casting.choose(name)
    stand.wait_for("; the old one plays on.")

    assert words in stand.said[0]
    assert "\n" not in stand.said[0]
    assert stand.pump() == []
    assert stand.billed.cast == before
    assert stand.billed.refused == stand.said[0]


def test_what_was_refused_is_past_with_the_next_choice(stand):
    stand.casting.choose("broken")
    stand.wait_for("the old one plays on")
    stand.casting.choose("other")
    stand.wait_for("by other")

    assert stand.billed.refused == ""


def test_a_file_that_changes_while_it_plays_is_taken_over(stand, folder):
    data = policy_bytes(seed=5)
    (folder / "mine.safetensors").write_bytes(data)
    stand.wait_for("From the next bar on the melody is played by mine.")

    assert stand.pump() == [SetPolicy("melody", load(data).digest)]
    assert stand.said == ["From the next bar on the melody is played by mine."]


def test_a_file_that_is_chosen_is_looked_at_from_then_on_and_the_one_before_no_more(stand, folder):
    stand.casting.choose("other")
    stand.wait_for("by other")
    (folder / "mine.safetensors").write_bytes(policy_bytes(seed=6))
    data = policy_bytes(seed=7)
    (folder / "other.safetensors").write_bytes(data)
    with stand.wake:
        assert stand.wake.wait_for(lambda: len(stand.said) == 2, LONG_S)

    assert stand.pump()[-1] == SetPolicy("melody", load(data).digest)
    assert all("by other" in each for each in stand.said)


def test_a_file_that_changes_into_nonsense_is_refused_and_a_good_one_after_it_is_not(stand, folder):
    path = folder / "mine.safetensors"
    path.write_bytes(b"nonsense, and no policy")
    stand.wait_for("mine.safetensors is not a safetensors file")
    assert stand.pump() == []

    path.write_bytes(policy_bytes(seed=8))
    stand.wait_for("by mine")
    assert len(stand.pump()) == 1
    assert stand.said[0].endswith("; the old one plays on.")
    assert len(stand.said) == 2


def test_a_file_that_changes_into_a_policy_for_another_part_is_refused(stand, folder):
    chords = shipped_file("shipped-chords").read_bytes()
    (folder / "mine.safetensors").write_bytes(chords)
    stand.wait_for("which does not play the melody")


def test_a_fault_of_the_disk_beside_the_takes_does_not_keep_a_policy_from_playing(folder):
    stand = Stand(folder)

    def full(policy):
        raise FileError("The disk is full.")

    stand.casting._keep = full
    stand.casting.choose("other")
    stand.wait_for("by other")
    stand.casting.close()

    assert stand.said[0] == "The disk is full."
    assert len(stand.pump()) == 1


def test_more_choices_than_a_hand_makes_are_dropped_and_none_waits(folder):
    stand = Stand(folder)
    for _ in range(1000):
        stand.casting.choose("nobody")
    stand.casting.close()

    assert len(stand.said) <= 30


def test_a_file_that_is_still_written_is_waited_for(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    watch = FileWatch(path, is_taken=True)

    assert not watch.has_changed()
    path.write_bytes(b"half")
    assert not watch.has_changed()
    path.write_bytes(b"half and whole")
    assert not watch.has_changed()
    assert watch.has_changed()
    watch.take()
    assert not watch.has_changed()


def test_a_file_is_tried_three_times_and_again_once_it_has_changed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    watch = FileWatch(path, is_taken=False)
    watch.has_changed()

    assert [watch.has_changed() and watch.fail() for _ in range(3)] == [False, False, True]
    assert not watch.has_changed()
    path.write_bytes(b"another")
    watch.has_changed()
    assert watch.has_changed()
    assert not watch.fail()


def test_a_file_that_is_gone_has_not_changed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    watch = FileWatch(path, is_taken=True)
    path.unlink()

    assert [watch.has_changed() for _ in range(3)] == [False] * 3


def test_a_rehearsal_finds_a_policy_that_fails_and_one_for_another_task():
    rehearse(FakePolicy(), pause=lambda: None)
    rehearse(GreedyPolicy(CHORDS), pause=lambda: None)
    with pytest.raises(CheckpointError, match="The policy broken fails to decide what to play"):
        rehearse(BrokenPolicy(), pause=lambda: None)
    with pytest.raises(ConfigError, match="playing live needs one for"):
        rehearse(EightBarPolicy(EIGHT_BAR), pause=lambda: None)


def test_between_two_decisions_of_a_rehearsal_others_get_a_turn():
    turns = []
    rehearse(FakePolicy(), pause=lambda: turns.append(1))

    assert len(turns) >= 16


def test_a_digest_tells_files_apart_and_not_their_names(folder):
    (folder / "copy.safetensors").write_bytes((folder / "mine.safetensors").read_bytes())
    mine, copy, other = (load(folder / f"{name}.safetensors") for name in ("mine", "copy", "other"))

    assert digest_of(mine) == digest_of(copy) != digest_of(other)
