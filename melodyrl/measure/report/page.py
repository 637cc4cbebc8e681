"""The report as one HTML file: everything is inside it, and it asks nothing of anyone."""

from collections.abc import Sequence
from importlib.resources import files

from melodyrl.measure.aims import Aim, aims
from melodyrl.measure.evaluation import Evaluation
from melodyrl.measure.judges import Apart
from melodyrl.measure.people import HELD_OUT_NAME, People
from melodyrl.measure.report.charts import Axes, Line, bars, chart, histogram, label, strip
from melodyrl.measure.report.columns import LIKENESS, PLAYING, Column
from melodyrl.measure.report.markup import Markup, tag, together
from melodyrl.measure.report.rolls import roll
from melodyrl.measure.roster import BEST_PAID, DEFAULT
from melodyrl.measure.row import Row
from melodyrl.measure.statistics import STATISTICS

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Even if something were to ask for a file, a browser would refuse."""

_BESIDE = ("one-step greedy", "n-gram sampler")


def page(found: Evaluation, people: People) -> str:
    """The whole report of what has been measured so far."""
    style = files("melodyrl.measure.report").joinpath("report.css").read_text("utf-8")
    title = f"How the policy “{found.policy}” plays"
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Markup(style)),
    )
    sections = [_opening(title, found, people), _aims(aims(found, people)), _players(found)]
    sections += [
        _samples(found),
        _best_paid(found),
        _rhythm(found, people),
        _likeness(found, people),
    ]
    sections += [_knobs(found, people), _takes(found, people), _following(found), _definitions()]
    body = tag("body", tag("main", *[each for each in sections if each]))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _opening(title: str, found: Evaluation, people: People) -> Markup:
    chosen = found.settings
    tunes = ", ".join(f"{count} of {name}" for name, count in people.tunes.items())
    judged = "" if found.is_judged else " No corpus was given, so no judge was asked."
    return together(
        tag("h1", title),
        tag(
            "p",
            f"{chosen.progressions} chord charts in 4/4 that no training has seen, sixteen bars "
            f"each, seeds: {chosen.seeds}; all knobs at their defaults where nothing else is said. "
            f"People: {tunes}; a fifth of them held out.{judged}",
            class_="dim",
        ),
        tag(
            "p",
            tag("span", class_="key people"),
            " people   ",
            tag("span", class_="key ours"),
            " the policy",
        ),
    )


def _aims(told: Sequence[Aim]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", aim.name, scope="row"),
            tag("td", aim.wanted, class_="wide"),
            tag("td", aim.found, class_=f"wide {'met' if aim.is_met else 'missed'}"),
            tag("td", "met" if aim.is_met else "missed", class_="met" if aim.is_met else "missed"),
        )
        for aim in told
    ]
    header = [tag("th", name, scope="col", class_="wide") for name in ("", "wanted", "found", "")]
    return together(
        tag("h2", f"Aims: {sum(aim.is_met for aim in told)} of {len(told)} met"),
        _table(header, rows),
    )


def _players(found: Evaluation) -> Markup:
    rows = [*found.rows, *([] if found.live is None else [found.live])]
    return together(
        tag("h2", "Beside other players, and people"),
        tag(
            "p",
            "A mean inside people's band says little: a melody can be average in everything and "
            "still the same every time. Overlap is the area that the histograms share; told apart "
            "is how well a judge knows it from people (.5: not at all). The return that was "
            "trained for stands last.",
        ),
        _of_rows("How much like people", rows, LIKENESS),
        _of_rows("What they play", rows, PLAYING),
        _crowd(found),
        _tells(found),
    )


def _of_rows(caption: str, rows: Sequence[Row], columns: Sequence[Column]) -> Markup:
    columns = [column for column in columns if any(column.of(row) for row in rows)]
    header = [tag("th", name, scope="col") for name in ("", *(each.title for each in columns))]
    body = [
        tag(
            "tr",
            tag("th", row.name, scope="row"),
            *[tag("td", column.of(row)) for column in columns],
            class_=_style(row),
        )
        for row in rows
    ]
    return _table(header, body, caption)


def _style(row: Row) -> str | None:
    if row.name == HELD_OUT_NAME:
        return "people"
    return "ours" if row.name.startswith(DEFAULT) else None


def _crowd(found: Evaluation) -> Markup:
    if not found.among_people:
        return Markup()
    told = ", ".join(f"{name} {_areas(apart)}" for name, apart in found.among_people.items())
    return tag("p", f"The same judges tell one corpus of people from the others: {told}.")


def _areas(apart: Apart) -> str:
    """By statistics, and by notes where somebody reads them."""
    notes = "" if apart.notes is None else f" / {apart.notes:.2f}"
    return f"{apart.statistics:.2f}{notes}"


def _tells(found: Evaluation) -> Markup:
    row = _default(found)
    if row is None or not row.tells:
        return Markup()
    told = ", ".join(f"{name} ({area:.2f})" for name, area in row.tells.items())
    return tag("p", f"What alone gives the policy away the most: {told}.")


def _samples(found: Evaluation) -> Markup:
    if not found.samples:
        return Markup()
    rolls = [tag("figure", roll(tune)) for tune in found.samples]
    return together(
        tag("h2", "Melodies, not chosen"),
        tag("p", "The first charts of the test. Filled: tones of the chord. Outlined: others."),
        tag("div", *rolls, class_="cards"),
    )


def _best_paid(found: Evaluation) -> Markup:
    if not found.best_paid:
        return Markup()
    inside = "".join(
        f" {row.centres_inside} of its {row.centres} statistics lie in people's bands on the mean."
        for row in found.rows
        if row.name == BEST_PAID
    )
    return together(
        tag("h2", "What is paid the most"),
        tag(
            "p",
            "The rewards' own optimum, as near as a beam search comes that knows the whole chart. "
            f"Sound rewards make no scale, loop, drone or arpeggio of it.{inside}",
        ),
        tag("div", *[tag("figure", roll(tune)) for tune in found.best_paid], class_="cards"),
    )


def _rhythm(found: Evaluation, people: People) -> Markup:
    if (ours := found.profile) is None:
        return Markup()
    human = people.profile
    charts = (
        bars("Chance of an onset, by sixteenth of the bar", human.onsets, ours.onsets),
        bars("The same in the first bar of eight", human.first_bar, ours.first_bar),
        bars("Lengths of notes, in sixteenths", human.lengths, ours.lengths),
        bars("Lengths of rests, in sixteenths", human.rests, ours.rests),
    )
    return together(
        tag("h2", "Rhythm"), tag("div", *[tag("figure", each) for each in charts], class_="cards")
    )


def _likeness(found: Evaluation, people: People) -> Markup:
    row = _default(found)
    if row is None:
        return Markup()
    others = [each for each in found.rows if each.name in _BESIDE]
    shares = {name: found.histograms[name] for name in people.bands if name in found.histograms}
    worst = sorted(shares, key=lambda name: _shared(people.bands[name].shares, shares[name]))
    cards = [tag("figure", histogram(name, people.bands[name], shares[name])) for name in worst]
    return together(
        tag("h2", "Statistic by statistic"),
        tag(
            "p",
            "Means against people's 5th to 95th percentile, in standard deviations of people's "
            f"eight-bar stretches. Rings: {' and '.join(_BESIDE)}.",
        ),
        tag("div", strip(dict(people.bands), row, others), class_="scroll"),
        tag("p", "Histograms, the least alike first; the bar below each is people's band."),
        tag("div", *cards, class_="cards"),
    )


def _shared(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(min(pair) for pair in zip(first, second, strict=True))


def _knobs(found: Evaluation, people: People) -> Markup:
    if not found.knobs:
        return Markup()
    cards: list[Markup] = []
    for curve in found.knobs:
        band = people.bands[curve.metric]
        points = [
            each for each in zip(curve.settings, curve.heard, strict=True) if each[1] == each[1]
        ]
        heard = [band.low, band.high, *(height for _, height in points)]
        along = curve.settings[0], curve.settings[-1]
        axes = Axes(curve.knob, curve.metric, along, (min(heard), max(heard)))
        drawn = chart(curve.knob, axes, [Line(points, "ours")], (band.low, band.high))
        cards.append(tag("figure", drawn, tag("figcaption", f"Spearman {curve.spearman:.2f}")))
    cards += _front(found)
    return together(
        tag("h2", "Knobs"),
        tag(
            "p",
            f"{len(found.knobs[0].settings)} settings of each, the others at their defaults, heard "
            "through a metric that is not its reward. Shaded: people's band.",
        ),
        tag("div", *cards, class_="cards"),
    )


def _front(found: Evaluation) -> list[Markup]:
    """Harmony against diversity, with everybody else as single points."""
    if found.front is None:
        return []
    metrics = ("chord tones", "distinct in eight")
    others = {
        row.name: (row.statistics[metrics[0]].mean, row.statistics[metrics[1]].mean)
        for row in found.rows
        if all(name in row.statistics for name in metrics) and not row.name.startswith(DEFAULT)
    }
    axes = Axes(*metrics, (0.2, 1.0), (1.0, 8.0), width=460, height=300)
    lines = [
        Line(found.front.points, "ours"),
        Line(list(others.values()), "other", has_path=False),
    ]
    names = [label(axes, at, name) for name, at in others.items()]
    drawn = chart("Harmony against diversity", axes, lines, None, *names)
    volume = f"{found.front.hypervolume:.3f}"
    told = f"The harmony knob exchanged for the diversity knob. Hypervolume {volume}."
    return [tag("figure", drawn, tag("figcaption", told))]


def _takes(found: Evaluation, people: People) -> Markup:
    if (variety := found.variety) is None:
        return Markup()
    same, others = people.same_tune, people.other_tunes
    return together(
        tag("h2", "Variety"),
        tag(
            "p",
            f"{variety.takes} takes on each of {variety.progressions} charts: "
            f"{variety.distinct:.1f} different melodies of eight bars. Two of them are "
            f"{variety.similarity:.2f} alike (1 less their edit distance); two stretches of one "
            f"tune of people {same.middle:.2f} ({same.low:.2f} to {same.high:.2f}), of two tunes "
            f"{others.middle:.2f} ({others.low:.2f} to {others.high:.2f}).",
        ),
    )


def _following(found: Evaluation) -> Markup:
    if (adaptation := found.adaptation) is None:
        return Markup()
    axes = Axes(
        "beats after the player jumps a tritone",
        "chord tones on the beat",
        (adaptation.beats[0], adaptation.beats[-1]),
        (0.0, 1.0),
        width=620,
    )
    rate = list(zip(adaptation.beats, adaptation.rate, strict=True))
    stayed = list(zip(adaptation.beats, adaptation.stayed, strict=True))
    lines = [Line(stayed, "other"), Line(rate, "ours")]
    return together(
        tag("h2", "A change of key, heard live"),
        tag(
            "p",
            "The notes that sound on each beat, against the player's chords and, dashed, "
            "against those of a player who had stayed. Played through the engine, by ear.",
        ),
        tag("div", tag("figure", chart("Adaptation", axes, lines)), class_="cards"),
    )


def _definitions() -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            tag("td", _first_line(measure.__doc__), class_="wide"),
        )
        for name, measure in STATISTICS.items()
    ]
    surprise = tag("td", "Bits a note under a trigram of people's intervals.", class_="wide")
    rows.insert(0, tag("tr", tag("th", "surprise", scope="row"), surprise))
    return together(tag("h2", "What the statistics are"), _table([], rows))


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""


def _default(found: Evaluation) -> Row | None:
    return next((row for row in found.rows if row.name == DEFAULT), None)


def _table(header: Sequence[Markup], rows: Sequence[Markup], caption: str = "") -> Markup:
    parts = [tag("caption", caption)] if caption else []
    if header:
        parts.append(tag("thead", tag("tr", *header)))
    return tag("div", tag("table", *parts, tag("tbody", *rows)), class_="scroll")
