"""What holds for the whole house."""

import subprocess
import sys

import pytest

NO_TORCH = """
import importlib.abc
import sys

class NoTorch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoTorch())
"""


@pytest.mark.parametrize("module", ["melodyrl", "melodyrl.errors"])
def test_import_costs_nothing(module):
    """Importing the package loads neither numpy nor torch."""
    code = f"import sys, {module}; print('numpy' in sys.modules, 'torch' in sys.modules)"

    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert seen.stdout.split() == ["False", "False"]


def test_the_live_path_runs_without_torch(tmp_path):
    """With torch blocked, a chart becomes a tune."""
    out = tmp_path / "tune.mid"
    arguments = ["compose", "Am F C G", "--bars", "4", "--seed", "1", "-o", str(out)]
    code = NO_TORCH + f"from melodyrl.cli import main\nmain({arguments!r})"

    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)

    assert out.read_bytes().startswith(b"MThd")
