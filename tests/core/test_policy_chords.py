import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.policy.chords.actions import (
    ACTIONS,
    COUNT,
    MASKS,
    MOVED,
    NONE,
    TONES,
    nearest_row,
)
from melodyrl.core.policy.chords.judge import TERMS, judge, kinds_of, legal
from melodyrl.core.policy.chords.observe import LAYOUT, SIZE, layout_hash, observe
from melodyrl.core.policy.chords.state import REST, Scene, hear, move_home, play
from melodyrl.env.chord_lanes import ChordLanes
from melodyrl.env.singers import sing
from rewards import fit, function, loops, pace, returns
from tests.core.chord_history import Accompanied

LANES = 6


def played(steps: int, seed: int = 0, lanes: int = LANES) -> ChordLanes:
    """Lanes that random legal actions have led somewhere; chords are kept three times in four."""
    rng = np.random.default_rng(seed)
    those = ChordLanes(lanes, rng)
    seen = those.reset()
    for _ in range(steps):
        seen = those.step(wander(rng, seen.mask)).observation
    return those


def wander(rng: np.random.Generator, mask: np.ndarray) -> np.ndarray:
    drawn = np.where(mask[:, 1:], rng.random((len(mask), COUNT)), -1).argmax(axis=1) + 1
    # Four chords only, so that turns and loops come.
    drawn = np.where(rng.random(len(mask)) < 0.8, 1 + drawn % 4, drawn)
    legal_now = mask[np.arange(len(mask)), drawn]
    return np.where(mask[:, 0] & ((rng.random(len(mask)) < 0.75) | ~legal_now), 0, drawn)


def test_the_table_holds_distinct_chords():
    assert COUNT == 48
    assert len(set(MASKS[:-1].tolist())) == COUNT
    assert MASKS[NONE] == 0
    assert [nearest_row(int(mask)) for mask in MASKS[:-1]] == list(range(COUNT))


def test_chords_that_are_not_in_the_table_go_to_the_nearest():
    ninth = sum(1 << tone for tone in (7, 11, 2, 5, 9))

    assert ACTIONS.chords[nearest_row(ninth)].name == "G7"
    assert (MOVED[0, :-1] == np.arange(COUNT)).all()
    assert (MOVED[:, NONE] == NONE).all()


def test_rewards_from_the_state_equal_rewards_from_the_whole_history():
    """The Markov test, for lanes that hear at once and lanes that hear late."""
    rng = np.random.default_rng(3)
    songs = sing(rng, LANES)
    songs.shift[:] = 0
    songs.late[:] = np.arange(LANES) % 2
    those = ChordLanes(LANES, rng, draw=lambda *_: songs)
    seen = those.reset()
    wholes = [Accompanied(songs, lane, int(songs.first[lane])) for lane in range(LANES)]
    for number in range(150):
        if number % 7 == 0 or number > 140:
            for lane, whole in enumerate(wholes):
                expected = whole.rewards(int(those.position[lane]))
                mask = seen.mask[lane]
                np.testing.assert_allclose(seen.judgement[lane][mask], expected[mask], atol=1e-6)
        action = wander(rng, seen.mask)
        for lane, whole in enumerate(wholes):
            if action[lane]:
                whole.changes.append((int(those.position[lane]), int(action[lane]) - 1))
        seen = those.step(action).observation


def test_rewards_can_be_worked_out_from_the_features_alone():
    those = played(130, seed=5, lanes=16)
    seen = observe(those.scene)
    part = {name: seen[:, where] for name, where in LAYOUT.items()}
    known = part["chord"].any(axis=1)
    chord = np.where(known, part["chord"].argmax(axis=1), NONE)

    expected = np.zeros((16, ACTIONS.count, len(TERMS)), np.float32)
    note = np.where(part["sounding"].any(axis=1), part["sounding"].argmax(axis=1), REST)
    on_beat, late = part["note"][:, 0] > 0, part["note"][:, 3] > 0
    quality, root = part["quality"].argmax(axis=1), part["root"].argmax(axis=1)
    present = np.where(known, fit.fit(quality, root, note, on_beat), 0)
    expected[:, 1:, 1] = function.function(chord)
    meter, age = part["meter"][:, 0].astype(int), part["age"].argmax(axis=1)
    expected[:, :, 2] = pace.fitted()[meter, part["step"].argmax(axis=1), age][
        :, [pace.STAY] + COUNT * [pace.CHANGE]
    ]
    kind = np.rint(part["turns"] * returns.LAST).astype(int)
    left = (kind >= returns.EARLIER).any(axis=1, keepdims=True)
    expected[:, 1:, 4] = returns.returns(kind, left)
    away = loops.NEW - np.rint(part["distances"] * loops.WINDOW).astype(int)
    period = part["loop"][:, 1:]
    period = np.where(period.any(axis=1), period.argmax(axis=1) + 2, 0)
    run = np.rint(part["loop"][:, 0] * 4).astype(int)
    expected[:, 1:, 5] = loops.loops(run[:, None], period[:, None], away)
    judged = judge(those.scene)

    np.testing.assert_allclose(judged[:, 0, 0], present, atol=1e-6)
    np.testing.assert_allclose(judged[late, 5, 0], present[late], atol=1e-6)
    for term in (1, 2, 4, 5):
        mask = legal(those.scene)
        np.testing.assert_allclose(judged[mask][:, term], expected[mask][:, term], atol=1e-6)


