import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save as write_tensors

from melodyrl.core.canvas import Size
from melodyrl.core.canvas.file import card, load, save
from melodyrl.core.canvas.network import Form
from melodyrl.errors import CheckpointError

FORM = Form(Size(6, 5, 3), planes=9, terms=2, hidden=4)
ABOUT = card("canvas", ("one", "two"), FORM, {"seed": 1}, "0", {"reward": 0.5})


def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        name: rng.standard_normal(shape).astype(np.float32) for name, shape in FORM.shapes().items()
    }


def read(path, **other):
    return load(path, **{"subject": "canvas", "terms": ("one", "two"), "planes": 9, **other})


def moment(size: Size) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(2)
    return (
        rng.random((2, 9, size.height, size.width)).astype(np.float32),
        rng.random((2, 2)).astype(np.float32),
        rng.random((2, size.actions, 2)).astype(np.float32),
        rng.random((2, size.actions)) < 0.8,
    )


def test_what_was_saved_is_read_back_with_its_card(tmp_path):
    save(tmp_path / "one", tensors(), ABOUT)
    save(tmp_path / "two", tensors(), ABOUT)

    network, about = read(tmp_path / "one")

    assert about == ABOUT
    assert network.form == FORM
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert network.many(*moment(FORM.size)).shape == (2, FORM.size.actions, 2)


def test_a_painter_works_on_a_canvas_of_another_size(tmp_path):
    save(tmp_path / "file", tensors(), ABOUT)
    wide = Size(9, 4, 3)

    network, _ = read(tmp_path / "file", size=wide)

    assert network.many(*moment(wide)).shape == (2, wide.actions, 2)


@pytest.mark.parametrize(
    "other",
    [{"subject": "drums"}, {"terms": ("one",)}, {"planes": 8}, {"size": Size(6, 5, 4)}],
    ids=str,
)
def test_a_file_for_something_else_is_refused(tmp_path, other):
    save(tmp_path / "file", tensors(), ABOUT)

    with pytest.raises(CheckpointError, match=r"trained for|colours"):
        read(tmp_path / "file", **other)


def broken(kind: str) -> bytes:
    whole = write_tensors(tensors(), {"melodyrl-canvas": json.dumps(_entries())})
    match kind:
        case "cut off":
            return whole[:-100]
        case "empty":
            return b""
        case "another's":
            return write_tensors(tensors(), {"format": "pt"})
        case "no card":
            return write_tensors(tensors(), {"melodyrl-canvas": "[" * 100_000})
        case "huge":
            return whole + bytes(9 * 2**20)
        case "tensor missing":
            some = {name: each for name, each in tensors().items() if name != "far.bias"}
            return write_tensors(some, {"melodyrl-canvas": json.dumps(_entries())})
        case "not finite":
            some = tensors()
            some["far.bias"][0] = np.nan
            return write_tensors(some, {"melodyrl-canvas": json.dumps(_entries())})
        case "hidden":
            return write_tensors(
                tensors(), {"melodyrl-canvas": json.dumps({**_entries(), "hidden": 10**9})}
            )
    raise AssertionError(kind)


def _entries() -> dict:
    return {name: getattr(ABOUT, name) for name in ABOUT.__dataclass_fields__}


@pytest.mark.parametrize(
    "kind",
    [
        "cut off", "empty", "another's", "no card", "huge", "tensor missing", "not finite",
        "hidden",
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_in_a_sentence(tmp_path, kind):
    (tmp_path / "file").write_bytes(broken(kind))

    with pytest.raises(CheckpointError, match=r"The checkpoint .*file .*\."):
        read(tmp_path / "file")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="nowhere"):
        read(tmp_path / "nowhere")


def test_a_card_is_of_its_form():
    assert replace(ABOUT, width=7).form() == replace(FORM, size=Size(7, 5, 3))
