import pytest

from melodyrl.core.music import COMMON, METERS, Meter, parse_meter
from melodyrl.errors import ConfigError


@pytest.mark.parametrize(
    ("meter", "levels"),
    [
        (COMMON, [0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4]),
        (Meter(3, 4), [0, 4, 3, 4, 2, 4, 3, 4, 2, 4, 3, 4]),
        (Meter(6, 8), [0, 4, 3, 4, 3, 4, 1, 4, 3, 4, 3, 4]),
    ],
)
def test_levels_of_the_sixteenths_of_a_bar(meter, levels):
    assert meter.steps_per_bar == len(levels)
    assert [meter.level(step) for step in range(meter.steps_per_bar)] == levels
    assert meter.level(meter.steps_per_bar) == 0


def test_a_beat_of_six_eight_is_a_dotted_quarter():
    assert [meter.steps_per_beat for meter in METERS] == [4, 4, 6]


def test_meters_are_read_back_from_their_names():
    assert [parse_meter(meter.name) for meter in METERS] == list(METERS)


@pytest.mark.parametrize("text", ["5/4", "", "4", "4/4/4", "0/0"])
def test_a_meter_that_is_not_known_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError, match="choose one of 4/4, 3/4, 6/8"):
        parse_meter(text)
