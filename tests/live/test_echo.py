from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.live.echo import MOST, WINDOW_NS, Echo
from tests.live.doubles import MS


def test_note_that_was_sent_comes_back_once():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)

    assert echo.is_echo(NoteOn(60, 80), 5 * MS)
    assert not echo.is_echo(NoteOn(60, 80), 6 * MS)


def test_same_note_of_the_player_is_heard_later():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)

    assert not echo.is_echo(NoteOn(60, 80), WINDOW_NS + 1)


def test_other_velocity_channel_or_pitch_is_the_players():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)

    for note in (NoteOn(60, 81), NoteOn(60, 80, 1), NoteOn(61, 80)):
        assert not echo.is_echo(note, 1 * MS)


def test_note_off_comes_back_where_its_note_on_did():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)
    echo.is_echo(NoteOn(60, 80), 5 * MS)
    echo.sent(NoteOff(60), 500 * MS)

    assert echo.is_echo(NoteOff(60), 505 * MS)
    assert not echo.is_echo(NoteOff(60), 506 * MS)


def test_players_note_off_at_the_moment_of_ours_is_never_missed():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)
    assert not echo.is_echo(NoteOn(60, 64), 20 * MS)  # no loop: it is the player who plays this
    echo.sent(NoteOff(60), 500 * MS)

    assert not echo.is_echo(NoteOff(60), 501 * MS)


def test_of_two_note_offs_in_a_loop_one_is_the_players():
    echo = Echo()
    echo.sent(NoteOn(60, 80), 0)
    heard_on = [echo.is_echo(NoteOn(60, 80), 5 * MS), echo.is_echo(NoteOn(61, 80), 5 * MS)]
    echo.sent(NoteOff(60), 90 * MS)
    heard_off = [echo.is_echo(NoteOff(60), 92 * MS), echo.is_echo(NoteOff(60), 93 * MS)]

    assert (heard_on, heard_off) == ([True, False], [True, False])


def test_controller_that_was_passed_on_does_not_go_round_for_ever():
    echo = Echo()
    echo.sent(ControlChange(1, 64), 0)

    assert echo.is_echo(ControlChange(1, 64), 5 * MS)
    assert not echo.is_echo(ControlChange(1, 65), 5 * MS)


def test_clock_that_we_follow_is_heard_although_ours_goes_out_at_the_same_moments():
    echo = Echo()
    heard = [echo.is_echo(RealTime.START, 0), echo.is_echo(RealTime.TICK, 1 * MS)]
    echo.sent(RealTime.START, 2 * MS)
    for tick in range(100):
        echo.sent(RealTime.TICK, (3 + 20 * tick) * MS)
        heard.append(echo.is_echo(RealTime.TICK, (4 + 20 * tick) * MS))

    assert not any(heard)


def test_clock_of_ours_that_comes_back_is_not_followed_beside_one_that_is():
    echo = Echo()
    echo.is_echo(RealTime.START, 0)
    echo.is_echo(RealTime.TICK, 1 * MS)
    echo.sent(RealTime.START, 2 * MS)
    started = [echo.is_echo(RealTime.START, 3 * MS)]
    ours, theirs = [], []
    for tick in range(100):
        echo.sent(RealTime.TICK, (4 + 20 * tick) * MS)
        ours.append(echo.is_echo(RealTime.TICK, (5 + 20 * tick) * MS))
        theirs.append(echo.is_echo(RealTime.TICK, (21 + 20 * tick) * MS))

    assert started == [True]
    assert all(ours)
    assert not any(theirs)


def test_clock_that_is_no_longer_routed_back_is_followed_from_the_next_start_on():
    echo = Echo()
    echo.sent(RealTime.START, 0)
    echo.is_echo(RealTime.START, 1 * MS)
    echo.sent(RealTime.TICK, 2 * MS)
    echo.is_echo(RealTime.START, 500 * MS)
    echo.sent(RealTime.START, 501 * MS)
    echo.sent(RealTime.TICK, 502 * MS)

    assert not echo.is_echo(RealTime.TICK, 503 * MS)


def test_memory_is_bounded():
    echo = Echo()

    for moment in range(20 * MOST):
        echo.sent(ControlChange(moment % 128, moment // 128 % 128, moment % 16), moment * MS)

    assert len(echo._sent) <= MOST
