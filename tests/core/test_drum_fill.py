import numpy as np
import pytest

from melodyrl.core.drums.fill import complete, refill, vary
from melodyrl.core.drums.kit import NAMES
from melodyrl.core.drums.pattern import parse
from melodyrl.core.drums.rules import PULSES, accents, in_roles

HALF = """
kick   x... .... x... ....
snare  .... x... .... .---
hat    x.x. .... .... ....
"""


def fills(text: str, count: int) -> list:
    return [complete(parse(text), np.random.default_rng(seed)) for seed in range(count)]


def test_a_half_empty_pattern_is_completed_within_every_rule_and_never_twice_alike():
    """What is within the rules, that the player's cells are as they were, and that seeds differ."""
    pattern = parse(HALF)

    done = fills(HALF, 30)

    for fill in done:
        assert fill.missed == ()
        assert np.array_equal(fill.pattern.fixed, pattern.fixed)
        assert np.array_equal(fill.pattern.hit[pattern.fixed], pattern.hit[pattern.fixed])
    assert len({fill.pattern.hit.tobytes() for fill in done}) == 30


@pytest.mark.parametrize("text", [HALF, "kick x--- x--- x--- x---", ""])
def test_time_is_one_even_line_and_open_hats_are_its_accents(text):
    for fill in fills(text, 10):
        hit = fill.pattern.hit[None]
        role, open_hats = in_roles(hit)[0], hit[0, NAMES.index("openhat")]
        assert any((role[2] == pulse).all() for pulse in PULSES)
        assert open_hats.sum() <= 2
        assert not (open_hats & ~accents(role[None])[0]).any()


def test_what_a_player_began_is_carried_on_by_the_same_drum():
    for fill in fills("ride x... .... .... ....\nclap .... x... .... ....", 8):
        heard = fill.pattern.hit.any(1)
        assert {name for name, is_heard in zip(NAMES, heard, strict=True) if is_heard} & {
            "snare", "stick", "hat", "openhat", "pedalhat", "shaker",
        } == set()  # fmt: skip


def test_an_empty_grid_becomes_a_groove():
    for fill in fills("", 6):
        assert fill.missed == ()
        assert 8 <= fill.pattern.hit.sum() <= 30


def test_the_same_seed_gives_the_same_fill():
    one, two = (complete(parse(HALF), np.random.default_rng(5)) for _ in range(2))

    assert np.array_equal(one.pattern.hit, two.pattern.hit)


def test_a_full_grid_is_left_as_it_is():
    text = "\n".join(
        f"{name} {'x' if name == 'kick' else '-'}---------------"
        for name in (
            "kick", "snare", "stick", "clap", "hat", "openhat", "pedalhat", "ride", "shaker",
            "crash", "lowtom", "midtom", "hightom", "cowbell", "conga", "tambourine",
        )
    )  # fmt: skip
    pattern = parse(text)

    fill = complete(pattern, np.random.default_rng(1))

    assert np.array_equal(fill.pattern.hit, pattern.hit)
    assert fill.strokes == 0


@pytest.mark.parametrize("seed", range(4))
def test_hits_that_may_be_changed_are_varied(seed):
    """An earlier fill, given again with another seed, becomes another that keeps the rules."""
    first = complete(parse(HALF), np.random.default_rng(seed))

    again = complete(first.pattern, np.random.default_rng(seed + 100))

    assert again.missed == ()
    assert np.array_equal(again.pattern.fixed, parse(HALF).fixed)


@pytest.mark.parametrize("seed", range(4))
def test_a_variation_differs_in_a_beat_or_two_and_keeps_the_rules(seed):
    first = complete(parse(HALF), np.random.default_rng(seed)).pattern

    varied = vary(first, np.random.default_rng(seed))

    changed = (varied.pattern.hit != first.hit).any(0)
    assert 1 <= len(set(np.flatnonzero(changed) // 4)) <= 2
    assert varied.missed == ()
    assert np.array_equal(varied.pattern.hit[first.fixed], first.hit[first.fixed])


def test_a_new_fill_knows_nothing_of_the_one_before():
    first = complete(parse(HALF), np.random.default_rng(1)).pattern

    again = refill(first, np.random.default_rng(2)).pattern

    assert np.array_equal(again.hit, complete(parse(HALF), np.random.default_rng(2)).pattern.hit)


def test_a_new_fill_is_another_one_also_where_the_seed_would_give_the_same():
    first = complete(parse(HALF), np.random.default_rng(1)).pattern

    again = refill(first, np.random.default_rng(1)).pattern

    assert not np.array_equal(again.hit, first.hit)


def test_a_pattern_that_is_all_the_players_cannot_be_varied():
    pattern = parse("\n".join(f"{name} x--- x--- x--- x---" for name in NAMES))

    assert np.array_equal(vary(pattern, np.random.default_rng(1)).pattern.hit, pattern.hit)
