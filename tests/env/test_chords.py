"""The environment of accompaniment: songs, singers, lanes, baselines, figures, and the fit."""

import numpy as np
import pytest

from melodyrl.core.policy.chords.actions import ACTIONS, MASKS
from melodyrl.core.policy.chords.state import REST
from melodyrl.env import accompanists
from melodyrl.env.accompaniment import entropy, figures, note_in_chord, vendi
from melodyrl.env.accompanists import accompany
from melodyrl.env.chord_fit import fit_chords, write_chords
from melodyrl.env.chord_lanes import ChordLanes, see
from melodyrl.env.frames import changes, frames_of, home_of, rows_of
from melodyrl.env.singers import BARS, sing
from melodyrl.env.songs import songs_of
from melodyrl.env.tune import Tune

C, F, G7 = 0b0000_1001_0001, 0b0010_0010_0001, 0b1000_1010_0100


def tune(name: str = "own/a", up: int = 0, minor: bool = False) -> Tune:
    """Four bars in quarters over C F G7 C, moved up by some semitones."""
    pitch = np.array([60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 65, 60, 67, 64, 60])
    chords = [C, F, G7, C]
    rotated = [(mask << up | mask >> (12 - up)) & 4095 for mask in chords]
    return Tune(
        name,
        np.arange(16, dtype=np.int32) * 4,
        np.full(16, 4, np.int32),
        (pitch + up).astype(np.int16),
        16,
        4,
        (up - 3 * minor) % 12,
        minor,
        tuple((16 * bar, mask) for bar, mask in enumerate(rotated)),
    )


def names(masks: np.ndarray) -> list[str]:
    rows = rows_of(masks)
    return [ACTIONS.chords[row].name for row in rows[changes(rows, -1)]]


def test_frames_are_above_home_in_any_key():
    plain, moved = frames_of(tune()), frames_of(tune(up=7))

    np.testing.assert_array_equal(plain.pitch_class, moved.pitch_class)
    np.testing.assert_array_equal(plain.chord, moved.chord)
    assert names(plain.chord) == ["C", "F", "G7", "C"]
    assert home_of(tune(minor=True)) == 0


def test_a_pickup_keeps_its_place_in_the_bar():
    late = tune()
    moved = Tune("own/b", late.onset + 12, late.duration, late.pitch, 16, 4, 0, False, late.chords)

    frames = frames_of(moved)

    assert frames.first == 12
    assert (frames.pitch_class[:12] == REST).all()
    assert frames.on_beat[12:].all()


def test_note_in_chord_skips_rests_and_silence():
    frames = frames_of(tune())
    masks = frames.chord.copy()
    # Of sixteen notes three are foreign: the last of the bars of F and G7 are not among them.
    assert note_in_chord(frames, masks) == 1.0

    masks[16:32] = C
    masks[:8] = 0
    # Of 14 quarters the two A are foreign, and the F.
    assert note_in_chord(frames, masks) == pytest.approx(11 / 14)


def test_entropy_is_in_nats():
    assert entropy(np.array([8, 8, 16, 16])) == pytest.approx(np.log(2))
    assert entropy(np.array([], int)) == 0


def test_vendi_counts_what_differs():
    same, other = np.array([1.0, 0.0]), np.array([0.0, 2.0])

    assert vendi([same, same]) == pytest.approx(1)
    assert vendi([same, other]) == pytest.approx(2)


def test_figures_of_what_people_played():
    read = [frames_of(tune())]

    got = figures(read, [read[0].chord])

    assert got.note_in_chord == 1
    assert got.entropy == 0
    assert got.on_beat == 1
    assert got.a_bar == pytest.approx(3 / 4)
    assert got.distinct == 3


def test_baselines_do_what_they_are_called():
    read = [frames_of(tune()), frames_of(tune("own/c", up=3))]
    songs = songs_of(read, late=False)
    rng = np.random.default_rng(0)

    alone = accompany(songs, accompanists.one_chord)
    near = accompany(songs, accompanists.nearest_chord)
    wild = accompany(songs, accompanists.any_chord(rng))
    deaf = accompany(songs, accompanists.by_chance(rng))

    assert names(alone[0]) == ["C"]
    assert note_in_chord(read[0], near[0]) == 1
    np.testing.assert_array_equal(near[0], near[1])
    assert len(names(wild[0])) > 4
    assert all((masks > 0).all() for masks in (*near, *wild, *deaf))


