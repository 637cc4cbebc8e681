import threading

from melodyrl.core.engine.events import Nanos
from melodyrl.core.midi.clock import RealTime, SongPosition
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.live.ear import Ear


def ear(**options):
    heard = []
    return Ear(lambda event, at_ns: heard.append(event), **options), heard


def test_what_is_ours_is_handed_on_and_nothing_escapes():
    heard = []

    def hear(event, at_ns):
        if event == NoteOn(66):
            raise RuntimeError("the devil's note")
        heard.append(event)

    one = Ear(hear)
    for data in ([0x90, 60, 64], [0x90, 60, 0], [0xE0, 0, 64], [], [0x90, 66, 80], [300], [0xFA]):
        one.heard((data, 0.0))

    assert heard == [NoteOn(60, 64), NoteOff(60), RealTime.START]
    assert (one.ignored, one.failed) == (2, 2)


def test_active_sensing_and_reset_are_not_handed_on():
    one, heard = ear()

    for data in ([0xFE], [0xFF], [0xF6]):
        one.heard((data, 0.0))

    assert heard == []


def test_other_channels_are_not_heard():
    one, heard = ear(channels=frozenset({1}))

    for data in ([0x90, 60, 64], [0x91, 62, 64], [0x80, 60, 0], [0x81, 62, 0], [0xB2, 64, 127]):
        one.heard((data, 0.0))

    assert heard == [NoteOn(62, 64, 1), NoteOff(62, 1)]
    assert one.ignored == 3


def test_clock_is_heard_on_whatever_channels():
    one, heard = ear(channels=frozenset({1}))

    for data in ([0xF2, 16, 0], [0xFB], [0xF8], [0xFC]):
        one.heard((data, 0.0))

    assert heard == [SongPosition(16), RealTime.CONTINUE, RealTime.TICK, RealTime.STOP]


def test_our_own_output_routed_back_is_not_heard_and_the_players_same_note_is():
    one, heard = ear(now=lambda: 1_005)
    one.echo.sent(NoteOn(72, 64), 1_000)

    one.heard(([0x90, 72, 64], 0.0))
    one.heard(([0x90, 72, 64], 0.0))

    assert heard == [NoteOn(72, 64)]


def test_keys_and_pedals_that_are_down_are_let_go_once():
    one, heard = ear()
    for data in ([0x90, 60, 64], [0x91, 64, 64], [0x80, 60, 0], [0xB1, 64, 127], [0xB2, 64, 10]):
        one.heard((data, 0.0))
    heard.clear()

    one.let_go(Nanos(1))
    one.let_go(Nanos(2))

    assert heard == [NoteOff(64, 1), ControlChange(64, 0, 1)]


def test_keys_that_all_notes_off_let_go_are_not_let_go_again():
    one, heard = ear()
    for data in ([0x90, 60, 64], [0x91, 64, 64], [0xB0, 123, 0]):
        one.heard((data, 0.0))
    heard.clear()

    one.let_go(Nanos(1))

    assert heard == [NoteOff(64, 1)]


def test_ear_that_is_shut_holds_its_caller_until_it_is_released():
    one, heard = ear()
    one.shut()
    caller = threading.Thread(target=one.heard, args=(([0x90, 60, 64], 0.0),))
    caller.start()
    caller.join(0.01)
    was_held = caller.is_alive()

    one.release()
    caller.join(5)

    assert was_held
    assert not caller.is_alive()
    assert heard == []
