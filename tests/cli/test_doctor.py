import pytest
import rtmidi

from melodyrl.cli import main
from melodyrl.cli.doctor import verdict
from melodyrl.live.spread import Spread

MS = 1_000_000
STEADY = Spread.of_ns([0] * 100)


def test_machine_without_midi_is_told_so_and_is_no_error(monkeypatch, capsys):
    class Silent:
        def __init__(self, api, name):
            raise rtmidi.SystemError("nobody there")

    monkeypatch.setattr(rtmidi, "MidiIn", Silent)
    main(["doctor", "--messages", "10"])

    told = capsys.readouterr().out
    assert "Timer: a wait ends late by median" in told
    assert "No MIDI system answers on this machine, so there are no MIDI ports to measure" in told


def test_number_of_messages_out_of_range_is_one_sentence(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--messages", "1"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "melodyrl: --messages 1 is out of range; choose 10 to 100000.\n"
    )


@pytest.mark.parametrize(
    ("late_ms", "timer_ms", "words"),
    [
        (0.5, 0, "Good: 2.5 ms at most"),
        (5, 0, "Playable, not perfect: up to 7.0 ms"),
        (30, 0, "Not good enough to play: up to 32.0 ms"),
        (30, 0, "shorter period"),
        (30, 5, "The timer is as unsteady"),
    ],
)
def test_verdict_is_in_words(late_ms, timer_ms, words):
    spread = Spread.of_ns([2 * MS] * 95 + [round((2 + late_ms) * MS)] * 5)
    timer = Spread.of_ns([0] * 95 + [timer_ms * MS] * 5)

    assert words in verdict("jack", spread, timer)


def test_steady_but_slow_is_not_good_enough():
    assert verdict("alsa", Spread.of_ns([25 * MS] * 100), STEADY).startswith("Not good enough")
