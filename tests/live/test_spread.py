import pytest

from melodyrl.live.spread import WIDTH, Spread

MS = 1_000_000


def test_percentiles_are_of_the_times_in_any_order():
    spread = Spread.of_ns([each * MS for each in range(100, 0, -1)])

    assert [spread.quantile(share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 100, 100]
    assert spread.jitter == 49
    assert spread.line() == "median 51.00, 95 % 96.00, 99 % 100.00, worst 100.00 ms"


def test_histogram_has_a_line_a_bin_and_counts_all():
    lines = Spread.of_ns([MS] * 80 + [4 * MS] * 20 + [60 * MS]).histogram()

    assert [line.split()[1:3] for line in lines[:1]] == [["1", "ms"]]
    assert lines[-1].startswith("  over 50 ms")
    assert sum(int(line.split()[-1]) for line in lines) == 101
    assert lines[0].count("#") == WIDTH
    assert lines[-1].count("#") == 1


@pytest.mark.parametrize("time_ns", [1, 60 * MS])
def test_one_time_is_a_spread_too(time_ns):
    spread = Spread.of_ns([time_ns])

    assert spread.quantile(0.5) == spread.quantile(1.0) == time_ns / MS
    assert len(spread.histogram()) == 1
