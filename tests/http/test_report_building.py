"""What the report says, straight from events: without a server, so that odd records are quick to make."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.languages import Language
from api.reports.build import MOST_LISTED, Asked, build
from api.reports.courses import MOST_POINTS
from api.reports.html import to_html
from api.reports.pdf import to_pdf
from api.reports.report import Report, Row
from domain.checkups import amending
from domain.checkups.given import GivenMeasurement
from domain.checkups.patient import evolve
from domain.checkups.personal import Personal
from tests.fhir.support import BEGAN, DOG, JUNG, WHOLE, Story, given, pressure

END = date(2026, 3, 2)


def told(story: Story, language: Language = "en", start: date = date(2024, 3, 2)) -> Report:
    patient = evolve(None, story.events[0].event)
    assert patient is not None
    asked = Asked(language=language, start=start, end=END, now=datetime(2026, 3, 3, tzinfo=UTC), zone=UTC, position=9)
    return build(patient, story.events[1:], asked)


def rows(report: Report) -> dict[str, Row]:
    return {row.name: row for group in report.groups for row in group.rows}


def diary(n: int, *measurements: GivenMeasurement, personal: Personal = JUNG) -> Story:
    """One checkup a day, the last one on ``END``."""
    story = Story(personal)
    for number in range(n):
        on = END - timedelta(days=n - 1 - number)
        story.checkup(*measurements, on=on, checkup_id=str(UUID(int=number + 1)))
    return story


def test_a_converted_value_is_never_rounded_up_to_a_limit_it_has_not_reached() -> None:
    story = Story()
    story.checkup(given("fasting-glucose", "5.55", "mmol/L"))
    row = rows(told(story))["Fasting glucose"]
    assert (row.value, row.reference, row.grade) == ("99.9", "<100", "Normal A")


def test_the_table_and_the_plain_words_show_the_same_numbers() -> None:
    story = Story()
    story.checkup(given("weight", "150", "lb"), on=date(2026, 1, 2), checkup_id=str(UUID(int=1)))
    story.checkup(given("weight", "154.3", "lb"))
    report = told(story)
    row = rows(report)["Weight"]
    (remark,) = (one for one in report.remarks if one.startswith("Weight"))
    assert (row.value, row.last, row.change) == ("69.98", "68.03", "+1.95")
    assert "68.03" in remark
    assert "+1.95" in remark


def test_what_a_value_was_calculated_from_is_written_as_in_the_table() -> None:
    story = Story()
    story.checkup(given("height", "1.62", "m"), given("weight", "154.3", "lb"))
    (bmi,) = (fact.value for fact in told(story).derived if fact.label.startswith("Body mass index"))
    assert bmi == "by BMI (WHO TRS 894) from Height 162 cm, Weight 69.98 kg"


def test_only_the_tables_that_were_used_are_listed() -> None:
    story = Story()
    story.checkup(given("pulse", "72", "/min"))
    assert [one.title for one in told(story).criteria] == ["Reference ranges of adults at rest"]
    unknown = Story(Personal(name="Jane Roe"))
    unknown.checkup(given("pulse", "72", "/min"))
    report = told(unknown)
    assert (report.criteria, report.judged, report.class_note) == ([], False, "")


def test_an_animal_is_told_by_its_own_words_and_without_peoples_classes() -> None:
    story = Story(DOG)
    story.checkup(given("weight", "17.25", "kg"), given("temperature", "38.5", "Cel"))
    report = told(story, "ko")
    assert {fact.label: fact.value for fact in report.who}["성별"] == "수컷"
    assert "수의사" in report.disclaimer
    assert not report.judged
    page = to_html(report)
    assert "판정:" not in page
    assert 'data-label="참고 범위"' not in page
    assert to_pdf(report).startswith(b"%PDF-")


def test_a_chart_of_too_many_points_shows_medians_and_says_so() -> None:
    report = told(diary(MOST_POINTS + 1, given("weight", "70", "kg"), given("pulse", "60", "/min")))
    weight = report.charts[0]
    assert "121 values, each point the median of 2" in weight.caption
    assert weight.svg.count("<circle") == 61
    exactly = told(diary(MOST_POINTS, given("weight", "70", "kg")))
    assert "median" not in exactly.charts[0].caption
    assert exactly.charts[0].svg.count("<circle") == MOST_POINTS


def test_one_outlier_among_many_points_does_not_move_the_picture() -> None:
    story = Story()
    for number in range(241):
        on, value = END - timedelta(days=240 - number), "250" if number == 100 else "70"
        story.checkup(given("weight", value, "kg"), on=on, checkup_id=str(UUID(int=number + 1)))
    axis = re.findall(r'text-anchor="end">([\d.]+)</text>', told(story).charts[0].svg)
    assert max(map(float, axis)) < 80


def test_long_lists_are_cut_and_say_how_many_are_missing() -> None:
    story = diary(MOST_LISTED + 3, given("weight", "70", "kg"))
    first = str(UUID(int=1))
    for number in range(MOST_LISTED + 2):
        new = given("weight", str(71 + number % 2), "kg")
        change: dict[str, Any] = {"personal": JUNG, "reason": "again", "at": BEGAN}
        story.change(amending.amend(story.state(first), "29463-7", new, **change), first)
    report = told(story)
    assert (len(report.earlier), len(report.corrections)) == (MOST_LISTED, MOST_LISTED)
    assert report.earlier_more == "2 earlier checkups of the period are not listed."
    assert report.corrections_more == "2 earlier corrections are not listed."
    assert report.corrections[-1].number == MOST_LISTED + 2
    page = to_html(report)
    assert report.earlier_more in page
    assert report.corrections_more in page
    assert to_pdf(report).startswith(b"%PDF-")


def test_the_upper_limit_of_a_chart_is_the_one_that_is_printed() -> None:
    report = told(diary(2, given("ast", "39", "U/L")))
    assert rows(report)["AST (SGOT)"].reference == "≤40"
    svg = report.charts[0].svg
    (label,) = re.findall(r' y="([\d.]+)"[^>]*>40</text>', svg)
    (limit,) = re.findall(r'class="limit s0" d="M34 ([\d.]+)H', svg)
    assert float(label) - 3 == float(limit)


def test_long_facts_get_a_line_of_their_own_in_both_layouts() -> None:
    story = Story(Personal(name="가" * 16, birth_date=date(1971, 5, 17), sex="female"))
    story.checkup(*WHOLE, place="A" * 32, clinician="B" * 31)
    report = told(story)
    assert [fact.long for fact in report.who] == [True, False, False]
    assert {fact.label: fact.long for fact in report.checkup} == {
        "Date": False, "Type": False, "Place": True, "Clinician": False,
    }  # fmt: skip
    assert to_html(report).count('<div class="long">') == 2
    assert to_pdf(report).startswith(b"%PDF-")


def test_both_languages_tell_the_same_numbers() -> None:
    story = Story()
    story.checkup(*WHOLE)
    english, korean = told(story), told(story, "ko")
    assert [(r.value, r.reference, r.tone) for g in english.groups for r in g.rows if r.name != "Urine protein"] == [
        (r.value, r.reference, r.tone) for g in korean.groups for r in g.rows if r.name != "요단백"
    ]
    assert (len(english.who), len(english.remarks)) == (len(korean.who), len(korean.remarks))


def test_two_pressures_a_day_are_one_point_and_the_last_counts() -> None:
    story = Story()
    for number, day in enumerate((date(2026, 1, 2), date(2026, 2, 2))):
        story.checkup(pressure("150", "95"), pressure("120", "70"), on=day, checkup_id=str(UUID(int=number + 1)))
    chart = told(story).charts[0]
    assert chart.latest == "120/70"
    assert chart.svg.count("<circle") == 4 + 2  # two points of two lines, and the legend


def test_a_checkup_without_any_result_makes_a_report_all_the_same() -> None:
    story = Story()
    story.checkup()
    report = told(story)
    assert (report.groups, report.charts, report.criteria) == ([], [], [])
    page = to_html(report)
    assert "National general checkup" in page
    assert "No result is recorded for this checkup." in page
    assert "<thead>" not in page
    assert to_pdf(report).startswith(b"%PDF-")
