"""Everything about people: patients, their erasure, their checkups."""

from __future__ import annotations

from fastapi import FastAPI

from api.context import Api
from api.routes.checkup_amendments import add_checkup_amendment_routes
from api.routes.checkup_history import add_checkup_history_routes
from api.routes.checkup_import import add_checkup_import_routes
from api.routes.checkups import add_checkup_routes
from api.routes.erasure import add_erasure_routes
from api.routes.patients import add_patient_routes
from api.routes.trends import add_trend_routes


def add_people_routes(app: FastAPI, api: Api) -> None:
    """The routes of the checkups context but for reports and FHIR."""
    add_patient_routes(app, api)
    add_erasure_routes(app, api)
    add_checkup_routes(app, api)
    add_checkup_amendment_routes(app, api)
    add_checkup_history_routes(app, api)
    add_checkup_import_routes(app, api)
    add_trend_routes(app, api)