def test_a_late_listener_hears_the_first_note_one_sixteenth_later():
    frames = frames_of(tune())
    heard = []

    def watch(scene, seen):
        heard.append(int(scene.sounding[0]))
        return accompanists.one_chord(scene, seen)

    accompany(songs_of([frames], late=True), watch)

    assert heard == [REST, *frames.pitch_class[:-1].tolist()]


def test_transposed_tunes_get_the_same_chords_transposed():
    """Through the frames: what is chosen above home cannot depend on the key."""
    chosen = []
    for up in range(12):
        songs = songs_of([frames_of(tune(up=up))], late=False)
        player = accompanists.by_chance(np.random.default_rng(4))
        chosen.append(accompany(songs, player)[0])

    assert all((masks == chosen[0]).all() for masks in chosen)


def test_singers_sing_what_fits_their_tables():
    songs = sing(np.random.default_rng(2), 200)

    length = songs.length[:, None] > np.arange(songs.pitch_class.shape[1])
    sounds = (songs.pitch_class != REST) & length
    beats = 4 * (songs.onset & length).sum() / length.sum()
    assert 0.8 < beats < 2.5
    assert sounds.sum() / length.sum() > 0.85
    assert not (songs.onset & (songs.pitch_class == REST)).any()
    assert set(songs.length.tolist()) <= {BARS * 16, BARS * 12}
    assert 0.1 < songs.late.mean() < 0.5
    diatonic = np.isin(songs.pitch_class[sounds], [0, 2, 4, 5, 7, 9, 11])
    assert diatonic.mean() > 0.75


def test_the_same_seed_sings_the_same():
    one, two = (sing(np.random.default_rng(9), 5) for _ in range(2))

    for name in ("pitch_class", "onset", "shift", "meter", "first", "late"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_lanes_pay_what_was_seen_and_begin_anew():
    rng = np.random.default_rng(0)
    lanes = ChordLanes(12, rng)
    seen, ended = lanes.reset(), 0
    for _ in range(300):
        action = np.where(seen.mask, rng.random(seen.mask.shape), -1.0).argmax(axis=1)
        step = lanes.step(action)

        assert (step.reward == seen.judgement[np.arange(12), action]).all()
        assert step.observation.mask.any(axis=1).all()
        assert not step.terminated.any()
        if step.truncated.any():
            ended += int(step.truncated.sum())
            assert (lanes.position[step.truncated] == lanes.songs.first[step.truncated]).all()
            assert not step.observation.mask[step.truncated, 0].any()
        seen = step.observation
    fresh = see(lanes.scene)

    assert ended >= 12
    assert (seen.features == fresh.features).all()


def test_chords_change_on_eighths_alone():
    lanes = ChordLanes(30, np.random.default_rng(1))
    seen = lanes.reset()
    seen = lanes.step(seen.mask.argmax(axis=1)).observation
    for _ in range(20):
        odd = lanes.scene.step % 2 == 1
        assert (seen.mask[odd].sum(axis=1) == 1).all()
        seen = lanes.step(seen.mask.argmax(axis=1)).observation


def test_same_lead_sheets_same_tables(tmp_path):
    sheets = [tune(f"own/{number}", number % 12) for number in range(20)]
    for folder in ("a", "b"):
        write_chords(fit_chords(sheets), 20, tmp_path / folder)

    found = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert found == ["fit.json", "function.json", "loops.json", "pace.json", "returns.json"]
    for name in found:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_held_out_lead_sheets_are_never_counted():
    sheets = [tune(f"own/{number}") for number in range(20)]
    kept = sum(sheet.split() != 0 for sheet in sheets)

    tables = fit_chords(sheets)

    assert 0 < kept < 20
    assert tables["function"]["changes"].sum() == 4 * kept
    assert tables["fit"]["above_tonic"].sum() == 64 * kept
    assert tables["pace"]["human"][..., 1].sum() == 3 * kept
    home = ACTIONS.chords.index(ACTIONS.chords[rows_of(np.array([C], np.int16))[0]])
    assert tables["function"]["changes"][-1, home] == kept
    assert MASKS[home] == C
