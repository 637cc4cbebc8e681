import json
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as write

from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.errors import CheckpointError
from tests.core.policy_files import card, form, packed, tensors, with_header

SOUND = packed()


def save(path, arrays=None, preset=EIGHT_BAR, **changes) -> None:
    arguments = {
        "preset": preset,
        "config": {"future_scale": 2.0},
        "seed": 7,
        "code_version": "0.1.0",
        "figures": {"b": 2.0, "a": 1.0},
        **changes,
    }
    checkpoint.save(path, arrays or tensors(form(preset)), **arguments)


@pytest.mark.parametrize("preset", [EIGHT_BAR, FULL], ids=["eight-bar", "full"])
@pytest.mark.parametrize("layer_norm", [False, True])
def test_what_is_saved_is_loaded(tmp_path, preset, layer_norm):
    arrays = tensors(form(preset, 12, layer_norm=layer_norm))
    save(tmp_path / "mine.safetensors", arrays, preset)

    policy = checkpoint.load(tmp_path / "mine.safetensors")

    assert policy.name == "mine"
    assert policy.preset is preset
    assert policy.card.seed == 7
    assert policy.card.figures == {"a": 1.0, "b": 2.0}
    assert policy.network.form == form(preset, 12, layer_norm=layer_norm, future_scale=2.0)


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    arrays = tensors(form())
    save(tmp_path / "a", arrays)
    save(tmp_path / "b", dict(reversed(arrays.items())), figures={"a": 1.0, "b": 2.0})

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_bytes_are_read_like_a_file(tmp_path):
    save(tmp_path / "a")

    policy = checkpoint.load((tmp_path / "a").read_bytes())

    assert policy.network.form.future_scale == 2.0


def test_a_bad_network_is_not_written_and_spares_the_file_that_is_there(tmp_path):
    path = tmp_path / "policy"
    save(path)
    before = path.read_bytes()
    arrays = tensors(form())
    arrays["value.bias"][0] = np.nan

    with pytest.raises(CheckpointError, match="not finite"):
        save(path, arrays)

    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be written"):
        save(tmp_path / "nowhere" / "policy")


class Bomb:
    """Runs when unpickled."""

    def __reduce__(self):
        return (print, ("unpickled",))


def without(name: str) -> dict[str, np.ndarray]:
    arrays = tensors(form())
    del arrays[name]
    return arrays


def changed(name: str, values: np.ndarray) -> bytes:
    return packed(arrays=tensors(form()) | {name: values})


def set_offsets(header) -> None:
    header["value.bias"]["data_offsets"] = [0, 10**15]


def set_shape(header) -> None:
    header["value.bias"]["shape"] = [2**62, 4]


