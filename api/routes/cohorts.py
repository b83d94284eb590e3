"""How a result is distributed among many people, told so that no single one of them shows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import Response

from api.checkup_words import grade_name, named, scheme_title, unit_shown
from api.context import Api
from api.gate import context_of
from api.inputs import EMPTY, MinPosition, bad_parameter
from api.inputs_checkups import Day
from api.languages import Language
from api.routes.patient_views import answer
from api.trend_views import judged_under
from domain.checkups.analytes import ANALYTES, code_of
from domain.checkups.cohorts import (
    AGE_BANDS,
    FEWEST,
    Reading,
    among,
    histogram,
    newest_of_each,
    quantiles,
    rounded_people,
    safe_period,
    shares,
    tellable,
)
from domain.checkups.results import Judgement
from domain.refusal import Refused
from projections.queries.cohorts import Classed, Cohort, classes, values

READ_FROM = ("measurements",)
_EARLIEST, _LATEST = 1900, 2200
_TAGS: list[Any] = ["trends"]
_Code = Annotated[str, Path(description="LOINC code, or a short name such as fasting-glucose.")]
_From = Annotated[Day | None, Query(alias="from", description="Its month is the first to count. Default: 12 months.")]
_To = Annotated[Day | None, Query(alias="to", description="Its month is the last to count. Default: this month.")]
_Sex = Annotated[Literal["male", "female"] | None, Query(description="Default: everybody.")]
_AgeBand = Annotated[str | None, Query(description=f"One of {', '.join(AGE_BANDS)}: on the day of the checkup.")]


def add_cohort_routes(app: FastAPI, api: Api) -> None:
    """Reads only."""

    @app.get("/api/v1/cohorts/{code}", tags=_TAGS, summary="How a result is distributed among people")
    async def read(
        code: _Code,
        request: Request,
        start: _From = None,
        end: _To = None,
        sex: _Sex = None,
        age_band: _AgeBand = None,
        min_position: MinPosition = None,
    ) -> Response:
        """People are counted, not measurements: of each the newest value of the period. Periods are whole months, and
        lose those at their ends that add fewer than 5 people: `counted` says what is left. Numbers of people are
        rounded to fives. Of fewer than 5 nothing is told, and nothing from which they could be worked out.
        """
        wanted = code_of(code)
        analyte = ANALYTES.get(wanted)
        if analyte is None:
            raise Refused(
                "Of this result there is no cohort: Vitalog knows no unit in which all of them are kept.", "code"
            )
        if age_band is not None and age_band not in AGE_BANDS:
            raise bad_parameter("age_band", f"Use one of these age bands: {', '.join(AGE_BANDS)}.")
        today = api.now().astimezone(ZoneInfo(api.services.time_zone)).date()
        for name, day in (("from", start), ("to", end)):
            if day is not None and not _EARLIEST <= day.year <= _LATEST:
                raise bad_parameter(name, "Use a day between the years 1900 and 2200.")
        last = _month(end or today)
        first = _month(start) if start is not None else _month(last.replace(year=last.year - 1) + timedelta(days=31))
        if first > last:
            raise bad_parameter("from", EMPTY)
        cohort = Cohort(start=first, end=_next(last), sex=sex, age_band=age_band)
        await api.wait_for(READ_FROM, min_position)
        unit = analyte.unit
        async with api.connection() as db:
            everybody = await values(db, cohort.start, cohort.end, wanted, unit) if unit else []
            judged = await classes(db, cohort, judged_under([wanted]))
        these = among(everybody, sex, age_band)
        counted = safe_period(these) if tellable(everybody, sex, age_band) else []
        found = newest_of_each(counted)
        enough = len(found) >= FEWEST
        language = context_of(request.scope).language
        return answer(
            {
                "code": wanted,
                "name": named(wanted, None, language),
                "unit": unit,
                "unit_shown": unit_shown(unit),
                "from": cohort.start,
                "to": cohort.end - timedelta(days=1),
                "sex": sex,
                "age_band": age_band,
                "fewest": FEWEST,
                "counted": _counted(counted) if enough else None,
                "people": rounded_people(len(found)) if enough else None if these or judged else 0,
                "quantiles": quantiles(found, analyte.decimals) if enough else None,
                "histogram": histogram(found, analyte) if enough else None,
                "classes": _by_scheme(judged, language),
            }
        )


def _by_scheme(judged: list[Classed], language: Language) -> list[dict[str, Any]]:
    found: dict[str, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for one in judged:
        found[one.scheme][one.month][one.grade] = one.people
    return [
        {
            "scheme": scheme,
            "name": scheme_title(scheme, language),
            "months": [_month_view(scheme, month, cells, language) for month, cells in months.items()],
        }
        for scheme, months in found.items()
    ]


def _month_view(scheme: str, month: date, cells: dict[str, int], language: Language) -> dict[str, Any]:
    people = sum(cells.values())
    if people < FEWEST:
        return {"month": f"{month:%Y-%m}", "people": None, "grades": None}
    return {
        "month": f"{month:%Y-%m}",
        "people": rounded_people(people),
        "grades": [
            {
                "grade": grade,
                "name": grade_name(
                    Judgement(code="", scheme=scheme, edition="", grade=None if grade == "not-classified" else grade),
                    language,
                ),
                "people": share.people,
                "percent": share.percent,
            }
            for grade, share in shares(cells).items()
        ],
    }


def _counted(readings: list[Reading]) -> dict[str, str]:
    days = [one.day for one in readings]
    return {"from": f"{min(days):%Y-%m}", "to": f"{max(days):%Y-%m}"}


def _month(day: date) -> date:
    return day.replace(day=1)


def _next(month: date) -> date:
    return _month(month + timedelta(days=31))
