"""Everything for auditors: the trail, what is unusual in it, and the monthly review."""

from __future__ import annotations

from fastapi import FastAPI

from api.context import Api
from api.routes.audit import add_audit_routes
from api.routes.audit_reviews import add_audit_review_routes


def add_auditing_routes(app: FastAPI, api: Api) -> None:
    """The routes under ``/api/v1/audit``."""
    add_audit_routes(app, api)
    add_audit_review_routes(app, api)
