"""A take plays again through every policy that entered, whatever has become of their files."""

import json

import pytest

from melodyrl.cli import main
from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetPolicy
from melodyrl.core.engine.session import LAST_LINE, Sent, first_line, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.policy.checkpoint import load
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import FileError
from tests.core.policy_files import policy_bytes

STEP = 125_000_000


def policy(seed):
    return load(policy_bytes(seed=seed))


FIRST, SECOND = policy(1), policy(2)


@pytest.fixture
def folder(tmp_path):
    """A take in which another policy enters at the second bar, and back at the third."""
    engine = Engine(EngineConfig(), FIRST, chord_policy=GreedyPolicy(CHORDS))
    kept = KeptPolicies(tmp_path)
    lines = [first_line(engine.recording(), "/gone/first.safetensors", "2026-01-31 20:15")]
    told = [(0, NoteOn(pitch)) for pitch in (57, 60, 64)]
    told += [(5, SetPolicy("melody", SECOND.digest)), (20, SetPolicy("melody", FIRST.digest))]
    for at, event in [*told, (48, NoteOn(65))]:
        if isinstance(event, SetPolicy):
            engine.admit({each.digest: each for each in (FIRST, SECOND)}[event.digest])
        at_ns = Nanos(at * STEP)
        engine.receive(event, at_ns)
        lines.append(event_line((engine.told_ns, event)))
        lines += [sent_line(Sent(at_ns, each.due_ns, each.message)) for each in engine.due(at_ns)]
    kept.keep(FIRST)
    kept.keep(SECOND)
    (tmp_path / "2026-01-31 20-15-00.take").write_text("\n".join([*lines, LAST_LINE]) + "\n")
    return tmp_path


def replayed(capsys, folder, *arguments):
    main(["takes", "1", "--folder", str(folder), "--replay", *arguments])
    return capsys.readouterr().out


def refused(capsys, folder, *arguments):
    with pytest.raises(SystemExit) as ended:
        replayed(capsys, folder, *arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_it_plays_again_byte_for_byte_from_the_files_beside_it(folder, capsys):
    assert "byte for byte those that were sent" in replayed(capsys, folder)
    assert "byte for byte" in replayed(capsys, folder)


def test_without_the_one_that_entered_it_says_which_is_missing(folder, capsys):
    KeptPolicies(folder).path(SECOND.digest).unlink()

    said = refused(capsys, folder)

    assert f"The policy of the take's melody ({SECOND.digest[:12]}) is neither kept in" in said
    assert f"put its file there as {SECOND.digest}.safetensors" in said
    assert said.count("\n") == 1


def test_a_kept_file_that_was_changed_is_not_taken_for_it(folder, capsys):
    KeptPolicies(folder).path(SECOND.digest).write_bytes(policy(3).data)

    assert "is neither kept in" in refused(capsys, folder)


def test_the_first_one_may_be_named_by_its_file(folder, tmp_path, capsys):
    KeptPolicies(folder).path(FIRST.digest).rename(tmp_path / "moved.safetensors")

    assert "by --policy" in refused(capsys, folder)
    # it entered again later, so its file is wanted beside the take as well
    (tmp_path / "moved.safetensors").rename(KeptPolicies(folder).path(FIRST.digest))
    assert "byte for byte" in replayed(capsys, folder)


def test_another_chord_policy_than_the_takes_is_refused(folder, capsys):
    said = refused(capsys, folder, "--chord-policy", "shipped")

    assert "The take's chords were chosen by another policy" in said


def test_a_swap_that_was_cut_out_of_the_file_is_found_out(folder, capsys):
    (path,) = folder.glob("*.take")
    lines = [line for line in path.read_text().splitlines() if "SetPolicy" not in line]
    path.write_text("\n".join(lines) + "\n")

    assert "is not the one that was sent" in refused(capsys, folder)


def test_a_take_from_before_files_were_hashed_is_played_by_the_name_of_its_policy(folder, capsys):
    """What it sent is compared all the same."""
    (path,) = folder.glob("*.take")
    lines = path.read_text().splitlines()
    head = json.loads(lines[0])
    head |= {"policy_digest": "melody", "policy": "shipped"}
    del head["chord_policy_digest"]
    path.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n")

    assert "is not the one that was sent" in refused(capsys, folder)


def test_each_policy_is_kept_once_and_one_without_a_file_not_at_all(tmp_path):
    kept = KeptPolicies(tmp_path)
    for each in (FIRST, FIRST, GreedyPolicy(FULL)):
        kept.keep(each)

    assert [path.name for path in (tmp_path / "policies").iterdir()] == [
        f"{FIRST.digest}.safetensors"
    ]
    assert kept.find(FIRST.digest).digest == FIRST.digest
    assert kept.find("unknown") is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "policies").write_text("")

    with pytest.raises(FileError, match="so the take can be played again only while"):
        KeptPolicies(tmp_path).keep(FIRST)
