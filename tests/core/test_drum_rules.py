import numpy as np
import pytest

from melodyrl.core.drums.aims import draw_aims
from melodyrl.core.drums.kit import KIT, NAMES
from melodyrl.core.drums.pattern import parse
from melodyrl.core.drums.people import CHANCE, HITS, IMBALANCE, SYNCOPATION
from melodyrl.core.drums.rules import TERMS, bounds, excess, hits, imbalance, in_roles, syncopation

BACKBEAT = """
kick   x... .... x... ....
snare  .... x... .... x...
hat    x.x. x.x. x.x. x.x.
"""
AIM = np.array([[2, 2, 8, 0, 0, 0, NAMES.index("snare"), NAMES.index("hat")]], np.float32)
"""Time in eighths of the hi-hat."""


def rhythm(cells: str) -> np.ndarray:
    return np.array([cell == "x" for cell in cells.replace(" ", "")])


def kept(text: str, aim=AIM, fixed=False) -> dict[str, bool]:
    """Which rules a pattern keeps, its hits the program's own or the player's."""
    hit = parse(text).hit[None]
    theirs = hit if fixed else np.zeros_like(hit)
    off = excess(hit, bounds(hit, theirs, aim))[0]
    return dict(zip(TERMS, (off <= 0).tolist(), strict=True))


@pytest.mark.parametrize(
    ("cells", "figure"),
    [
        ("x... x... x... x...", 0),
        ("x... .... .... ....", 0),
        (".... x... .... x...", 3),  # the half bar is missed after beat 2, the bar after beat 4
        ("...x .... .... ....", 4),  # a weakest step, and the bar missed
        ("x..x ..x. .... ....", 4),  # tresillo: 2 for the second beat, 2 for the half bar
        (".x.x .x.x .x.x .x.x", 15),  # 1 for each eighth, 2, 3, 2 for the beats, 4 for the bar
    ],
)
def test_syncopation_counts_how_much_stronger_the_missed_step_is(cells, figure):
    assert syncopation(rhythm(cells)[None])[0] == figure


def test_the_bands_are_what_people_play():
    """5 to 95 of a hundred patterns, drawn cell by cell, lie within each."""
    rng = np.random.default_rng(1)
    drawn = rng.random((20_000, 3, 16)) < CHANCE
    role = np.concatenate([drawn, np.zeros_like(drawn[:, :1])], axis=1)

    counts = drawn.sum(2)
    for found, (least, most) in [
        *zip(counts.T, HITS, strict=True),
        *zip(syncopation(drawn[:, :2]).T, SYNCOPATION, strict=True),
    ]:
        assert 0.9 <= ((found >= least) & (found <= most)).mean() <= 0.995
    assert 0.93 <= (imbalance(role) <= IMBALANCE).mean() <= 0.97


def test_the_backbeat_keeps_every_rule():
    assert kept(BACKBEAT) == dict.fromkeys(TERMS, True)


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ("ride x... .... .... ....", "hands"),  # a third hand's work, and a second pulse
        ("clap .... x... .... ....", "hands"),  # a second voice of the backbeat
        ("openhat x... .... .... ....", "hands"),  # open and closed at once
        ("crash xxxx .... .... ....", "density"),
        ("shaker .x.. .... .... ....", "pulse"),  # a cell of time that is on no eighth
        ("openhat .x.. .... .... ....", "pulse"),
        ("pedalhat .x.x .x.x .x.. ....", "pulse"),  # faster than a foot
    ],
)
def test_what_goes_beyond_a_rule_is_seen(more, broken):
    assert not kept(f"{BACKBEAT}{more}")[broken]


