import subprocess
import sys
from pathlib import Path

from tests.core.policy_files import packed

SCRIPT = """
import sys
for name in ("torch", "gymnasium"):
    sys.modules[name] = None
import numpy as np
from melodyrl.core.policy import actions, checkpoint, judge, legal, observe, policy, presets, state
from melodyrl.core.policy.question import Question

trained = checkpoint.load(sys.argv[1])
preset = trained.preset
melody, context = state.Melody.start(1), state.Context.silent(1)
context.scale[:, preset.actions.offsets] = True
target, w = np.ones(1, np.float32), np.full(len(preset.terms), 0.25, np.float32)
for step in range(32):
    question = Question(
        observe.observe(melody, context, target, preset)[0],
        judge.judge(melody, context, target, preset)[0],
        legal.legal(melody, context, preset.actions)[0],
        w, 0.1,
    )
    decision = trained.decide(question, np.random.default_rng(step))
    state.advance(melody, context, preset.actions, np.array([decision.action]))
print("played", int((melody.recent[0] != state.NONE).sum()))
"""


def test_a_policy_plays_where_torch_is_not_installed(tmp_path: Path) -> None:
    path = tmp_path / "policy.safetensors"
    path.write_bytes(packed())

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, timeout=60
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["played", "8"]
