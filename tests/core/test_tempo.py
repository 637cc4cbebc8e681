from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.music import TempoMap, Ticks, quarter_ns, sixteenth_ns
from melodyrl.core.music.tempo import tempo_bpm, tempo_us

TEMPI_US = st.integers(100_000, 4_000_000)


@st.composite
def tempo_maps(draw):
    ppqn = draw(st.sampled_from((24, 96, 100, 220, 480, 960, 1024)))
    ticks = sorted(draw(st.sets(st.integers(1, 100_000), max_size=6)))
    return TempoMap(ppqn, tuple((Ticks(tick), draw(TEMPI_US)) for tick in (0, *ticks)))


def test_120_quarters_a_minute_are_half_a_second_each():
    assert quarter_ns(120) == 500_000_000
    assert sixteenth_ns(120) == 125_000_000
    assert tempo_us(120) == 500_000
    assert tempo_bpm(500_000) == 120


def test_a_tempo_change_counts_from_its_tick_on():
    tempo_map = TempoMap(480, ((Ticks(0), 500_000), (Ticks(960), 250_000)))

    assert [tempo_map.ns(Ticks(tick)) for tick in (0, 480, 960, 1440)] == [
        0,
        500_000_000,
        1_000_000_000,
        1_250_000_000,
    ]


@given(tempo_maps(), st.integers(0, 1_000_000))
def test_ticks_survive_the_way_to_nanoseconds_and_back(tempo_map, tick):
    assert tempo_map.tick(tempo_map.ns(Ticks(tick))) == tick


@given(tempo_maps(), st.integers(0, 10**12), st.integers(0, 10**12))
def test_time_never_runs_backward(tempo_map, one_ns, other_ns):
    early, late = sorted((one_ns, other_ns))

    assert tempo_map.tick(early) <= tempo_map.tick(late)


@given(tempo_maps(), st.integers(0, 10**12))
def test_the_tick_is_the_nearest(tempo_map, at_ns):
    tick = tempo_map.tick(at_ns)
    distance = abs(tempo_map.ns(tick) - at_ns)

    assert all(abs(tempo_map.ns(Ticks(tick + by)) - at_ns) >= distance - 1 for by in (-1, 1))
