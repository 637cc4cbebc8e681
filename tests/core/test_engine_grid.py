from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.events import Nanos, Sync
from melodyrl.core.engine.grid import Grid, Position
from melodyrl.core.music import COMMON, Meter


def test_sixteenths_at_120_are_an_eighth_of_a_second_apart():
    grid = Grid(Nanos(7), 120.0, COMMON)

    assert [grid.at(step) for step in (0, 1, 16)] == [7, 125_000_007, 2_000_000_007]


def test_no_rounding_adds_up_over_a_day():
    grid = Grid(Nanos(0), 97.0, COMMON)
    steps = 97 * 4 * 60 * 24

    assert grid.at(steps) == 24 * 3600 * 1_000_000_000


@settings(deadline=None)
@given(st.floats(20, 400), st.floats(20, 400), st.integers(0, 10**11), st.integers(0, 10**6))
def test_a_change_of_tempo_keeps_the_place(before_bpm, after_bpm, at_ns, origin_ns):
    grid = Grid(Nanos(origin_ns), before_bpm, COMMON)
    at = Nanos(origin_ns + at_ns)
    place = grid.step_at(at)

    grid.set_tempo(after_bpm, at)

    assert abs(grid.step_at(at) - place) < 1e-6
    assert grid.at(int(place)) == at, "a step that has begun does not move into the past"


@settings(deadline=None)
@given(
    st.floats(20, 400),
    st.integers(-(2**62), 2**62),
    st.floats(0, 2**31),
    st.integers(-4, 4),
    st.integers(0, 2**31),
)
def test_the_first_moment_of_a_step_is_the_first_by_the_very_count(bpm, at_ns, at, away, far):
    grid = Grid(Nanos(0), 120.0, COMMON)
    grid.lay(Sync(at_ns, at, bpm), Nanos(at_ns))

    for step in (int(at) + away, far):
        first_ns = grid.first_in(step)
        assert grid.step_at(first_ns) >= step > grid.step_at(Nanos(first_ns - 1))


def test_bars_and_steps_are_counted_from_nought():
    grid = Grid(Nanos(0), 120.0, Meter(6, 8))

    assert grid.position(0) == Position(0, 0, 0)
    assert grid.position(29) == Position(2, 5, 29)


def test_a_change_of_meter_begins_a_bar():
    grid = Grid(Nanos(0), 120.0, COMMON)

    grid.set_meter(Meter(3, 4), 21)

    assert grid.position(21) == Position(2, 0, 21)
    assert grid.position(33) == Position(3, 0, 33)


def test_a_change_of_meter_on_a_bar_line_skips_no_bar():
    grid = Grid(Nanos(0), 120.0, COMMON)

    grid.set_meter(Meter(3, 4), 32)

    assert grid.position(32) == Position(2, 0, 32)