def test_every_term_is_bounded_and_features_are_near_one():
    those = played(90, seed=7)

    judged, seen = judge(those.scene), observe(those.scene)

    assert np.abs(judged).max() <= 1
    assert seen.shape == (LANES, SIZE)
    assert seen.dtype == judged.dtype == np.float32
    assert np.abs(seen).max() <= 4
    assert len(layout_hash()) == 16


def test_the_first_chord_must_be_chosen_and_no_chord_changes_to_itself():
    scene = Scene.start(2)
    assert legal(scene)[:, 0].tolist() == [False, False]

    play(scene, np.array([5, 9]))

    mask = legal(scene)
    assert mask[:, 0].all()
    assert not mask[0, 5]
    assert not mask[1, 9]
    assert mask.sum() == 2 * COUNT


def test_who_hears_late_is_not_told_what_sounds_now():
    """Two songs that part at a sixteenth look the same to a late listener there."""
    songs = sing(np.random.default_rng(1), 2)
    for kept in (songs.pitch_class, songs.onset):
        kept[1] = kept[0]
    for kept in (songs.meter, songs.first, songs.shift):
        kept[1] = kept[0]
    songs.late[:] = True
    at = int(songs.first[0]) + 8
    songs.pitch_class[0, at:], songs.pitch_class[1, at:] = 0, 6
    scene = Scene.start(2)
    for place in range(int(songs.first[0]), at + 1):
        songs.arrive(scene, np.array([place, place]))
        play(scene, np.array([1, 1]) if place == int(songs.first[0]) else np.zeros(2, int))

    assert (observe(scene)[0] == observe(scene)[1]).all()
    assert (judge(scene)[0] == judge(scene)[1]).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 11), st.integers(0, 1000))
def test_a_home_that_moves_with_the_tune_changes_nothing(up, seed):
    """Back and forth again: what was heard and played is where it was."""
    scene = played(40, seed, lanes=3).scene
    before = scene.take(np.arange(3))

    move_home(scene, np.full(3, up))
    move_home(scene, np.full(3, -up))

    for name in ("sounding", "recent", "short", "long", "note_age"):
        np.testing.assert_array_equal(getattr(scene, name), getattr(before, name))


def test_a_home_that_moves_keeps_the_sound():
    scene = Scene.start(1)
    hear(scene, np.array([7]), np.array([True]), np.array([True]))
    play(scene, np.array([1]))
    move_home(scene, np.array([7]))

    assert scene.sounding[0] == 0
    assert scene.recent[0, -1] == 0
    assert ACTIONS.chords[scene.chord[0]].name == "F"
    assert scene.short[0].argmax() == 0
    assert (kinds_of(scene) == returns.NEW).all()


def test_numbers_of_changes_never_run_out():
    scene = Scene.start(1)
    play(scene, np.array([1]))
    scene.count[0] = np.iinfo(np.int16).max - 3
    for action in (2, 1, 2, 1, 2, 1):
        play(scene, np.array([action]))

    assert 0 < scene.count[0] < 1000
    assert kinds_of(scene)[0, 1] == returns.LAST


def test_profiles_fade():
    scene = Scene.start(1)
    for _ in range(12):
        hear(scene, np.array([4]), np.array([False]), np.array([False]))
    heard = scene.short[0, 4]
    for _ in range(12):
        hear(scene, np.array([REST]), np.array([False]), np.array([False]))

    assert 0.6 < heard < 0.7
    assert scene.short[0, 4] == pytest.approx(heard * (1 - 1 / 12) ** 12, rel=1e-4)
    assert TONES[0, 4]
