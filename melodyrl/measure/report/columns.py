"""The columns of the table of players: what each says, and where its figure is found."""

from collections.abc import Callable
from dataclasses import dataclass

from melodyrl.measure.row import Row


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a row, as text; "" where the row has none."""

    title: str
    short: str
    """The same where there is little room."""
    of: Callable[[Row], str]


def statistic(name: str, places: int = 2) -> Callable[[Row], str]:
    """The mean of a statistic."""

    def of(row: Row) -> str:
        found = row.statistics.get(name)
        return "" if found is None else f"{found.mean:.{places}f}"

    return of


def _area(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f}"


def _return(row: Row) -> str:
    if row.reward is None:
        return ""
    half = (row.reward.high - row.reward.low) / 2
    return f"{row.reward.mean:+.3f} ± {half:.3f}"


LIKENESS = (
    Column("means inside", "inside", lambda row: f"{row.centres_inside}/{row.centres}"),
    Column("single figures inside", "single", lambda row: f"{row.inside.mean:.0%}"),
    Column("overlap", "overlap", lambda row: f"{row.overlap:.2f}"),
    Column("told apart: statistics", "AUC", lambda row: _area(row.auc)),
    Column("… with chords", "chords", lambda row: _area(row.auc_chords)),
    Column("… by its notes", "notes", lambda row: _area(row.auc_notes)),
    Column("surprise, bits", "bits", statistic("surprise")),
    Column("w·r a step", "w·r a step", _return),
)
"""How much like people, and last what it was trained for."""

PLAYING = (
    Column("chord tones: strong", "strong", statistic("strong chord tones")),
    Column("on other beats", "beat", statistic("beat chord tones")),
    Column("off the beat", "off", statistic("off-beat chord tones")),
    Column("CTnCTR", "CTnCTR", statistic("proper tones")),
    Column("repeated notes", "repeat", statistic("repeated notes")),
    Column("steps", "steps", statistic("steps")),
    Column("distinct in 8", "in 8", statistic("distinct in eight")),
    Column("bars repeated", "bars", statistic("bars repeated")),
    Column("phrase ends stable", "ends", statistic("phrase ends stable")),
    Column("notes a beat", "a beat", statistic("notes a beat")),
)
"""What is played."""
