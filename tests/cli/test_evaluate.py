import json
from itertools import islice

import numpy as np
import pytest

from melodyrl.cli.evaluate import Evaluate
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.env import tune as tunes
from melodyrl.errors import ConfigError, FileError
from melodyrl.measure import evaluation
from tests.core.policy_files import form, tensors
from tests.measure.tunes import TINY, wandering

STAGES = evaluation.Evaluator.stages


def few(self, tells):
    """The first two stages of an evaluation."""
    yield from islice(STAGES(self, tells), 2)


@pytest.fixture(autouse=True)
def little(monkeypatch):
    monkeypatch.setattr(evaluation, "QUICK", TINY)
    monkeypatch.setattr(evaluation.Evaluator, "stages", few)


def policy_file(folder, preset=FULL):
    path = folder / "mine.safetensors"
    shape = form(preset, 8)
    checkpoint.save(
        path, tensors(shape), preset=preset, config={"future_scale": 1.0}, seed=1,
        code_version="0", figures={},
    )  # fmt: skip
    return str(path)


def run(tmp_path, **options):
    out = tmp_path / "out"
    Evaluate(policy_file(tmp_path), out=out, quick=True, **options).run()
    return out


def test_the_same_seed_writes_the_same_bytes(tmp_path, capsys):
    told = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        out = run(tmp_path / name)
        told.append({file.name: file.read_bytes() for file in out.iterdir()})

    assert told[0] == told[1]
    assert set(told[0]) == {"report.html", "evaluation.json"}
    assert json.loads(told[0]["evaluation.json"])["policy"] == "mine"
    assert "How much like people" in capsys.readouterr().out


def test_ctrl_c_keeps_what_was_measured(tmp_path, monkeypatch, capsys):
    def interrupted(self, tells):
        yield from few(self, tells)
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation.Evaluator, "stages", interrupted)

    out = run(tmp_path)

    kept = json.loads((out / "evaluation.json").read_text())
    assert [row["name"] for row in kept["rows"]] == ["random", "random chord tone"]
    assert "what was measured until then is kept" in capsys.readouterr().out


def test_a_kept_corpus_is_read_for_the_judges(tmp_path, monkeypatch):
    corpus = tmp_path / "tunes.jsonl"
    tunes.save([wandering(f"own/{n}", n, 128) for n in range(40)], corpus)

    out = run(tmp_path, corpus=corpus)

    row = json.loads((out / "evaluation.json").read_text())["rows"][0]
    assert 0.5 < row["auc"] <= 1
    assert np.isfinite(row["auc_notes"])


@pytest.mark.parametrize("content", [None, "no tunes", '{"name": "x"}'])
def test_a_corpus_that_is_none_is_one_sentence(tmp_path, content):
    corpus = tmp_path / "corpus.jsonl"
    if content is not None:
        corpus.write_text(content)

    with pytest.raises(FileError, match="cannot be read as tunes"):
        run(tmp_path, corpus=corpus)


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "out").write_text("in the way")

    with pytest.raises(FileError, match="choose another folder"):
        run(tmp_path)


def test_only_trained_policies_of_the_full_task_are_measured(tmp_path):
    with pytest.raises(ConfigError, match="not a trained policy"):
        Evaluate("greedy", quick=True).run()
    with pytest.raises(ConfigError, match="the full one"):
        Evaluate(policy_file(tmp_path, EIGHT_BAR), quick=True).run()
    with pytest.raises(ConfigError, match="negative"):
        run(tmp_path, seed=-1)
