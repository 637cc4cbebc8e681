"""An engine that is asked rarely, and one that is asked at every turn."""

from tests.strategies import MS

SECOND = 1_000 * MS


def asked_rarely(engine, told, until):
    """All that it says by `until`, asked once at the end."""
    for at_ns, event in told:
        engine.receive(event, at_ns)
    return engine.due(until)


def asked_often(engine, told, polls, until):
    """The same, asked after each pause of `polls`, then each second, and at every wake."""
    outgoing, now, waits = [], 0, iter(polls)
    for at_ns, event in told:
        while (now := now + next(waits, SECOND)) <= at_ns:
            outgoing += engine.due(now)
        engine.receive(event, at_ns)
        now = at_ns
    while (wake := engine.next_wake()) is not None and wake <= until:
        outgoing += engine.due(wake)
    return outgoing + engine.due(until)