@pytest.mark.parametrize(
    ("open_hats", "is_kept"),
    [
        (".... ..x. .... ....", True),  # before the kick on 3
        (".... ..x. .... ..x.", True),
        ("..x. ..x. .... ..x.", False),  # three a bar
        ("..x. .... .... ....", True),  # before the snare on 2
        ("x... .... .... ....", False),  # on the beat
    ],
)
def test_an_open_hat_is_an_accent_that_leads_on(open_hats, is_kept):
    closed = "".join(
        "." if cell == "x" else hat
        for cell, hat in zip(open_hats.replace(" ", ""), "x." * 8, strict=True)
    )
    text = f"kick x... .... x... ....\nsnare .... x... .... x...\nhat {closed}\nopenhat {open_hats}"

    assert kept(text)["pulse"] == is_kept
    assert kept(text, fixed=True)["pulse"], "the player may open it where they like"


def test_an_open_hat_that_leads_nowhere_is_none():
    text = "kick x... .... .... ....\nhat x... x.x. x.x. x.x.\nopenhat ..x. .... .... ...."

    assert not kept(text)["pulse"]


@pytest.mark.parametrize(
    ("theirs", "pulses"),
    [
        ("", {0, 1, 2}),
        ("hat x... .... .... ....", {0, 1}),
        ("hat x.x. .... .... ....", {0}),
        ("hat ..x. .... .... ....", {0, 2}),
        ("hat x.-. x... .... ....", {1}),
    ],
)
def test_the_line_that_time_is_to_be_agrees_with_the_players_cells(theirs, pulses):
    pattern = parse(theirs)
    fixed = pattern.fixed.copy()
    if theirs:
        fixed[NAMES.index("hat") + 1 : NAMES.index("hat") + 5] = True  # no other voice is open
    many = [np.repeat(each[None], 100, axis=0) for each in (pattern.hit, fixed)]

    assert set(draw_aims(np.random.default_rng(5), *many)[:, 5]) == pulses


def test_a_kick_on_every_weak_sixteenth_is_out_of_place_and_syncopated():
    found = kept("kick .x.x .x.x .x.x .x.x\nsnare .... x... .... x...\nhat x.x. x.x. x.x. x.x.")

    assert not found["place"]
    assert not found["density"]


def test_what_carries_a_role_is_the_players_or_else_what_was_drawn():
    on_the_ride = BACKBEAT.replace("hat ", "ride")

    assert not kept(on_the_ride)["hands"]
    assert kept(on_the_ride, fixed=True)["hands"]


def test_all_on_one_beat_is_out_of_balance_and_leaves_beats_empty():
    found = kept("kick x.x. .... .... ....\nsnare .x.x .... .... ....\nhat xxxx .... .... ....")

    assert not found["balance"]
    assert not found["density"]


def test_rules_give_way_to_the_player():
    """Three hands, two pulses and sixteen kicks break nothing where the player set them."""
    text = "kick xxxxxxxxxxxxxxxx\n" + "".join(
        f"{drum} x...............\n" for drum in ("snare", "hat", "ride")
    )
    hit = parse(text).hit[None]
    aim = draw_aims(np.random.default_rng(2), hit, np.ones_like(hit))

    off = excess(hit, bounds(hit, np.ones_like(hit), aim))[0]

    assert not off.any()


def test_aims_are_within_peoples_bands_where_the_grid_is_empty():
    nothing = np.zeros((500, 16, 16), bool)

    aims = draw_aims(np.random.default_rng(3), nothing, nothing)

    for found, (least, most) in zip(aims[:, :3].T, HITS, strict=True):
        assert least <= found.min() < found.max() <= most
    assert len(np.unique(aims, axis=0)) > 200


def test_hits_are_counted_once_a_step_and_role():
    hit = parse("snare x... .... .... ....\nclap x... .... .... ....\ncrash x... ......... ...").hit

    assert hits(hit[None])[0].tolist() == [0, 1, 0, 1]
    assert in_roles(hit[None])[0].sum() == 2


def test_the_kit_has_sixteen_drums_of_their_own():
    assert len(set(NAMES)) == len({drum.pitch for drum in KIT}) == 16
    assert all(35 <= drum.pitch <= 81 for drum in KIT)