HOSTILE = {
    "empty": (b"", "too short"),
    "nine bytes": (b"\0" * 9, "too short"),
    "truncated in the tensors": (SOUND[:-100], "damaged"),
    "truncated in the header": (SOUND[:200], "cut off"),
    "longer than it says": (SOUND + b"more", "damaged"),
    "header length bomb": (struct.pack("<Q", 2**63) + SOUND[8:], "no sound length"),
    "header of zero": (struct.pack("<Q", 0) + SOUND[8:], "no JSON"),
    "nested header": (struct.pack("<Q", 100_000) + b"[" * 200_000, "no JSON"),
    "header is a list": (struct.pack("<Q", 2) + b"[]" + SOUND, "no JSON"),
    "bad utf-8": (struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc" + SOUND, "no JSON"),
    "a pickle": (pickle.dumps(Bomb()) * 20, "not a safetensors file"),
    "a zip, as torch saves": (b"PK\x03\x04" + b"\0" * 500, "no sound length"),
    "text": (b"this is not a policy at all, sorry", "not a safetensors file"),
    "no metadata": (write(tensors(form())), "metadata"),
    "other metadata": (write(tensors(form()), {"format": "pt"}), "metadata"),
    "extra metadata": (
        write(tensors(form()), {"melodyrl": json.dumps(card()), "x": "y"}),
        "metadata",
    ),
    "metadata is a list": (with_header(SOUND, lambda h: h.update(__metadata__=[1])), "metadata"),
    "card is a number": (
        with_header(SOUND, lambda h: h.update(__metadata__={"melodyrl": 1})),
        "not text",
    ),
    "card is no JSON": (packed("{"), "no JSON object"),
    "card is a list": (packed("[]"), "no JSON object"),
    "card nested": (packed("[" * 20_000), "no JSON object"),
    "card with a number of 5000 digits": (packed("1" * 5000), "no JSON object"),
    "card with less": (packed({"preset": "full"}), "entries"),
    "card with more": (packed(card(more=1)), "entries"),
    "format of tomorrow": (packed(card(format_version=2)), "format version 2"),
    "format is a bool": (packed(card(format_version=True)), "format_version"),
    "unknown preset": (packed(card(preset="x" * 1000)), "eight-bar or full"),
    "preset of another shape": (packed(card(FULL)), "shape"),
    "wrong layout": (packed(card(layout_hash="0" * 16)), "layout"),
    "wrong terms": (packed(card(terms=["harmony"])), "reward terms"),
    "terms of numbers": (packed(card(terms=[[1]])), "reward terms"),
    "config is text": (packed(card(config="fast")), "config"),
    "scale of NaN": (packed(card(config={"future_scale": float("nan")})), "future_scale"),
    "scale of zero": (packed(card(config={"future_scale": 0})), "future_scale"),
    "scale is text": (packed(card(config={"future_scale": "4"})), "future_scale"),
    "dueling is a number": (packed(card(config={"dueling": 1})), "dueling"),
    "figure is text": (packed(card(figures={"x": "y"})), "figure"),
    "seed is text": (packed(card(seed="1")), "seed"),
    "no units": (packed(card(hidden=0)), "units"),
    "too many units": (packed(card(hidden=10**9)), "units"),
    "other width": (packed(card(hidden=9)), "shape"),
    "norm is missing": (packed(card(layer_norm=True)), "tensors of a policy"),
    "tensor missing": (packed(arrays=without("value.bias")), "value.bias"),
    "tensor too many": (changed("extra", np.zeros(2, np.float32)), "extra"),
    "wrong shape": (changed("value.bias", np.zeros(5, np.float32)), "shape"),
    "no shape": (changed("value.bias", np.array(1.0, np.float32)), "shape"),
    "doubles": (changed("value.bias", np.zeros(4)), "32-bit"),
    "integers": (changed("value.bias", np.zeros(4, np.int32)), "32-bit"),
    "NaN": (changed("value.bias", np.full(4, np.nan, np.float32)), "not finite"),
    "infinity": (changed("trunk.0.bias", np.full(8, np.inf, np.float32)), "not finite"),
    "offsets beyond the end": (with_header(SOUND, set_offsets), "damaged"),
    "shape beyond memory": (with_header(SOUND, set_shape), "shape"),
    "entry is a number": (with_header(SOUND, lambda h: h.update({"value.bias": 1})), "32-bit"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_gets_one_clear_sentence(case, tmp_path, capsys):
    data, reason = HOSTILE[case]
    path = tmp_path / "policy.safetensors"
    path.write_bytes(data)

    with pytest.raises(CheckpointError, match=reason) as caught:
        checkpoint.load(path)

    sentence = str(caught.value)
    assert sentence.startswith(f"The checkpoint {path} ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) - len(str(path)) < 200
    assert capsys.readouterr().out == ""


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "LARGEST", 1000)
    path = tmp_path / "policy"
    path.write_bytes(SOUND)

    with pytest.raises(CheckpointError, match="larger than"):
        checkpoint.load(path)


@pytest.mark.parametrize("name", ["missing", ".", "nul\0byte"])
def test_a_path_that_cannot_be_read_is_said(tmp_path, name):
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.load(tmp_path / name)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_changed_byte_escapes_as_another_error(data):
    """A flipped byte gives a policy, where it lies in a weight, or a CheckpointError."""
    broken = bytearray(SOUND)
    (length,) = struct.unpack_from("<Q", SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(SOUND) - 1, length + 64)))
        broken[at] = data.draw(st.integers(0, 255))

    try:
        policy = checkpoint.load(bytes(broken))
    except CheckpointError as error:
        assert str(error).startswith("The checkpoint ")  # noqa: PT017 - both ends are allowed
    else:
        assert policy.preset is EIGHT_BAR
