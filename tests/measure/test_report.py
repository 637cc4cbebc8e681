from html.parser import HTMLParser

import pytest

from melodyrl.measure.evaluation import QUICK, Evaluation
from melodyrl.measure.people import people
from melodyrl.measure.report.markup import tag
from melodyrl.measure.report.page import page
from melodyrl.measure.report.rolls import roll
from melodyrl.measure.roster import BEST_PAID
from tests.measure.tunes import C, tune


def test_markup_escapes_what_is_not_markup():
    assert tag("p", "a < b", class_="x") == '<p class="x">a &lt; b</p>'
    assert tag("p", tag("b", "&"), title='"') == '<p title="&quot;"><b>&amp;</b></p>'
    assert tag("rect", x=1.25, stroke_width=2, r=None) == '<rect x="1.2" stroke-width="2"></rect>'


def test_a_policy_cannot_smuggle_markup_into_the_report():
    told = page(Evaluation("<script>alert(1)</script>", QUICK), people())

    assert "<script" not in told


def test_a_report_of_nothing_is_a_report():
    assert page(Evaluation("x", QUICK), people()).startswith("<!doctype html>")


def test_a_roll_shows_every_note_and_names_its_chords():
    drawn = roll(tune([60, 62, 64, 65] * 12, chords=[(0, C)]))

    assert drawn.count("<rect") == 48
    assert drawn.count("hollow") == 24
    assert ">C</text>" in drawn


def test_what_is_paid_the_most_is_shown_as_notes_with_its_statistics(found):
    told = page(found, people())

    section = told.partition("What is paid the most")[2].partition("<h2")[0]
    assert section.count("<svg") == len(found.best_paid) > 0
    row = next(row for row in found.rows if row.name == BEST_PAID)
    assert f"{row.centres_inside} of its {row.centres} statistics" in section


class _Balance(HTMLParser):
    VOID = ("meta",)

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, name, attributes):
        if name not in self.VOID:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name


def test_every_element_is_closed(found):
    balance = _Balance()

    balance.feed(page(found, people()))

    assert balance.open == []


def test_the_same_evaluation_is_the_same_page(found):
    assert page(found, people()) == page(found, people())


@pytest.mark.browser
def test_the_report_opens_without_an_error_or_a_request(found, browser, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(page(found, people()), "utf-8")
    complaints, asked = [], []
    view = browser.new_page(viewport={"width": 900, "height": 700})
    view.on("console", lambda message: complaints.append(message.text))
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))

    view.goto(file.as_uri())

    assert complaints == []
    assert asked == [file.as_uri()]
    assert view.title() == "How the policy “untrained” plays"
    assert view.locator("svg").count() > 40
    assert view.locator("h2").count() == 10
    wide = view.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    view.close()
